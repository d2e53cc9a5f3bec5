//! Splits a source into batches of records, which any thread can read.

use std::{io::Read, sync::Arc};

use super::{
    Format, Piece, Record, Splitter, json, located, object, open,
    read_buffer::ReadBuffer,
    table::{Cell, Rows},
};
use crate::{
    event::{CheckedEvent, ValidationErrors},
    places::Places,
};

/// The number of bytes at which a batch ends.
const BATCH_BYTES: usize = 64 << 10;
/// The maximum number of records in a batch.
const BATCH_RECORDS: usize = 1024;

/// An iterator over the records of a source in batches, made by [`batches`](fn@super::batches).
pub struct Batches<R> {
    buffer: ReadBuffer<R>,
    splitter: Splitter,
    parser: Parser,
    next_index: u64,
    is_cut_off: bool,
}

impl<R> Batches<R> {
    /// Returns whether the source was found to end before its content does, which its last record says: it cannot be
    /// read further, or a list or record in it is not closed.
    pub fn is_cut_off(&self) -> bool {
        self.is_cut_off
    }
}

impl<R: Read> Batches<R> {
    pub(super) fn new(input: R, forced: Option<Format>) -> Self {
        let (splitter, parser) = (Splitter::Unopened, Parser::Objects(forced));
        Self { buffer: ReadBuffer::new(input), splitter, parser, next_index: 0, is_cut_off: false }
    }

    fn next_piece(&mut self) -> Option<Piece> {
        if matches!(self.splitter, Splitter::Unopened)
            && let Err(errors) = self.open()
        {
            self.splitter = Splitter::Ended;
            return Some(Piece::Invalid(errors));
        }
        let piece = match &mut self.splitter {
            Splitter::Unopened | Splitter::Ended => None,
            Splitter::Table(table) => table.next(&mut self.buffer),
            Splitter::Lines => json::next_filled_line(&mut self.buffer),
            Splitter::Document(document) => document.next(&mut self.buffer),
        };
        piece.or_else(|| self.end())
    }

    fn open(&mut self) -> Result<(), ValidationErrors> {
        let Parser::Objects(forced) = self.parser else { return Ok(()) };
        self.splitter = open::open(&mut self.buffer, forced)?;
        self.choose_parser();
        Ok(())
    }

    /// Maps the records that follow as rows of the table that they are in, if they are in one.
    fn choose_parser(&mut self) {
        if let Splitter::Table(table) = &self.splitter {
            self.parser = Parser::Rows(Arc::clone(table.rows()));
        }
    }

    /// Ends the iteration, with an error if reading failed.
    fn end(&mut self) -> Option<Piece> {
        self.splitter = Splitter::Ended;
        let failure = self.buffer.take_failure()?;
        Some(Piece::cut_off(&format!("the input ends here: {failure}")))
    }
}

impl<R: Read> Iterator for Batches<R> {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let (mut bytes, mut records) = (Vec::with_capacity(BATCH_BYTES), Vec::new());
        self.choose_parser();
        while bytes.len() < BATCH_BYTES
            && records.len() < BATCH_RECORDS
            && let Some(piece) = self.next_piece()
        {
            match piece {
                Piece::Record(length) => {
                    bytes.extend_from_slice(self.buffer.take(length));
                    records.push(Ok(length));
                }
                Piece::Header if records.is_empty() => self.choose_parser(),
                Piece::Header => break,
                Piece::Invalid(errors) => records.push(Err(errors)),
                Piece::CutOff(errors) => {
                    self.is_cut_off = true;
                    records.push(Err(errors));
                }
            }
        }
        if records.is_empty() && self.next_index == 0 {
            records.push(Err(ValidationErrors::of_record("holds no record", "no record: nothing, or only a header")));
        }
        if records.is_empty() {
            return None;
        }
        let next_index = self.next_index;
        self.next_index += records.len() as u64;
        let parser = self.parser.clone();
        Some(Batch {
            bytes,
            start: 0,
            records: records.into_iter(),
            next_index,
            parser,
            cells: Vec::new(),
            found: None,
        })
    }
}

/// Records of a source, which are split but not yet read; an iterator over them is made by [`Batch::records`].
pub struct Batch {
    /// The bytes of all records.
    bytes: Vec<u8>,
    /// The number of bytes that were read.
    start: usize,
    /// The length of each record, or the errors in what is none.
    records: std::vec::IntoIter<Result<usize, ValidationErrors>>,
    next_index: u64,
    parser: Parser,
    cells: Vec<Cell>,
    found: Option<Format>,
}

/// Maps the records of a batch to events.
#[derive(Clone)]
enum Parser {
    /// Records are JSON objects, of the given format if there is one.
    Objects(Option<Format>),
    /// Records are rows of a table.
    Rows(Arc<Rows>),
}

impl Batch {
    /// Returns the number in the source of the next record.
    pub fn next_index(&self) -> u64 {
        self.next_index
    }

    /// Reads the records. With `places`, unknown locations and coordinates of events are looked up.
    pub fn records(mut self, places: Option<&Places>) -> impl Iterator<Item = Record> {
        std::iter::from_fn(move || self.read_next(places))
    }

    /// Reads the next record.
    pub(super) fn read_next(&mut self, places: Option<&Places>) -> Option<Record> {
        let length = self.records.next()?;
        let checked = length.and_then(|length| self.parse(length)).map(|checked| located(checked, places));
        let index = self.next_index;
        self.next_index += 1;
        Some(match checked {
            Ok(CheckedEvent { event, unread }) => Record { index, event: Ok(event), unread },
            Err(errors) => Record { index, event: Err(errors), unread: Vec::new() },
        })
    }

    /// Returns the format of the last record that was recognised.
    pub(super) fn found(&self) -> Option<Format> {
        self.found
    }

    fn parse(&mut self, length: usize) -> Result<CheckedEvent, ValidationErrors> {
        let end = self.start + length;
        let record = &self.bytes[self.start..end];
        self.start = end;
        let (format, event) = match &self.parser {
            Parser::Rows(rows) => (Some(rows.format()), rows.event(record, &mut self.cells)),
            Parser::Objects(forced) => object::parse(record)
                .map_or_else(|errors| (None, Err(errors)), |record| object::event(&record, *forced)),
        };
        self.found = format.or(self.found);
        event
    }
}

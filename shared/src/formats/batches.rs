//! Splits a source into batches of records, which any thread can read.

use std::{collections::VecDeque, io::Read, iter::Empty, sync::Arc};

use jiff::tz::TimeZone;

use super::{
    Format, Piece, Reading, Record, Splitter, envelope, json, located,
    object::Found,
    open,
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

/// An iterator over the records of one or several sources in batches, made by [`batches`](fn@super::batches).
pub struct Batches<R, I = Empty<R>> {
    forced: Option<Format>,
    zone: Option<Arc<TimeZone>>,
    buffer: ReadBuffer<R>,
    /// The sources that follow.
    more: I,
    splitter: Splitter,
    parser: Parser,
    next_number: u64,
    is_cut_off: bool,
}

impl<R, I> Batches<R, I> {
    /// Takes times that name no zone for those of `zone`; without one, they are errors.
    #[must_use]
    pub fn in_zone(self, zone: Option<TimeZone>) -> Self {
        Self { zone: zone.map(Arc::new), ..self }
    }

    /// Returns whether the source was found to end before its content does, which its last record says: it cannot be
    /// read further, or a list or record in it is not closed.
    pub fn is_cut_off(&self) -> bool {
        self.is_cut_off
    }
}

impl<R: Read, I: Iterator<Item = R>> Batches<R, I> {
    pub(super) fn new(first: R, more: I, forced: Option<Format>) -> Self {
        let (splitter, parser) = (Splitter::Unopened, Parser::Objects(forced));
        Self {
            forced,
            zone: None,
            buffer: ReadBuffer::new(first),
            more,
            splitter,
            parser,
            next_number: 0,
            is_cut_off: false,
        }
    }

    /// Begins to read the next source; returns false if there is none.
    fn next_source(&mut self) -> bool {
        let Some(source) = self.more.next() else { return false };
        self.buffer = ReadBuffer::new(source);
        (self.splitter, self.parser) = (Splitter::Unopened, Parser::Objects(self.forced));
        true
    }

    /// Adds pieces of the source to those of a batch, until it is full or the source ends.
    fn fill(&mut self, bytes: &mut Vec<u8>, pieces: &mut Vec<Result<usize, ValidationErrors>>) {
        self.choose_parser();
        while bytes.len() < BATCH_BYTES
            && pieces.len() < BATCH_RECORDS
            && let Some(piece) = self.next_piece()
        {
            match piece {
                Piece::Record(length) => {
                    bytes.extend_from_slice(self.buffer.take(length));
                    pieces.push(Ok(length));
                }
                Piece::Header if pieces.is_empty() => self.choose_parser(),
                Piece::Header => break,
                Piece::Invalid(errors) => pieces.push(Err(errors)),
                Piece::CutOff(errors) => {
                    self.is_cut_off = true;
                    pieces.push(Err(errors));
                }
            }
        }
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

impl<R: Read, I: Iterator<Item = R>> Iterator for Batches<R, I> {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let (mut bytes, mut pieces) = (Vec::with_capacity(BATCH_BYTES), Vec::new());
        self.fill(&mut bytes, &mut pieces);
        while pieces.is_empty() && self.next_source() {
            self.fill(&mut bytes, &mut pieces);
        }
        if pieces.is_empty() && self.next_number == 0 {
            pieces.push(Err(ValidationErrors::of_record("holds no record", "no record: nothing, or only a header")));
        }
        if pieces.is_empty() {
            return None;
        }
        let number = self.next_number;
        self.next_number += 1;
        Some(Batch::new(number, bytes, pieces, self.parser.clone(), self.zone.clone()))
    }
}

/// Records of a source, which are split but not yet read; an iterator over them is made by [`Batch::records`].
pub struct Batch {
    /// The bytes of all records.
    bytes: Vec<u8>,
    /// The number of bytes that were read.
    start: usize,
    /// The length of each piece, or the errors in what is none.
    pieces: std::vec::IntoIter<Result<usize, ValidationErrors>>,
    number: u64,
    next_index: u64,
    parser: Parser,
    zone: Option<Arc<TimeZone>>,
    cells: Vec<Cell>,
    /// The records of the last piece that are not yet returned.
    waiting: VecDeque<Found>,
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
    fn new(
        number: u64,
        bytes: Vec<u8>,
        pieces: Vec<Result<usize, ValidationErrors>>,
        parser: Parser,
        zone: Option<Arc<TimeZone>>,
    ) -> Self {
        let pieces = pieces.into_iter();
        let (cells, waiting) = (Vec::new(), VecDeque::new());
        Self { bytes, start: 0, pieces, number, next_index: 0, parser, zone, cells, waiting, found: None }
    }

    /// Returns the number of the batch in the source, from 0.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Reads the records, and numbers them from 0. With `places`, unknown locations and coordinates of events are looked
    /// up.
    ///
    /// How many there are is known only once they are read, since a piece of the source may hold several records.
    pub fn records(mut self, places: Option<&Places>) -> impl Iterator<Item = Record> {
        std::iter::from_fn(move || self.read_next(places))
    }

    /// Reads the next record.
    pub(super) fn read_next(&mut self, places: Option<&Places>) -> Option<Record> {
        let (format, checked) = loop {
            match self.waiting.pop_front() {
                Some(found) => break found,
                None => self.read_piece()?,
            }
        };
        self.found = format.or(self.found);
        let index = self.next_index;
        self.next_index += 1;
        Some(match checked.map(|checked| located(checked, places)) {
            Ok(CheckedEvent { event, unread }) => Record { index, event: Ok(event), unread },
            Err(errors) => Record { index, event: Err(errors), unread: Vec::new() },
        })
    }

    /// Returns the format of the last record that was recognised.
    pub(super) fn found(&self) -> Option<Format> {
        self.found
    }

    /// Reads the records of the next piece, of which there may be none; returns none at the end of the batch.
    fn read_piece(&mut self) -> Option<()> {
        let length = match self.pieces.next()? {
            Ok(length) => length,
            Err(errors) => {
                self.waiting.push_back((None, Err(errors)));
                return Some(());
            }
        };
        let end = self.start + length;
        let piece = &self.bytes[self.start..end];
        self.start = end;
        match &self.parser {
            Parser::Rows(rows) => {
                let event = rows.event(piece, self.zone.as_deref(), &mut self.cells);
                self.waiting.push_back((Some(rows.format()), event));
            }
            Parser::Objects(forced) => {
                let reading = Reading { forced: *forced, zone: self.zone.as_deref() };
                envelope::read(piece, reading, &mut self.waiting);
            }
        }
        Some(())
    }
}

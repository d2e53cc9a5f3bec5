//! Delimited text: rows of cells under a header.

mod row;

use std::io::Read;

use memchr::memchr;

pub(super) use self::row::TableRow;
use self::row::{Cell, RowScanner, split};
use super::{
    Format, Piece, allowed, object,
    read_buffer::{RECORD_LIMIT, ReadBuffer},
    some_of,
};
use crate::event::{Event, ValidationErrors};

const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// Maps one row to an event.
pub(super) type RowMapping = Box<dyn Fn(&TableRow) -> Result<Event, ValidationErrors> + Send>;
/// Makes the mapping of a table's rows from the names of its columns; none if they are not those of the format.
pub(super) type HeaderMapping = fn(&[&str]) -> Option<RowMapping>;

/// A table whose header was read.
pub(super) struct Table {
    format: Format,
    mapping: RowMapping,
    columns: usize,
    delimiter: u8,
    cells: Vec<Cell>,
    /// The number of bytes to split at every line break, after a quote that was not closed where it should be.
    line_by_line: usize,
}

impl Table {
    /// Chooses the mapping of a table by its header, among those of the `forced` format if there is one.
    pub(super) fn with_header(header: &str, forced: Option<Format>) -> Result<Self, ValidationErrors> {
        let mut found = Vec::new();
        for delimiter in DELIMITERS {
            let mut cells = Vec::new();
            if split(header.as_bytes(), delimiter, &mut cells).is_err() {
                continue;
            }
            let names: Vec<_> = cells.iter().map(|cell| cell.raw_text(header).trim()).collect();
            let columns = names.len();
            let known = allowed(forced).find_map(|mapping| Some((mapping.format, mapping.rows?(&names)?)));
            if let Some((format, mapping)) = known {
                return Ok(Self { format, mapping, columns, delimiter, cells, line_by_line: 0 });
            }
            if columns > found.len() {
                found = names;
            }
        }
        Err(unknown_header(&found, forced))
    }

    /// Returns the format of the rows.
    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Returns the event of the next row that is not blank; none at the end of the source.
    ///
    /// If a row of several lines has wrong cells, a quote was most likely not closed: its first line is then an error,
    /// and the other lines are read as rows of their own.
    pub(super) fn next<R: Read>(&mut self, buffer: &mut ReadBuffer<R>) -> Option<Result<Event, ValidationErrors>> {
        loop {
            let length = match self.cut(buffer)? {
                Piece::Record(length) => length,
                Piece::Invalid(errors) => {
                    self.line_by_line = 0;
                    return Some(Err(errors));
                }
            };
            let row = without_line_end(&buffer.unread()[..length]);
            let event = if self.is_blank(row) {
                None
            } else if let Err(errors) = self.find_cells(row) {
                if self.line_by_line == 0 && memchr(b'\n', row).is_some() {
                    self.line_by_line = length;
                    continue;
                }
                Some(Err(errors))
            } else {
                Some(object::text(row).and_then(|row| (self.mapping)(&TableRow::new(row, &self.cells))))
            };
            buffer.take(length);
            self.line_by_line = self.line_by_line.saturating_sub(length);
            if event.is_some() {
                return event;
            }
        }
    }

    /// Finds the end of the next row.
    fn cut<R: Read>(&mut self, buffer: &mut ReadBuffer<R>) -> Option<Piece> {
        if self.line_by_line > 0 {
            return buffer.next_line();
        }
        let mut end = RowScanner::new(self.delimiter);
        let mut scanned = 0;
        loop {
            let found = end.feed(&buffer.unread()[scanned..]);
            scanned = found.map_or(buffer.unread().len(), |length| scanned + length);
            if scanned > RECORD_LIMIT {
                self.line_by_line = RECORD_LIMIT;
                return buffer.next_line();
            }
            if found.is_some() {
                return Some(Piece::Record(scanned));
            }
            if !buffer.fill() {
                break;
            }
        }
        if end.is_in_quotes() {
            self.line_by_line = scanned;
            return buffer.next_line();
        }
        (scanned > 0 && !buffer.has_failed()).then_some(Piece::Record(scanned))
    }

    fn is_blank(&self, row: &[u8]) -> bool {
        row.iter().all(|byte| byte.is_ascii_whitespace() || *byte == self.delimiter)
    }

    fn find_cells(&mut self, row: &[u8]) -> Result<(), ValidationErrors> {
        split(row, self.delimiter, &mut self.cells).map_err(ValidationErrors::of_record)?;
        let (found, expected) = (self.cells.len(), self.columns);
        if found != expected {
            return Err(ValidationErrors::of_record(format!("{found} cells, where the header has {expected}")));
        }
        Ok(())
    }
}

fn without_line_end(row: &[u8]) -> &[u8] {
    let row = row.strip_suffix(b"\n").unwrap_or(row);
    row.strip_suffix(b"\r").unwrap_or(row)
}

fn unknown_header(found: &[&str], forced: Option<Format>) -> ValidationErrors {
    let expected: Vec<_> =
        allowed(forced).filter(|mapping| mapping.rows.is_some()).map(|mapping| mapping.expects).collect();
    let expected = if expected.is_empty() { "JSON".to_owned() } else { expected.join(", or ") };
    ValidationErrors::of_record(format!("no known table: expected {expected}; found the columns {}", some_of(found)))
}

//! Delimited text: rows of cells under a header.

mod row;

use std::{io::Read, sync::Arc};

use memchr::memchr;

pub(super) use self::row::{Cell, TableRow};
use self::row::{RowScanner, split};
use super::{
    Format, Piece, allowed, object,
    read_buffer::{RECORD_LIMIT, ReadBuffer},
    some_of,
};
use crate::event::{CheckedEvent, ValidationErrors};

const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// Maps one row to an event.
pub(super) type RowMapping = Box<dyn Fn(&TableRow) -> Result<CheckedEvent, ValidationErrors> + Send + Sync>;
/// Makes the mapping of a table's rows from the names of its columns; none if they are not those of the format.
pub(super) type HeaderMapping = fn(&[&str]) -> Option<RowMapping>;

/// Splits a table whose header was read into rows.
pub(super) struct Table {
    rows: Arc<Rows>,
    /// The number of bytes to split at every line break, after a quote that was not closed where it should be.
    line_by_line: usize,
}

/// The rows of a table: their cells, and their mapping to events.
pub(super) struct Rows {
    format: Format,
    mapping: RowMapping,
    columns: usize,
    delimiter: u8,
}

impl Rows {
    /// Returns the format of the rows.
    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Reads a row, which may end with a line break. The capacity of `cells` is used for its cells.
    pub(super) fn event(&self, row: &[u8], cells: &mut Vec<Cell>) -> Result<CheckedEvent, ValidationErrors> {
        let row = without_line_end(row);
        self.find_cells(row, cells)?;
        (self.mapping)(&TableRow::new(object::text(row)?, cells))
    }

    fn is_blank(&self, row: &[u8]) -> bool {
        row.iter().all(|byte| byte.is_ascii_whitespace() || *byte == self.delimiter)
    }

    fn find_cells(&self, row: &[u8], cells: &mut Vec<Cell>) -> Result<(), ValidationErrors> {
        split(row, self.delimiter, cells).map_err(|detail| ValidationErrors::of_record(detail, detail))?;
        let (found, expected) = (cells.len(), self.columns);
        if found != expected {
            let problem = if found < expected { "has too few cells" } else { "has too many cells" };
            let detail = format!("{found} cells, where the header has {expected}");
            return Err(ValidationErrors::of_record(problem, detail));
        }
        Ok(())
    }
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
                let rows = Arc::new(Rows { format, mapping, columns, delimiter });
                return Ok(Self { rows, line_by_line: 0 });
            }
            if columns > found.len() {
                found = names;
            }
        }
        Err(unknown_header(&found, forced))
    }

    /// Returns what the rows are.
    pub(super) fn rows(&self) -> &Arc<Rows> {
        &self.rows
    }

    /// Finds the end of the next row that is not blank; none at the end of the source.
    ///
    /// If a row of several lines has wrong cells, a quote was most likely not closed: its first line is then a row, and
    /// the other lines are rows of their own.
    pub(super) fn next<R: Read>(&mut self, buffer: &mut ReadBuffer<R>) -> Option<Piece> {
        loop {
            let length = match self.cut(buffer)? {
                Piece::Record(length) => length,
                invalid @ (Piece::Invalid(_) | Piece::CutOff(_)) => {
                    self.line_by_line = 0;
                    return Some(invalid);
                }
            };
            let row = without_line_end(&buffer.unread()[..length]);
            let is_unclosed = || memchr(b'\n', row).is_some() && self.rows.find_cells(row, &mut Vec::new()).is_err();
            if self.line_by_line == 0 && is_unclosed() {
                self.line_by_line = length;
                continue;
            }
            let is_blank = self.rows.is_blank(row);
            self.line_by_line = self.line_by_line.saturating_sub(length);
            if !is_blank {
                return Some(Piece::Record(length));
            }
            buffer.take(length);
        }
    }

    /// Finds the end of the next row.
    fn cut<R: Read>(&mut self, buffer: &mut ReadBuffer<R>) -> Option<Piece> {
        if self.line_by_line > 0 {
            return buffer.next_line();
        }
        let mut end = RowScanner::new(self.rows.delimiter);
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
}

fn without_line_end(row: &[u8]) -> &[u8] {
    let row = row.strip_suffix(b"\n").unwrap_or(row);
    row.strip_suffix(b"\r").unwrap_or(row)
}

fn unknown_header(found: &[&str], forced: Option<Format>) -> ValidationErrors {
    let expected: Vec<_> =
        allowed(forced).filter(|mapping| mapping.rows.is_some()).map(|mapping| mapping.expects).collect();
    let expected = if expected.is_empty() { "JSON".to_owned() } else { expected.join(", or ") };
    let detail = format!("no known table: expected {expected}; found the columns {}", some_of(found));
    ValidationErrors::of_record("is no known table", detail)
}

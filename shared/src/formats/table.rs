//! Delimited text: rows of cells under a header.

mod header;
mod row;

use std::{borrow::Cow, io::Read, sync::Arc};

use memchr::{memchr, memmem};

pub(super) use self::row::{Cell, TableRow};
use self::row::{Escape, RowScanner, split};
use super::{
    BYTE_ORDER_MARK, Format, Piece, Zone,
    read_buffer::{RECORD_LIMIT, ReadBuffer},
};
use crate::event::{CheckedEvent, ValidationErrors};

/// Maps one row to an event.
pub(super) type RowMapping = Box<dyn Fn(&TableRow, Zone) -> Result<CheckedEvent, ValidationErrors> + Send + Sync>;
/// Makes the mapping of a table's rows from the names of its columns; none if they are not those of the format.
pub(super) type HeaderMapping = fn(&[&str]) -> Option<RowMapping>;

/// Splits a table whose header was read into rows.
pub(super) struct Table {
    rows: Arc<Rows>,
    /// The text of the header up to the end of its first name, which no row of data begins with.
    header_start: Box<[u8]>,
    forced: Option<Format>,
    /// The number of bytes to split at every line break, after a quote that was not closed where it should be.
    line_by_line: usize,
}

/// The rows of a table: their cells, and their mapping to events.
pub(super) struct Rows {
    format: Format,
    mapping: RowMapping,
    /// The number of columns, and of those up to the last one that has a name.
    columns: usize,
    named_columns: usize,
    delimiter: u8,
}

impl Rows {
    /// Returns the format of the rows.
    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Reads a row, which may end with a line break. The capacity of `cells` is used for its cells.
    pub(super) fn event(
        &self,
        row: &[u8],
        zone: Zone,
        cells: &mut Vec<Cell>,
    ) -> Result<CheckedEvent, ValidationErrors> {
        let bytes = without_line_end(row);
        let utf8 = str::from_utf8(bytes);
        let row = utf8.map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
        self.find_cells(row.as_bytes(), cells)?;
        (self.mapping)(&TableRow::new(&row, cells, utf8.is_ok()), zone)
    }

    fn is_blank(&self, row: &[u8]) -> bool {
        row.iter().all(|byte| byte.is_ascii_whitespace() || *byte == self.delimiter)
    }

    /// Finds the cells of a row, whose quotes are marked by backslashes if it makes no sense otherwise.
    fn find_cells(&self, row: &[u8], cells: &mut Vec<Cell>) -> Result<(), ValidationErrors> {
        let Err(errors) = self.find_cells_by(Escape::Doubled, row, cells) else { return Ok(()) };
        let may_have_backslashes = memmem::find(row, b"\\\"").is_some();
        if may_have_backslashes && self.find_cells_by(Escape::Backslash, row, cells).is_ok() {
            return Ok(());
        }
        Err(errors)
    }

    fn find_cells_by(&self, escape: Escape, row: &[u8], cells: &mut Vec<Cell>) -> Result<(), ValidationErrors> {
        split(row, self.delimiter, escape, cells).map_err(|problem| {
            ValidationErrors::of_record(problem, format!("{problem}: double the quotes within a quoted cell"))
        })?;
        let (found, expected) = (cells.len(), self.columns);
        let has_extra = || cells.iter().skip(expected).any(|cell| !cell.is_blank(row));
        if found < self.named_columns {
            let detail = format!("{found} cells, where the header has {expected}");
            Err(ValidationErrors::of_record("has too few cells", detail))
        } else if has_extra() {
            let way_out = "quote cells that hold the separator";
            let detail = format!("{found} cells, where the header has {expected}: {way_out}");
            Err(ValidationErrors::of_record("has too many cells", detail))
        } else {
            Ok(())
        }
    }
}

impl Table {
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
            let mut length = match self.cut(buffer)? {
                Piece::Record(length) => length,
                invalid @ (Piece::Invalid(_) | Piece::CutOff(_) | Piece::Header) => {
                    self.line_by_line = 0;
                    return Some(invalid);
                }
            };
            if buffer.unread()[..length].starts_with(BYTE_ORDER_MARK) {
                length -= buffer.take(BYTE_ORDER_MARK.len()).len(); // where files were joined
            }
            let row = without_line_end(&buffer.unread()[..length]);
            let is_unclosed = || memchr(b'\n', row).is_some() && self.rows.find_cells(row, &mut Vec::new()).is_err();
            if self.line_by_line == 0 && is_unclosed() {
                self.line_by_line = length;
                continue;
            }
            let is_blank = self.rows.is_blank(row);
            let repeated_header = self.repeated_header(row);
            self.line_by_line = self.line_by_line.saturating_sub(length);
            if let Some(table) = repeated_header {
                buffer.take(length);
                *self = table;
                return Some(Piece::Header);
            }
            if !is_blank {
                return Some(Piece::Record(length));
            }
            buffer.take(length);
        }
    }

    /// Returns the table that begins with this row, if the row is a header, as it is where files were joined.
    fn repeated_header(&self, row: &[u8]) -> Option<Self> {
        if !row.starts_with(&self.header_start) {
            return None;
        }
        Self::with_header(str::from_utf8(row).ok()?, Some(self.rows.delimiter), self.forced).ok()
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

//! Tables as text: rows of cells behind a header.

mod row;

use std::io::Read;

use memchr::memchr;

pub(super) use self::row::Row;
use self::row::{Cell, RowEnd, split};
use super::{
    Format, Piece, allowed, object, some_of,
    window::{RECORD_LIMIT, Window},
};
use crate::event::{Event, Faults};

const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// Makes an event of one row.
pub(super) type RowMapping = Box<dyn Fn(&Row) -> Result<Event, Faults> + Send>;
/// Makes the meaning of a table's rows from the names of its columns, if it knows them.
pub(super) type HeaderMapping = fn(&[&str]) -> Option<RowMapping>;

/// A table whose header was read.
pub(super) struct Table {
    format: Format,
    mapping: RowMapping,
    columns: usize,
    delimiter: u8,
    cells: Vec<Cell>,
    /// How many of the next bytes are cut at every line break: a quote before them was not closed where it should.
    line_by_line: usize,
}

impl Table {
    /// Recognises a table by its header.
    pub(super) fn with_header(header: &str, forced: Option<Format>) -> Result<Self, Faults> {
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

    /// Returns the event of the next row that is not blank.
    ///
    /// A row of several lines whose cells are wrong is taken for what it most likely is, lines behind a quote that
    /// was never closed: the first is a fault, the others are read for themselves.
    pub(super) fn next<R: Read>(&mut self, window: &mut Window<R>) -> Option<Result<Event, Faults>> {
        loop {
            let length = match self.cut(window)? {
                Piece::Record(length) => length,
                Piece::Fault(faults) => {
                    self.line_by_line = 0;
                    return Some(Err(faults));
                }
            };
            let row = without_line_end(&window.unread()[..length]);
            let event = if self.is_blank(row) {
                None
            } else if let Err(faults) = self.find_cells(row) {
                if self.line_by_line == 0 && memchr(b'\n', row).is_some() {
                    self.line_by_line = length;
                    continue;
                }
                Some(Err(faults))
            } else {
                Some(object::text(row).and_then(|row| (self.mapping)(&Row::new(row, &self.cells))))
            };
            window.take(length);
            self.line_by_line = self.line_by_line.saturating_sub(length);
            if event.is_some() {
                return event;
            }
        }
    }

    /// Finds the end of the next row.
    fn cut<R: Read>(&mut self, window: &mut Window<R>) -> Option<Piece> {
        if self.line_by_line > 0 {
            return window.next_line();
        }
        let mut end = RowEnd::new(self.delimiter);
        let mut scanned = 0;
        loop {
            let found = end.feed(&window.unread()[scanned..]);
            scanned = found.map_or(window.unread().len(), |length| scanned + length);
            if scanned > RECORD_LIMIT {
                self.line_by_line = RECORD_LIMIT;
                return window.next_line();
            }
            if found.is_some() {
                return Some(Piece::Record(scanned));
            }
            if !window.fill() {
                break;
            }
        }
        if end.is_in_quotes() {
            self.line_by_line = scanned;
            return window.next_line();
        }
        (scanned > 0 && !window.has_failed()).then_some(Piece::Record(scanned))
    }

    fn is_blank(&self, row: &[u8]) -> bool {
        row.iter().all(|byte| byte.is_ascii_whitespace() || *byte == self.delimiter)
    }

    fn find_cells(&mut self, row: &[u8]) -> Result<(), Faults> {
        split(row, self.delimiter, &mut self.cells).map_err(Faults::of_record)?;
        let (found, expected) = (self.cells.len(), self.columns);
        if found != expected {
            return Err(Faults::of_record(format!("{found} cells, where the header has {expected}")));
        }
        Ok(())
    }
}

fn without_line_end(row: &[u8]) -> &[u8] {
    let row = row.strip_suffix(b"\n").unwrap_or(row);
    row.strip_suffix(b"\r").unwrap_or(row)
}

fn unknown_header(found: &[&str], forced: Option<Format>) -> Faults {
    let expected: Vec<_> =
        allowed(forced).filter(|mapping| mapping.rows.is_some()).map(|mapping| mapping.expects).collect();
    let expected = if expected.is_empty() { "JSON".to_owned() } else { expected.join(", or ") };
    Faults::of_record(format!("no known table: expected {expected}; found the columns {}", some_of(found)))
}

//! One row of a table: its end, its cells and their texts.
//!
//! A cell that begins with a quote ends with the next quote that is not doubled; it may contain line breaks and
//! delimiters. A quote anywhere else is part of the text.

use std::{borrow::Cow, ops::Range};

use memchr::{memchr, memchr2};

use crate::event::RawValue;

/// Finds the end of a row whose bytes may come in several parts.
pub(super) struct RowScanner {
    delimiter: u8,
    state: State,
    before: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Plain,
    Quoted,
    /// After a quote in a quoted cell: the end of the cell, or the first half of a doubled quote.
    BehindQuote,
}

impl RowScanner {
    pub(super) fn new(delimiter: u8) -> Self {
        Self { delimiter, state: State::Plain, before: delimiter }
    }

    /// Returns whether the bytes so far end inside a quoted cell.
    pub(super) fn is_in_quotes(&self) -> bool {
        self.state == State::Quoted
    }

    /// Scans the next `bytes`; returns the length of the row in them, with its line break, if it ends in them.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut position = 0;
        while let Some(byte) = bytes.get(position) {
            match self.state {
                State::Quoted => {
                    let Some(quote) = memchr(b'"', &bytes[position..]) else { break };
                    position += quote + 1;
                    self.state = State::BehindQuote;
                }
                State::BehindQuote if *byte == b'"' => {
                    position += 1;
                    self.state = State::Quoted;
                }
                State::BehindQuote => {
                    self.before = b'"';
                    self.state = State::Plain;
                }
                State::Plain => {
                    let Some(offset) = memchr2(b'\n', b'"', &bytes[position..]) else { break };
                    let found = position + offset;
                    if bytes[found] == b'\n' {
                        return Some(found + 1);
                    }
                    let before = if offset == 0 { self.before } else { bytes[found - 1] };
                    self.state = if before == self.delimiter { State::Quoted } else { State::Plain };
                    self.before = b'"';
                    position = found + 1;
                }
            }
        }
        if self.state == State::Plain && position < bytes.len() {
            self.before = bytes[bytes.len() - 1];
        }
        None
    }
}

/// The position of a cell in its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::formats) struct Cell {
    /// The range of the text, without the quotes around it.
    text: Range<usize>,
    has_doubled_quotes: bool,
}

impl Cell {
    /// Returns the text as it is in the row, with doubled quotes.
    pub(super) fn raw_text<'a>(&self, line: &'a str) -> &'a str {
        &line[self.text.clone()]
    }
}

/// Finds the cells of a row.
pub(super) fn split(bytes: &[u8], delimiter: u8, cells: &mut Vec<Cell>) -> Result<(), &'static str> {
    cells.clear();
    let mut start = 0;
    loop {
        let (cell, end) = if bytes.get(start) == Some(&b'"') {
            quoted(bytes, start + 1, delimiter)?
        } else {
            let end = memchr(delimiter, &bytes[start..]).map_or(bytes.len(), |length| start + length);
            (Cell { text: start..end, has_doubled_quotes: false }, end)
        };
        cells.push(cell);
        if end == bytes.len() {
            return Ok(());
        }
        start = end + 1;
    }
}

/// Finds the end of a quoted cell whose text begins at `start`; returns the cell, and the position of the delimiter
/// after it or of the end of the row.
fn quoted(bytes: &[u8], start: usize, delimiter: u8) -> Result<(Cell, usize), &'static str> {
    let mut has_doubled_quotes = false;
    let mut position = start;
    loop {
        let quote = memchr(b'"', &bytes[position..]).ok_or("a quote is not closed")?;
        let end = position + quote;
        if bytes.get(end + 1) == Some(&b'"') {
            has_doubled_quotes = true;
            position = end + 2;
            continue;
        }
        let behind = memchr(delimiter, &bytes[end..]).map_or(bytes.len(), |length| end + length);
        if !bytes[end + 1..behind].trim_ascii().is_empty() {
            return Err("text follows a quoted cell");
        }
        return Ok((Cell { text: start..end, has_doubled_quotes }, behind));
    }
}

/// The cells of a row, by the numbers of their columns.
pub(crate) struct TableRow<'a> {
    line: &'a str,
    cells: &'a [Cell],
}

impl<'a> TableRow<'a> {
    pub(super) fn new(line: &'a str, cells: &'a [Cell]) -> Self {
        Self { line, cells }
    }

    /// Returns the text of a cell, without white space around it; none if it is empty or there is no such column.
    pub(crate) fn text(&self, column: usize) -> Option<Cow<'a, str>> {
        let cell = self.cells.get(column)?;
        let text = trimmed(cell.raw_text(self.line));
        let text = if cell.has_doubled_quotes { text.replace("\"\"", "\"").into() } else { Cow::Borrowed(text) };
        (!text.is_empty()).then_some(text)
    }

    /// Returns a cell as the value of a field.
    pub(crate) fn raw(&self, column: usize) -> Option<RawValue<'a>> {
        self.text(column).map(RawValue::Text)
    }
}

/// Returns a text without the white space around it, in little time where there is none.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells_of(line: &str) -> Result<Vec<String>, &'static str> {
        let mut cells = Vec::new();
        split(line.as_bytes(), b',', &mut cells)?;
        let row = TableRow::new(line, &cells);
        Ok((0..cells.len()).map(|column| row.text(column).unwrap_or_default().into_owned()).collect())
    }

    #[test]
    fn a_row_has_one_cell_more_than_delimiters() {
        assert_eq!(cells_of("a, b ,,c").expect("well formed"), ["a", "b", "", "c"]);
        assert_eq!(cells_of("a,").expect("well formed"), ["a", ""]);
        assert_eq!(cells_of("").expect("well formed"), [""]);
    }

    #[test]
    fn quotes_hold_delimiters_line_breaks_and_doubled_quotes() {
        assert_eq!(cells_of("\"a,b\n\",\"say \"\"hi\"\"\" ,\"\"").expect("well formed"), ["a,b", "say \"hi\"", ""]);
        assert_eq!(cells_of("5\" wide,x").expect("a quote inside is text"), ["5\" wide", "x"]);
    }

    #[test]
    fn a_quote_out_of_place_is_an_error() {
        assert_eq!(cells_of("a,\"b"), Err("a quote is not closed"));
        assert_eq!(cells_of("\"a\"b,c"), Err("text follows a quoted cell"));
    }

    #[test]
    fn a_row_ends_at_the_first_line_break_outside_of_quotes_however_it_comes_in() {
        for (text, length) in [
            ("a,b\nc", Some(4)),
            ("\"a\nb\",c\nd", Some(8)),
            ("\"a\"\"\nb\"\nc", Some(8)),
            ("a\"\nb", Some(3)),
            ("\"\",\"\"\n", Some(6)),
            ("\"a\" \"\n", Some(6)),
            ("\"a\n", None),
            ("a,b", None),
        ] {
            assert_eq!(RowScanner::new(b',').feed(text.as_bytes()), length, "{text:?}");
            let mut end = RowScanner::new(b',');
            let by_bytes = (0..text.len()).find(|at| end.feed(&text.as_bytes()[*at..=*at]).is_some());
            assert_eq!(by_bytes.map(|at| at + 1), length, "{text:?} byte by byte");
        }
    }
}

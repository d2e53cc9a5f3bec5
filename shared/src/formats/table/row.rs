//! One row of a table: its end, its cells and their texts.
//!
//! A cell that begins with a quote ends with the next quote that is not doubled; it may contain line breaks and
//! delimiters. A quote anywhere else is part of the text. Where a row makes no sense by this rule, a backslash before a
//! quote or a backslash escapes it in quoted cells, as Spark and `MySQL` write.

use std::{borrow::Cow, ops::Range};

use memchr::{memchr, memchr2};

use crate::{
    event::{RawValue, ValidationErrors, trimmed},
    formats::object::{no_utf8, no_utf8_value},
};

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
    /// How quotes in the text are marked, if there are any.
    escape: Option<Escape>,
}

/// The mark of a quote within a quoted cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// A second quote.
    Doubled,
    /// A backslash or a second quote.
    Backslash,
}

impl Cell {
    /// Returns whether there is nothing but white space in the cell of a row.
    pub(super) fn is_blank(&self, row: &[u8]) -> bool {
        row[self.text.clone()].trim_ascii().is_empty()
    }

    /// Returns the text as it is in the row, with doubled quotes.
    pub(super) fn raw_text<'a>(&self, line: &'a str) -> &'a str {
        &line[self.text.clone()]
    }
}

/// Finds the cells of a row, in whose quoted cells quotes are marked by `escape`.
pub(super) fn split(bytes: &[u8], delimiter: u8, escape: Escape, cells: &mut Vec<Cell>) -> Result<(), &'static str> {
    cells.clear();
    let mut start = 0;
    loop {
        let (cell, end) = if bytes.get(start) == Some(&b'"') {
            quoted(bytes, start + 1, delimiter, escape)?
        } else {
            let end = memchr(delimiter, &bytes[start..]).map_or(bytes.len(), |length| start + length);
            (Cell { text: start..end, escape: None }, end)
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
fn quoted(bytes: &[u8], start: usize, delimiter: u8, escape: Escape) -> Result<(Cell, usize), &'static str> {
    let mut has_escapes = false;
    let mut position = start;
    loop {
        let rest = &bytes[position..];
        let mark = match escape {
            Escape::Doubled => memchr(b'"', rest),
            Escape::Backslash => memchr2(b'"', b'\\', rest),
        };
        let end = position + mark.ok_or("a quote is not closed")?;
        let next = bytes.get(end + 1);
        if next == Some(&b'"') || bytes[end] == b'\\' && next == Some(&b'\\') {
            has_escapes = true;
            position = end + 2;
            continue;
        }
        if bytes[end] == b'\\' {
            position = end + 1;
            continue;
        }
        let behind = memchr(delimiter, &bytes[end..]).map_or(bytes.len(), |length| end + length);
        if !bytes[end + 1..behind].trim_ascii().is_empty() {
            return Err("text follows a quoted cell");
        }
        return Ok((Cell { text: start..end, escape: has_escapes.then_some(escape) }, behind));
    }
}

/// The cells of a row, by the numbers of their columns.
pub(crate) struct TableRow<'a> {
    line: &'a str,
    cells: &'a [Cell],
    is_utf8: bool,
}

impl<'a> TableRow<'a> {
    /// Makes the row of a line in which U+FFFD stands for what is no UTF-8 text, unless `is_utf8`.
    pub(super) fn new(line: &'a str, cells: &'a [Cell], is_utf8: bool) -> Self {
        Self { line, cells, is_utf8 }
    }

    /// Fails if the row is no UTF-8 text.
    pub(crate) fn check_utf8(&self) -> Result<(), ValidationErrors> {
        if self.is_utf8 { Ok(()) } else { Err(no_utf8(self.line)) }
    }

    /// Returns the text of a cell, without white space around it; none if it is empty or there is no such column.
    pub(crate) fn text(&self, column: usize) -> Option<Cow<'a, str>> {
        let cell = self.cells.get(column)?;
        let text = trimmed(cell.raw_text(self.line));
        let text = match cell.escape {
            None => Cow::Borrowed(text),
            Some(Escape::Doubled) => text.replace("\"\"", "\"").into(),
            Some(Escape::Backslash) => without_backslashes(text).into(),
        };
        (!text.is_empty()).then_some(text)
    }

    /// Returns a cell as the value of a field.
    pub(crate) fn raw(&self, column: usize) -> Option<RawValue<'a>> {
        let text = self.text(column)?;
        let is_unreadable = !self.is_utf8 && text.contains(char::REPLACEMENT_CHARACTER);
        Some(if is_unreadable { no_utf8_value(&text) } else { RawValue::Text(text) })
    }
}

/// Removes the backslashes and quotes that mark a quote or a backslash.
fn without_backslashes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let escaped = match (character, rest.peek()) {
            ('\\', Some('"' | '\\')) | ('"', Some('"')) => rest.next(),
            _ => None,
        };
        plain.push(escaped.unwrap_or(character));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells_of(line: &str) -> Result<Vec<String>, &'static str> {
        cells_by(Escape::Doubled, line)
    }

    fn cells_by(escape: Escape, line: &str) -> Result<Vec<String>, &'static str> {
        let mut cells = Vec::new();
        split(line.as_bytes(), b',', escape, &mut cells)?;
        let row = TableRow::new(line, &cells, true);
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
    fn a_backslash_may_mark_quotes_and_backslashes() {
        for (line, cells) in [
            (r#""{\"a\":\"b\"}",c"#, [r#"{"a":"b"}"#, "c"]),
            (r#""say \"hi\", ""you""",c"#, [r#"say "hi", "you""#, "c"]),
            (r#""{\"a\":\"x\\\"y\"}","c\\""#, [r#"{"a":"x\"y"}"#, r"c\"]),
            (r#""C:\dir",c\d"#, [r"C:\dir", r"c\d"]),
        ] {
            assert_eq!(cells_by(Escape::Backslash, line).expect("well formed"), cells, "{line}");
        }
        assert_eq!(cells_by(Escape::Backslash, r#""a\""#), Err("a quote is not closed"));
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

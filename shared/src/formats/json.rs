//! Splits JSON of any layout into records without loading the whole source: one value per line, or nested lists and
//! objects.

mod repair;
mod scanner;

use std::io::Read;

use memchr::memchr;

pub(super) use self::repair::repaired;
use self::scanner::{Scanner, Stop};
use super::{
    BYTE_ORDER_MARK, Piece, is_list_name,
    read_buffer::{RECORD_LIMIT, ReadBuffer},
};

/// The maximum depth to which lists in lists are split.
const DEEPEST: usize = 8;

/// The layout of a JSON source, which decides how it is split into records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One record per line.
    Lines,
    /// Lists and objects with arbitrary line breaks.
    Document,
}

impl Layout {
    /// Returns the layout of a source that begins with `head`, whose first byte is `{` or `[`; none if more bytes are
    /// needed. `is_all` says that the source ends with `head`.
    pub(super) fn of(head: &[u8], is_all: bool) -> Option<Self> {
        if head.starts_with(b"[") {
            return Some(Self::Document);
        }
        let line = memchr(b'\n', head).map_or(head, |end| &head[..end]);
        let is_whole_line = is_all || line.len() < head.len();
        let mut scanner = Scanner::stopping_at(is_list_name);
        match scanner.feed(line) {
            Some(Stop::List(_)) => Some(Self::Document),
            Some(Stop::Closed(length)) => match line[length..].trim_ascii_start().first() {
                Some(b'{' | b'[' | b',') => Some(Self::Document),
                rest => (is_whole_line || rest.is_some()).then_some(Self::Lines),
            },
            Some(Stop::Cut(_)) => is_whole_line.then_some(Self::Lines),
            None if is_whole_line => Self::after_incomplete_line(&scanner, &head[line.len()..], is_all),
            None => None,
        }
    }

    /// Distinguishes a damaged line, after which the next record begins, from the first line of an indented value.
    fn after_incomplete_line(scanner: &Scanner, rest: &[u8], is_all: bool) -> Option<Self> {
        if scanner.is_in_string() {
            return Some(Self::Lines);
        }
        let next = match rest.get(1) {
            None if !is_all => return None,
            next => next,
        };
        Some(if next == Some(&b'{') && !scanner.allows_brace() { Self::Lines } else { Self::Document })
    }
}

/// Returns the next line that is not blank. Damage in a line does not affect the next one.
pub(super) fn next_filled_line<R: Read>(buffer: &mut ReadBuffer<R>) -> Option<Piece> {
    loop {
        let line = buffer.next_line()?;
        match line {
            Piece::Record(length) if buffer.unread()[..length].trim_ascii().is_empty() => buffer.take(length),
            line => return Some(line),
        };
    }
}

/// Splits lists and objects into records: the elements of every list, the elements of lists that an object holds under
/// one of the names that the formats give, and every other value that stands alone.
#[derive(Debug, Default)]
pub(super) struct Document {
    open: Vec<Container>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Container {
    /// A list of records.
    List,
    /// An object whose list of records has ended.
    Holder,
}

/// The result of looking for the next record.
enum Next {
    /// An object that holds a list of records, which was entered.
    List,
    /// A record or an error.
    Piece(Piece),
    /// A value that the source does not complete.
    Incomplete,
}

impl Document {
    /// Returns the next record; none at the end of the source.
    pub(super) fn next<R: Read>(&mut self, buffer: &mut ReadBuffer<R>) -> Option<Piece> {
        loop {
            let Some(byte) = buffer.peek() else {
                let is_whole = self.open.is_empty();
                return self.end(buffer, is_whole);
            };
            match (byte, self.open.last()) {
                (byte, _) if is_separator(byte) => {
                    let count = buffer.unread().iter().take_while(|byte| is_separator(**byte)).count();
                    buffer.take(count);
                }
                (_, Some(Container::Holder)) if !leave_object(buffer) => return self.end(buffer, false),
                (_, Some(Container::Holder)) => {
                    self.open.pop();
                }
                (b'[', None) => {
                    buffer.take(1);
                    self.open.push(Container::List);
                }
                (b']', Some(Container::List)) => {
                    buffer.take(1);
                    self.open.pop();
                }
                (b']' | b'}', _) => {
                    buffer.take(1); // left behind by a record that was cut
                }
                _ => match self.value(buffer) {
                    Next::List => {}
                    Next::Piece(piece) => return Some(piece),
                    Next::Incomplete => return self.end(buffer, false),
                },
            }
        }
    }

    /// Finds the end of the value that begins here, or enters the list of records that it holds.
    fn value<R: Read>(&mut self, buffer: &mut ReadBuffer<R>) -> Next {
        let may_hold_list = self.open.len() < DEEPEST;
        let mut scanner = if may_hold_list { Scanner::stopping_at(is_list_name) } else { Scanner::default() };
        let mut length = 0;
        let mut is_too_long = false;
        loop {
            let stop = scanner.feed(&buffer.unread()[length..]);
            length = match stop {
                Some(Stop::Closed(more) | Stop::Cut(more) | Stop::List(more)) => length + more,
                None => buffer.unread().len(),
            };
            if matches!(stop, Some(Stop::List(_))) {
                buffer.take(length);
                self.open.extend([Container::Holder, Container::List]);
                return Next::List;
            }
            if length > RECORD_LIMIT {
                is_too_long = true;
                buffer.take(length);
                length = 0;
            }
            if stop.is_none() && buffer.fill() {
                continue;
            }
            if stop.is_none() && (scanner.is_open() || buffer.has_failed()) {
                return Next::Incomplete;
            }
            if is_too_long {
                buffer.take(length);
                return Next::Piece(Piece::too_long());
            }
            return Next::Piece(Piece::Record(length));
        }
    }

    /// Consumes the rest of the source, and returns an error if `is_whole` is false: the rest is then incomplete.
    fn end<R: Read>(&mut self, buffer: &mut ReadBuffer<R>, is_whole: bool) -> Option<Piece> {
        self.open.clear();
        buffer.take(buffer.unread().len());
        let is_known = is_whole || buffer.has_failed();
        (!is_known).then(|| Piece::cut_off("the input ends before its last list or record does"))
    }
}

/// Returns whether a byte stands between values; where files were joined, that is a byte order mark too.
fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',') || BYTE_ORDER_MARK.contains(&byte)
}

/// Consumes what follows the list of records in an object, to the object's end; returns false if the source ends
/// before.
fn leave_object<R: Read>(buffer: &mut ReadBuffer<R>) -> bool {
    let mut scanner = Scanner::inside_object();
    while buffer.peek().is_some() {
        let unread = buffer.unread();
        let stop = scanner.feed(unread);
        let length = match stop {
            Some(Stop::Closed(length) | Stop::Cut(length) | Stop::List(length)) => length,
            None => unread.len(),
        };
        buffer.take(length);
        if stop.is_some() {
            return true;
        }
    }
    false
}

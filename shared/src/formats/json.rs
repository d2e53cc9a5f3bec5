//! JSON as it comes: one value a line, or lists and objects of any shape, cut into records without reading it whole.

mod scanner;

use std::io::Read;

use memchr::memchr;

use self::scanner::{Scanner, Stop};
use super::{
    Piece, is_list_name,
    window::{RECORD_LIMIT, Window},
};

/// More lists in lists than any source writes.
const DEEPEST: usize = 8;

/// How a JSON source is cut into records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One record a line.
    Lines,
    /// Lists and objects, however they are laid out.
    Document,
}

impl Layout {
    /// Tells the layout from the first bytes, which begin with `{` or `[`; nothing if more of them are needed.
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

    /// Tells a broken line, behind which the next record begins, from the first line of an indented value.
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

/// Returns the next line that is not blank: whatever is wrong with a line stays in it.
pub(super) fn next_filled_line<R: Read>(window: &mut Window<R>) -> Option<Piece> {
    loop {
        let line = window.next_line()?;
        match line {
            Piece::Record(length) if window.unread()[..length].trim_ascii().is_empty() => window.take(length),
            line => return Some(line),
        };
    }
}

/// Cuts lists and objects into records: the elements of every list, of lists that objects hold under one of the
/// known names, and all else that stands alone.
#[derive(Debug, Default)]
pub(super) struct Document {
    open: Vec<Container>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Container {
    /// A list of records.
    List,
    /// An object that holds such a list, which has ended.
    Holder,
}

/// What stands where a record may begin.
enum Next {
    /// An object that holds a list of records.
    List,
    /// Anything else.
    Piece(Piece),
    /// The beginning of something that the source does not end.
    Incomplete,
}

impl Document {
    /// Returns the next record.
    pub(super) fn next<R: Read>(&mut self, window: &mut Window<R>) -> Option<Piece> {
        loop {
            let Some(byte) = window.peek() else {
                let is_whole = self.open.is_empty();
                return self.end(window, is_whole);
            };
            match (byte, self.open.last()) {
                (byte, _) if is_separator(byte) => {
                    let count = window.unread().iter().take_while(|byte| is_separator(**byte)).count();
                    window.take(count);
                }
                (_, Some(Container::Holder)) if !leave_object(window) => return self.end(window, false),
                (_, Some(Container::Holder)) => {
                    self.open.pop();
                }
                (b'[', None) => {
                    window.take(1);
                    self.open.push(Container::List);
                }
                (b']', Some(Container::List)) => {
                    window.take(1);
                    self.open.pop();
                }
                (b']' | b'}', _) => {
                    window.take(1); // left behind by a record that was cut
                }
                _ => match self.value(window) {
                    Next::List => {}
                    Next::Piece(piece) => return Some(piece),
                    Next::Incomplete => return self.end(window, false),
                },
            }
        }
    }

    /// Finds the end of the value that begins here; a list of records in it is entered instead.
    fn value<R: Read>(&mut self, window: &mut Window<R>) -> Next {
        let may_hold_list = self.open.len() < DEEPEST;
        let mut scanner = if may_hold_list { Scanner::stopping_at(is_list_name) } else { Scanner::default() };
        let mut length = 0;
        let mut is_too_long = false;
        loop {
            let stop = scanner.feed(&window.unread()[length..]);
            length = match stop {
                Some(Stop::Closed(more) | Stop::Cut(more) | Stop::List(more)) => length + more,
                None => window.unread().len(),
            };
            if matches!(stop, Some(Stop::List(_))) {
                window.take(length);
                self.open.extend([Container::Holder, Container::List]);
                return Next::List;
            }
            if length > RECORD_LIMIT {
                is_too_long = true;
                window.take(length);
                length = 0;
            }
            if stop.is_none() && window.fill() {
                continue;
            }
            if stop.is_none() && (scanner.is_open() || window.has_failed()) {
                return Next::Incomplete;
            }
            if is_too_long {
                window.take(length);
                return Next::Piece(Piece::too_long());
            }
            return Next::Piece(Piece::Record(length));
        }
    }

    /// Takes all that is left, which is the beginning of something unless the source `is_whole`.
    fn end<R: Read>(&mut self, window: &mut Window<R>, is_whole: bool) -> Option<Piece> {
        self.open.clear();
        window.take(window.unread().len());
        let is_known = is_whole || window.has_failed();
        (!is_known).then(|| Piece::fault("the input ends before its last list or record does"))
    }
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',')
}

/// Takes what an object holds behind its list of records, and its end; false if the source ends before.
fn leave_object<R: Read>(window: &mut Window<R>) -> bool {
    let mut scanner = Scanner::inside_object();
    while window.peek().is_some() {
        let unread = window.unread();
        let stop = scanner.feed(unread);
        let length = match stop {
            Some(Stop::Closed(length) | Stop::Cut(length) | Stop::List(length)) => length,
            None => unread.len(),
        };
        window.take(length);
        if stop.is_some() {
            return true;
        }
    }
    false
}

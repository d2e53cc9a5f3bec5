//! Finds the end of a JSON value byte by byte, without parsing it.

use memchr::memchr3;

/// The depth from which on brackets are only counted; the parser refuses values of this depth.
const DEEPEST: usize = 200;
/// The number of bytes of a name that are remembered; the names of lists of records are shorter.
const LONGEST_NAME: usize = 16;

/// The reason why a scan stopped, with the number of bytes scanned before that point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The value is complete.
    Closed(usize),
    /// The value is incomplete, but the next byte cannot belong to it: it is damaged.
    Cut(usize),
    /// A list of records begins in an object of the first level.
    List(usize),
}

/// The state of a scan, which continues with the bytes of the next call.
///
/// The scan recovers from damage: a line break ends a string, since JSON allows none in a string; a closing bracket
/// also closes every bracket opened after its opening one; and an opening brace where JSON allows none ends the value.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    open: Vec<Bracket>,
    /// The number of open brackets beyond those in `open`.
    deeper: u64,
    is_in_string: bool,
    is_escaped: bool,
    has_begun: bool,
    /// The last byte outside of strings that was not white space.
    before: u8,
    /// The beginning of the last string, if it is one of the first level.
    name: Vec<u8>,
    /// The number of commas of the first level.
    commas: u64,
    is_list_name: Option<IsListName>,
}

/// Returns whether an object can hold a list of records under a name, and under it as its first one.
pub(super) type IsListName = fn(&[u8], bool) -> bool;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Brace,
    Square,
}

impl Scanner {
    /// Makes a scan that stops at lists for whose name `is_list_name` returns true.
    pub(super) fn stopping_at(is_list_name: IsListName) -> Self {
        Self { is_list_name: Some(is_list_name), ..Self::default() }
    }

    /// Makes a scan that begins inside an open object, after the list that it holds.
    pub(super) fn inside_object() -> Self {
        Self { open: vec![Bracket::Brace], has_begun: true, before: b']', ..Self::default() }
    }

    /// Returns whether a bracket or a string is open.
    pub(super) fn is_open(&self) -> bool {
        self.is_in_string || !self.open.is_empty()
    }

    /// Returns whether a string is open.
    pub(super) fn is_in_string(&self) -> bool {
        self.is_in_string
    }

    /// Returns whether an opening brace can come next in the incomplete value.
    pub(super) fn allows_brace(&self) -> bool {
        match self.open.last() {
            _ if self.deeper > 0 => true,
            None => !self.has_begun,
            Some(Bracket::Brace) => self.before == b':',
            Some(Bracket::Square) => true,
        }
    }

    /// Scans the next `bytes`; returns where to stop, or none if the scan continues after them.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Option<Stop> {
        let mut position = 0;
        while position < bytes.len() {
            if self.is_in_string {
                position += self.string(&bytes[position..]);
            } else if let Some(stop) = self.byte(bytes[position], position) {
                return Some(stop);
            } else {
                position += 1;
            }
        }
        None
    }

    /// Scans to the end of a string or of `bytes`; returns the number of bytes scanned.
    fn string(&mut self, bytes: &[u8]) -> usize {
        if self.is_escaped {
            self.is_escaped = false;
            self.remember(&bytes[..1]);
            return 1;
        }
        let Some(end) = memchr3(b'"', b'\\', b'\n', bytes) else {
            self.remember(bytes);
            return bytes.len();
        };
        self.remember(&bytes[..end]);
        self.is_escaped = bytes[end] == b'\\';
        self.is_in_string = self.is_escaped;
        end + 1
    }

    fn remember(&mut self, text: &[u8]) {
        if self.open.len() == 1 {
            let free = LONGEST_NAME.saturating_sub(self.name.len());
            self.name.extend_from_slice(&text[..text.len().min(free)]);
        }
    }

    fn byte(&mut self, byte: u8, position: usize) -> Option<Stop> {
        match byte {
            b'\n' | b',' if self.open.is_empty() => return Some(Stop::Cut(position)),
            b' ' | b'\t' | b'\r' | b'\n' => return None,
            b'"' => {
                self.is_in_string = true;
                self.name.clear();
            }
            b'{' if !self.allows_brace() => return Some(Stop::Cut(position)),
            b'[' if self.open.is_empty() && self.has_begun => return Some(Stop::Cut(position)),
            b'{' => self.push(Bracket::Brace),
            b'[' => {
                if self.is_at_list() {
                    return Some(Stop::List(position + 1));
                }
                self.push(Bracket::Square);
            }
            b',' if self.open.len() == 1 => self.commas += 1,
            b'}' => return self.close(Bracket::Brace, byte, position),
            b']' => return self.close(Bracket::Square, byte, position),
            _ => {}
        }
        self.has_begun = true;
        self.before = byte;
        None
    }

    fn is_at_list(&self) -> bool {
        let may_be_list = self.open == [Bracket::Brace] && self.before == b':';
        may_be_list && self.is_list_name.is_some_and(|is_list_name| is_list_name(&self.name, self.commas == 0))
    }

    fn push(&mut self, bracket: Bracket) {
        if self.open.len() < DEEPEST {
            self.open.push(bracket);
        } else {
            self.deeper += 1;
        }
    }

    fn close(&mut self, bracket: Bracket, byte: u8, position: usize) -> Option<Stop> {
        self.before = byte;
        if self.deeper > 0 {
            self.deeper -= 1;
            return None;
        }
        let Some(opener) = self.open.iter().rposition(|open| *open == bracket) else {
            return Some(Stop::Cut(position));
        };
        self.open.truncate(opener);
        self.open.is_empty().then_some(Stop::Closed(position + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::registry::{FIRST_LISTS_OF_ENVELOPES, LISTS_OF_ENVELOPES, MAPPINGS};

    fn scan(text: &str) -> Option<Stop> {
        Scanner::default().feed(text.as_bytes())
    }

    #[test]
    fn a_value_ends_with_its_last_bracket() {
        assert_eq!(scan(r#"{"a": [1, {"b": 2}]} {"#), Some(Stop::Closed(20)));
        assert_eq!(scan("[[1], [2]], "), Some(Stop::Closed(10)));
        assert_eq!(scan(r#"{"a": {"b": 2}"#), None);
    }

    #[test]
    fn brackets_and_quotes_in_strings_do_not_count() {
        assert_eq!(scan(r#"{"a}": "\"}{[\\"}"#), Some(Stop::Closed(17)));
    }

    #[test]
    fn a_list_of_the_first_level_that_was_asked_for_is_told() {
        let mut scanner = Scanner::stopping_at(|name, _| name == b"Records");
        assert_eq!(scanner.feed(br#"{"list": [1], "deeper": {"Records": [1]}, "Rec"#), None);
        assert_eq!(scanner.feed(br#"ords" : [{"#), Some(Stop::List(9)));
    }

    #[test]
    fn a_list_can_be_asked_for_in_the_first_place_only() {
        let scan =
            |text: &str| Scanner::stopping_at(|name, is_first| name == b"events" && is_first).feed(text.as_bytes());
        assert_eq!(scan(r#"{"events": ["#), Some(Stop::List(12)));
        assert_eq!(scan(r#"{"id": {"a": 1, "b": 2}, "events": ["#), None);
    }

    #[test]
    fn every_name_of_a_list_of_records_is_shorter_than_what_is_remembered_of_a_name() {
        let lists = MAPPINGS.iter().filter_map(|mapping| mapping.objects.as_ref()).flat_map(|objects| objects.lists);
        let lists = lists.chain(&LISTS_OF_ENVELOPES).chain(&FIRST_LISTS_OF_ENVELOPES);
        assert!(lists.clone().count() > 0);
        assert!(lists.into_iter().all(|name| name.len() < LONGEST_NAME));
    }

    #[test]
    fn a_scalar_ends_before_a_comma_a_bracket_or_a_line_break() {
        for text in ["12,", "12]", "12}", "12\n", "12{"] {
            assert_eq!(scan(text), Some(Stop::Cut(2)), "{text}");
        }
        assert_eq!(scan(r#""a,b","#), Some(Stop::Cut(5)));
    }

    #[test]
    fn a_missing_brace_is_noticed_where_the_next_object_begins() {
        assert_eq!(scan(r#"{"a": 1, {"a": 2}"#), Some(Stop::Cut(9)));
        assert_eq!(scan("{\"a\": \"b},\n{\"a\": 2}"), Some(Stop::Cut(11)));
        assert_eq!(scan(r#"{"a": {"b": 1]"#), Some(Stop::Cut(13)));
    }

    #[test]
    fn a_bracket_closes_what_was_left_open_inside() {
        assert_eq!(scan(r#"{"a": [1, 2}, "#), Some(Stop::Closed(12)));
    }

    #[test]
    fn any_depth_is_followed_with_little_memory() {
        let depth = 100_000;
        let mut scanner = Scanner::default();
        assert_eq!(scanner.feed("[".repeat(depth).as_bytes()), None);
        assert!(scanner.open.capacity() <= 2 * DEEPEST);
        assert_eq!(scanner.feed("]".repeat(depth).as_bytes()), Some(Stop::Closed(depth)));
    }
}

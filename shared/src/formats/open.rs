//! Tells from its first bytes how a source is to be read.

use std::io::Read;

use memchr::{memchr, memchr_iter};

use super::{
    Format, Reader, allowed,
    json::{Document, Layout},
    object,
    table::Table,
    window::Window,
};
use crate::event::Faults;

/// How many bytes are looked at.
const HEAD: usize = 64 << 10;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
const WIDE_BYTE_ORDER_MARKS: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];

/// The first bytes of a source.
#[derive(Clone, Copy)]
struct Head<'a> {
    bytes: &'a [u8],
    /// Whether the source ends with them.
    is_all: bool,
}

impl Head<'_> {
    /// Tells whether no more will be looked at.
    fn is_final(self) -> bool {
        self.is_all || self.bytes.len() == HEAD
    }
}

/// Finds the reader for what is in `window`; only records of the `forced` format are wanted if there is one.
pub(super) fn open<R: Read>(window: &mut Window<R>, forced: Option<Format>) -> Result<Reader, Faults> {
    while window.unread().len() < BYTE_ORDER_MARK.len() && window.fill() {}
    if WIDE_BYTE_ORDER_MARKS.iter().any(|mark| window.unread().starts_with(mark)) {
        return Err(Faults::of_record("UTF-16 text: save it as UTF-8"));
    }
    if window.unread().starts_with(BYTE_ORDER_MARK) {
        window.take(BYTE_ORDER_MARK.len());
    }
    while matches!(window.peek(), Some(b' ' | b'\r' | b'\n')) {
        window.take(1);
    }
    loop {
        let is_all = window.unread().len() <= HEAD && !window.fill();
        let bytes = window.unread();
        let head = Head { bytes: &bytes[..bytes.len().min(HEAD)], is_all };
        let reader = match head.bytes.trim_ascii_start().first() {
            None if head.is_final() => return Ok(Reader::Ended),
            None => None,
            Some(b'{' | b'[') => json(head, forced),
            Some(_) => table(head, forced),
        };
        if let Some(found) = reader {
            let (reader, header_length) = found?;
            window.take(header_length);
            return Ok(reader);
        }
    }
}

/// A reader and the length of the header before its records; nothing if more of the source must be seen.
type Found = Option<Result<(Reader, usize), Faults>>;

fn json(head: Head, forced: Option<Format>) -> Found {
    if !takes_objects(forced) {
        return Some(Err(Faults::of_record("JSON, where a table is expected")));
    }
    let reader = match Layout::of(head.bytes.trim_ascii_start(), head.is_all) {
        Some(Layout::Lines) => Reader::Lines,
        Some(Layout::Document) => Reader::Document(Document::default()),
        None if head.is_final() => Reader::Document(Document::default()),
        None => return None,
    };
    Some(Ok((reader, 0)))
}

fn table(head: Head, forced: Option<Format>) -> Found {
    let end = memchr(b'\n', head.bytes);
    if end.is_none() && !head.is_final() {
        return None;
    }
    let length = end.unwrap_or(head.bytes.len());
    let table = object::text(&head.bytes[..length]).and_then(|header| Table::with_header(header, forced));
    if table.is_err() && !head.is_final() {
        return None;
    }
    if table.is_err() && takes_objects(forced) && holds_json_lines(head.bytes) {
        return Some(Ok((Reader::Lines, 0)));
    }
    Some(table.map(|table| (Reader::Table(table), length)))
}

fn takes_objects(forced: Option<Format>) -> bool {
    allowed(forced).any(|mapping| mapping.objects.is_some())
}

/// Tells whether a line begins an object: then the first line is a broken record rather than a header.
fn holds_json_lines(bytes: &[u8]) -> bool {
    memchr_iter(b'\n', bytes).any(|end| bytes.get(end + 1) == Some(&b'{'))
}

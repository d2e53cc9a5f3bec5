//! Detects how to split a source into records, from its first bytes.

use std::io::Read;

use memchr::{memchr, memchr_iter};

use super::{
    Format, Splitter, allowed,
    json::{Document, Layout},
    object,
    read_buffer::ReadBuffer,
    table::Table,
};
use crate::event::ValidationErrors;

/// The maximum number of bytes that are examined.
const HEAD: usize = 64 << 10;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
const WIDE_BYTE_ORDER_MARKS: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];

/// The first bytes of a source.
#[derive(Clone, Copy)]
struct Head<'a> {
    bytes: &'a [u8],
    /// Whether the source ends with these bytes.
    is_all: bool,
}

impl Head<'_> {
    /// Returns whether no more bytes will be examined.
    fn is_final(self) -> bool {
        self.is_all || self.bytes.len() == HEAD
    }
}

/// Chooses the splitter for the source in `buffer`, for records of the `forced` format only if there is one.
pub(super) fn open<R: Read>(buffer: &mut ReadBuffer<R>, forced: Option<Format>) -> Result<Splitter, ValidationErrors> {
    while buffer.unread().len() < BYTE_ORDER_MARK.len() && buffer.fill() {}
    if WIDE_BYTE_ORDER_MARKS.iter().any(|mark| buffer.unread().starts_with(mark)) {
        return Err(ValidationErrors::of_record("is UTF-16 text", "UTF-16 text: save it as UTF-8"));
    }
    if buffer.unread().starts_with(BYTE_ORDER_MARK) {
        buffer.take(BYTE_ORDER_MARK.len());
    }
    while matches!(buffer.peek(), Some(b' ' | b'\r' | b'\n')) {
        buffer.take(1);
    }
    loop {
        let is_all = buffer.unread().len() <= HEAD && !buffer.fill();
        let bytes = buffer.unread();
        let head = Head { bytes: &bytes[..bytes.len().min(HEAD)], is_all };
        let splitter = match head.bytes.trim_ascii_start().first() {
            None if head.is_final() => return Ok(Splitter::Ended),
            None => None,
            Some(b'{' | b'[') => json(head, forced),
            Some(_) => table(head, forced),
        };
        if let Some(found) = splitter {
            let (splitter, header_length) = found?;
            buffer.take(header_length);
            return Ok(splitter);
        }
    }
}

/// A splitter, and the length of the header to skip; none if more bytes must be examined.
type Found = Option<Result<(Splitter, usize), ValidationErrors>>;

fn json(head: Head, forced: Option<Format>) -> Found {
    if !takes_objects(forced) {
        return Some(Err(ValidationErrors::of_record("is JSON", "JSON, where a table is expected")));
    }
    let splitter = match Layout::of(head.bytes.trim_ascii_start(), head.is_all) {
        Some(Layout::Lines) => Splitter::Lines,
        Some(Layout::Document) => Splitter::Document(Document::default()),
        None if head.is_final() => Splitter::Document(Document::default()),
        None => return None,
    };
    Some(Ok((splitter, 0)))
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
        return Some(Ok((Splitter::Lines, 0)));
    }
    Some(table.map(|table| (Splitter::Table(table), length)))
}

fn takes_objects(forced: Option<Format>) -> bool {
    allowed(forced).any(|mapping| mapping.objects.is_some())
}

/// Returns whether any line begins with `{`: then the first line is a damaged record rather than a header.
fn holds_json_lines(bytes: &[u8]) -> bool {
    memchr_iter(b'\n', bytes).any(|end| bytes.get(end + 1) == Some(&b'{'))
}

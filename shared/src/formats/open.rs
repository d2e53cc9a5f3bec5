//! Detects how to split a source into records, from its first bytes.

use std::io::Read;

use memchr::{memchr, memchr_iter};

use super::{
    BYTE_ORDER_MARK, Format, Splitter, allowed, cef, foreign,
    json::{Document, Layout},
    read_buffer::ReadBuffer,
    table::Table,
    utf16::ByteOrder,
};
use crate::event::ValidationErrors;

/// The maximum number of bytes that are examined.
const HEAD: usize = 64 << 10;

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

    /// Returns whether the first line ends with a carriage return alone, as on old Macs.
    fn ends_lines_by_cr(self) -> bool {
        let end = memchr(b'\n', self.bytes).or(self.is_final().then_some(self.bytes.len()));
        end.is_some_and(|end| {
            let line = &self.bytes[..end];
            memchr(b'\r', line.strip_suffix(b"\r").unwrap_or(line)).is_some()
        })
    }
}

/// Chooses the splitter for the source in `buffer`, for records of the `forced` format only if there is one.
pub(super) fn open<R: Read>(buffer: &mut ReadBuffer<R>, forced: Option<Format>) -> Result<Splitter, ValidationErrors> {
    decode(buffer)?;
    while matches!(buffer.peek(), Some(b' ' | b'\r' | b'\n')) {
        buffer.take(1);
    }
    loop {
        let is_all = buffer.unread().len() <= HEAD && !buffer.fill();
        let bytes = buffer.unread();
        let head = Head { bytes: &bytes[..bytes.len().min(HEAD)], is_all };
        if head.ends_lines_by_cr() {
            buffer.end_lines_by_cr();
            continue;
        }
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

/// Makes UTF-8 text of the source, without a byte order mark, if it is a text.
fn decode<R: Read>(buffer: &mut ReadBuffer<R>) -> Result<(), ValidationErrors> {
    while buffer.unread().len() < foreign::HEAD && buffer.fill() {}
    if let Some(order) = ByteOrder::of(buffer.unread()) {
        buffer.decode_utf16(order);
        while buffer.unread().len() < foreign::HEAD && buffer.fill() {}
    }
    while buffer.unread().starts_with(BYTE_ORDER_MARK) {
        buffer.take(BYTE_ORDER_MARK.len());
    }
    match foreign::described(buffer.unread().trim_ascii_start()) {
        Some((kind, way_out)) => Err(ValidationErrors::of_record("is no log", format!("{kind}, not a log: {way_out}"))),
        None => Ok(()),
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
    let (delimiter, start) = separator_line(head)?;
    let end = memchr(b'\n', &head.bytes[start..]).map(|end| start + end);
    if end.is_none() && !head.is_final() {
        return None;
    }
    let length = end.unwrap_or(head.bytes.len());
    let header = String::from_utf8_lossy(&head.bytes[start..length]);
    let table = Table::with_header(&header, delimiter, forced);
    if table.is_err() && !head.is_final() {
        return None;
    }
    if table.is_err() && takes_objects(forced) && holds_records_in_lines(head.bytes) {
        return Some(Ok((Splitter::Lines, 0)));
    }
    Some(table.map(|table| (Splitter::Table(table), length)))
}

/// Returns the separator that a first line such as `sep=;` names for a spreadsheet, and the length of that line; none if
/// more bytes must be examined.
fn separator_line(head: Head) -> Option<(Option<u8>, usize)> {
    let line = match memchr(b'\n', head.bytes) {
        Some(end) => &head.bytes[..=end],
        None if head.is_final() => head.bytes,
        None => return None,
    };
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let text = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text);
    Some(match text {
        [s, e, p, b'=', delimiter] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") => (Some(*delimiter), line.len()),
        _ => (None, 0),
    })
}

fn takes_objects(forced: Option<Format>) -> bool {
    allowed(forced).any(|mapping| mapping.objects.is_some())
}

/// Returns whether lines are records of their own. So they are if any begins with `{`, since the first line is then a
/// damaged record rather than a header; if the first one ends with `}`, and may have JSON behind the header of a message;
/// or if it is a line in the Common Event Format.
fn holds_records_in_lines(bytes: &[u8]) -> bool {
    let first = &bytes[..memchr(b'\n', bytes).unwrap_or(bytes.len())];
    let is_cef = || str::from_utf8(first).is_ok_and(cef::is_line);
    first.trim_ascii_end().ends_with(b"}")
        || is_cef()
        || memchr_iter(b'\n', bytes).any(|end| bytes.get(end + 1) == Some(&b'{'))
}

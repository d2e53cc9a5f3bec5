//! A buffered source that is decompressed and decoded on the fly; only bytes that are not yet consumed stay in memory.

use std::io::Read;

use memchr::memchr;

use super::{
    Piece,
    decompressed::Decompressed,
    utf16::{ByteOrder, Utf16Decoder},
};

/// The maximum size of a record, in bytes.
pub(super) const RECORD_LIMIT: usize = 4 << 20;

const CHUNK: usize = 64 << 10;

/// A source, and those of its bytes that were read but not yet consumed.
pub(super) struct ReadBuffer<R> {
    source: Decompressed<R>,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    is_open: bool,
    failure: Option<String>,
    utf16: Option<Utf16Decoder>,
    /// Whether carriage returns are replaced by line feeds.
    ends_lines_by_cr: bool,
}

impl<R: Read> ReadBuffer<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source: Decompressed::new(source),
            bytes: Vec::new(),
            start: 0,
            end: 0,
            is_open: true,
            failure: None,
            utf16: None,
            ends_lines_by_cr: false,
        }
    }

    /// Returns the bytes that were read but not yet consumed.
    pub(super) fn unread(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Decodes the source from here on as UTF-16.
    pub(super) fn decode_utf16(&mut self, order: ByteOrder) {
        let raw = self.unread().to_vec();
        (self.start, self.end) = (0, 0);
        let text = self.utf16.insert(Utf16Decoder::new(order)).decode(&raw);
        self.append(text.as_bytes());
    }

    /// Replaces carriage returns from here on by line feeds.
    pub(super) fn end_lines_by_cr(&mut self) {
        self.ends_lines_by_cr = true;
        replace_crs(&mut self.bytes[self.start..self.end]);
    }

    /// Reads more bytes; returns false if there are no more, or reading failed.
    pub(super) fn fill(&mut self) -> bool {
        if !self.is_open {
            return false;
        }
        self.make_room();
        match self.source.read(&mut self.bytes[self.end..]) {
            Ok(count) => self.is_open = self.take_in(count),
            Err(error) => {
                self.failure = Some(self.source.explain(&error));
                self.is_open = false;
            }
        }
        self.is_open
    }

    /// Takes in the next `count` bytes, which were read behind the others; returns false at the end of the source.
    fn take_in(&mut self, count: usize) -> bool {
        let end = self.end;
        if let Some(decoder) = &mut self.utf16 {
            let mut text = decoder.decode(&self.bytes[end..end + count]);
            if count == 0 {
                text.extend(decoder.finish());
            }
            self.append(text.as_bytes());
        } else {
            self.end += count;
        }
        if self.ends_lines_by_cr {
            replace_crs(&mut self.bytes[end..self.end]);
        }
        count > 0 || self.end > end
    }

    fn append(&mut self, bytes: &[u8]) {
        self.bytes.truncate(self.end);
        self.bytes.extend_from_slice(bytes);
        self.end = self.bytes.len();
    }

    /// Returns the next byte without consuming it; none at the end.
    pub(super) fn peek(&mut self) -> Option<u8> {
        while self.start == self.end {
            if !self.fill() {
                return None;
            }
        }
        Some(self.bytes[self.start])
    }

    /// Consumes the next `count` bytes, which must have been read.
    pub(super) fn take(&mut self, count: usize) -> &[u8] {
        let start = self.start;
        self.start += count;
        &self.bytes[start..self.start]
    }

    /// Finds the end of the next line, and returns it with its line break as a record. A line longer than
    /// [`RECORD_LIMIT`] is skipped and is an error.
    pub(super) fn next_line(&mut self) -> Option<Piece> {
        let mut scanned = 0;
        let mut is_too_long = false;
        loop {
            let unread = self.unread();
            let end = memchr(b'\n', &unread[scanned..]).map(|end| scanned + end + 1);
            scanned = end.unwrap_or(unread.len());
            if scanned > RECORD_LIMIT {
                is_too_long = true;
                self.take(scanned);
                scanned = 0;
            }
            if end.is_none() && self.fill() {
                continue;
            }
            if end.is_none() && self.has_failed() {
                return None;
            }
            if is_too_long {
                self.take(scanned);
                return Some(Piece::too_long());
            }
            return (scanned > 0).then_some(Piece::Record(scanned));
        }
    }

    /// Returns whether reading failed before the end of the source.
    pub(super) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Returns why reading failed, at the first call after the failure only.
    pub(super) fn take_failure(&mut self) -> Option<String> {
        self.failure.take()
    }

    fn make_room(&mut self) {
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.bytes.len() - self.end < CHUNK {
            self.bytes.resize(self.end + CHUNK.max(self.end), 0);
        }
    }
}

fn replace_crs(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn packed(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).expect("memory takes everything");
        encoder.finish().expect("memory takes everything")
    }

    fn all_of(source: impl Read) -> (Vec<u8>, Option<String>) {
        let mut buffer = ReadBuffer::new(source);
        while buffer.fill() {}
        (buffer.unread().to_vec(), buffer.take_failure())
    }

    #[test]
    fn plain_bytes_come_as_they_are() {
        for text in ["", "x", "one and two"] {
            assert_eq!(all_of(text.as_bytes()), (text.into(), None));
        }
    }

    #[test]
    fn every_member_of_a_gzip_file_is_unpacked() {
        let members = [packed("one "), packed("two")].concat();
        assert_eq!(all_of(&members[..]), (b"one two".to_vec(), None));
    }

    #[test]
    fn a_gzip_file_that_is_cut_off_says_so() {
        let whole = packed("one and two and three");
        let (_, failure) = all_of(&whole[..whole.len() - 9]);
        assert!(failure.expect("it is cut off").starts_with("the gzip file is damaged or cut off: "));
    }

    #[test]
    fn what_was_taken_makes_room_and_the_rest_stays() {
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(5 * CHUNK).collect();
        let mut buffer = ReadBuffer::new(&bytes[..]);
        let mut taken = Vec::new();
        while buffer.peek().is_some() {
            let count = buffer.unread().len().min(1000);
            taken.extend_from_slice(buffer.take(count));
            buffer.fill();
        }
        assert_eq!(taken, bytes);
        assert!(buffer.bytes.len() <= 8 * CHUNK);
    }
}

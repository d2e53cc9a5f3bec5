//! The bytes of a source as they come in, unpacked where they are packed, of which only what is in hand is kept.

use std::io::{self, Chain, Cursor, ErrorKind, Read};

use flate2::read::MultiGzDecoder;
use memchr::memchr;

use super::Piece;

/// The most bytes one record may have.
pub(super) const RECORD_LIMIT: usize = 4 << 20;

const CHUNK: usize = 64 << 10;
const GZIP: [u8; 2] = [0x1F, 0x8B];

/// A source and those of its bytes that were read but not yet taken.
pub(super) struct Window<R> {
    source: Source<R>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    is_open: bool,
    failure: Option<String>,
}

enum Source<R> {
    Unopened(Option<R>),
    Plain(Sniffed<R>),
    Gzip(Box<MultiGzDecoder<Sniffed<R>>>),
}

/// A source behind its own first bytes, which were read to see what it is.
type Sniffed<R> = Chain<Cursor<Vec<u8>>, R>;

impl<R: Read> Window<R> {
    pub(super) fn new(source: R) -> Self {
        let source = Source::Unopened(Some(source));
        Self { source, buffer: Vec::new(), start: 0, end: 0, is_open: true, failure: None }
    }

    /// Returns what was read and not yet taken.
    pub(super) fn unread(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Reads more behind what is there; false when nothing more will come.
    pub(super) fn fill(&mut self) -> bool {
        if !self.is_open {
            return false;
        }
        self.make_room();
        match self.source.read_some(&mut self.buffer[self.end..]) {
            Ok(count) => {
                self.end += count;
                self.is_open = count > 0;
            }
            Err(error) => {
                self.failure = Some(self.source.explain(&error));
                self.is_open = false;
            }
        }
        self.is_open
    }

    /// Returns the next byte without taking it; nothing at the end.
    pub(super) fn peek(&mut self) -> Option<u8> {
        while self.start == self.end {
            if !self.fill() {
                return None;
            }
        }
        Some(self.buffer[self.start])
    }

    /// Takes the next `count` bytes, all of which were read.
    pub(super) fn take(&mut self, count: usize) -> &[u8] {
        let start = self.start;
        self.start += count;
        &self.buffer[start..self.start]
    }

    /// Finds the end of the next line, which is a record with its line break; one that is longer than a record may be
    /// is gone through and is a fault.
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

    /// Tells whether reading ended before the source did.
    pub(super) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Returns why reading ended before the source did; once.
    pub(super) fn take_failure(&mut self) -> Option<String> {
        self.failure.take()
    }

    fn make_room(&mut self) {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < CHUNK {
            self.buffer.resize(self.end + CHUNK.max(self.end), 0);
        }
    }
}

impl<R: Read> Source<R> {
    fn read_some(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Self::Unopened(source) = self {
            let source = source.take().ok_or(ErrorKind::NotConnected)?;
            *self = open(source)?;
        }
        loop {
            let outcome = match self {
                Self::Unopened(_) => Ok(0),
                Self::Plain(source) => source.read(buffer),
                Self::Gzip(source) => source.read(buffer),
            };
            match outcome {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                outcome => return outcome,
            }
        }
    }

    fn explain(&self, error: &io::Error) -> String {
        let is_damage =
            matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof);
        match self {
            Self::Gzip(_) if is_damage => format!("the gzip file is damaged or cut off: {error}"),
            _ => format!("reading failed: {error}"),
        }
    }
}

/// Looks at the first bytes of `source` for those with which every gzip file begins.
fn open<R: Read>(mut source: R) -> io::Result<Source<R>> {
    let mut head = Vec::with_capacity(GZIP.len());
    source.by_ref().take(GZIP.len() as u64).read_to_end(&mut head)?;
    let is_packed = head == GZIP;
    let whole = Cursor::new(head).chain(source);
    Ok(if is_packed { Source::Gzip(Box::new(MultiGzDecoder::new(whole))) } else { Source::Plain(whole) })
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
        let mut window = Window::new(source);
        while window.fill() {}
        (window.unread().to_vec(), window.take_failure())
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
        let mut window = Window::new(&bytes[..]);
        let mut taken = Vec::new();
        while window.peek().is_some() {
            let count = window.unread().len().min(1000);
            taken.extend_from_slice(window.take(count));
            window.fill();
        }
        assert_eq!(taken, bytes);
        assert!(window.buffer.len() <= 8 * CHUNK);
    }
}

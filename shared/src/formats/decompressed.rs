//! Files that may be compressed.

use std::io::{self, Chain, Cursor, ErrorKind, Read};

use flate2::read::MultiGzDecoder;

use super::zstd::{self, ZstdReader};

/// The number of bytes of earlier content that a frame of a Zstandard file may refer to.
const LARGEST_WINDOW: u64 = 64 << 20;
/// The bytes that mark a gzip file.
const GZIP: [u8; 2] = [0x1F, 0x8B];

/// The plain content of a source that may be compressed by gzip or Zstandard, which its first bytes show.
pub struct Decompressed<R>(Content<R>);

enum Content<R> {
    Unopened(Option<R>),
    Plain(Sniffed<R>),
    Gzip(Box<MultiGzDecoder<Sniffed<R>>>),
    Zstd(Box<ZstdReader<Sniffed<R>>>),
}

/// A source preceded by its own first bytes, which were read to detect compression.
type Sniffed<R> = Chain<Cursor<Vec<u8>>, R>;

impl<R: Read> Decompressed<R> {
    /// Makes the reader of a source, from which nothing is read yet.
    pub fn new(source: R) -> Self {
        Self(Content::Unopened(Some(source)))
    }

    /// Says why reading failed.
    pub(super) fn explain(&self, error: &io::Error) -> String {
        let is_damage =
            matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof);
        match &self.0 {
            Content::Gzip(_) if is_damage => format!("the gzip file is damaged or cut off: {error}"),
            Content::Zstd(_) if is_damage => format!("the Zstandard file is damaged or cut off: {error}"),
            _ => format!("reading failed: {error}"),
        }
    }
}

impl<R: Read> Read for Decompressed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Content::Unopened(source) = &mut self.0 {
            let source = source.take().ok_or(ErrorKind::NotConnected)?;
            self.0 = open(source)?;
        }
        loop {
            let outcome = match &mut self.0 {
                Content::Unopened(_) => Ok(0),
                Content::Plain(source) => source.read(buffer),
                Content::Gzip(source) => source.read(buffer),
                Content::Zstd(source) => source.read(buffer),
            };
            match outcome {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                outcome => return outcome,
            }
        }
    }
}

fn open<R: Read>(mut source: R) -> io::Result<Content<R>> {
    let mut head = Vec::with_capacity(zstd::MAGIC.len());
    source.by_ref().take(zstd::MAGIC.len() as u64).read_to_end(&mut head)?;
    let (is_gzip, is_zstd) = (head.starts_with(&GZIP), head == zstd::MAGIC);
    let whole = Cursor::new(head).chain(source);
    Ok(if is_gzip {
        Content::Gzip(Box::new(MultiGzDecoder::new(whole)))
    } else if is_zstd {
        Content::Zstd(Box::new(ZstdReader::new(whole, LARGEST_WINDOW)))
    } else {
        Content::Plain(whole)
    })
}

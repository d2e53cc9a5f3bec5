//! Files that may be packed by gzip.

use std::io::Read;

use flate2::read::MultiGzDecoder;

const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Returns a reader of the plain content of a file, packed by gzip or not.
pub(crate) fn plain(content: &[u8]) -> Box<dyn Read + '_> {
    if content.starts_with(&MAGIC) { Box::new(MultiGzDecoder::new(content)) } else { Box::new(content) }
}

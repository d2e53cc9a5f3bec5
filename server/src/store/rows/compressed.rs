//! Content that is compressed by LZ4.

use lz4_flex::block::{compress_prepend_size, decompress, uncompressed_size};
use serde::Serialize;

use super::{UnreadableRow, opened};

/// The number of bytes that a byte of LZ4 stands for at most.
const MOST_PER_BYTE: usize = 255;

/// Encodes content under a version, and compresses it.
pub(super) fn seal_compressed(version: u8, content: &impl Serialize) -> Vec<u8> {
    let plain = postcard::to_stdvec(content).expect("rows are plain data");
    [&[version], compress_prepend_size(&plain).as_slice()].concat()
}

/// Returns the content of a body; `newest` is the newest known version.
pub(super) fn open_compressed(body: &[u8], newest: u8) -> Result<Vec<u8>, UnreadableRow> {
    let (_, packed) = opened(body, newest)?;
    let (size, packed) = uncompressed_size(packed).map_err(|_| UnreadableRow::Damaged)?;
    if size > MOST_PER_BYTE * packed.len() {
        return Err(UnreadableRow::Damaged);
    }
    decompress(packed, size).map_err(|_| UnreadableRow::Damaged)
}

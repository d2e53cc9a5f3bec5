//! A file as the body of an answer.

use std::{
    fs::File,
    io::{self, Read as _},
};

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::task::spawn_blocking;

/// Bytes that are read at once.
const PART_BYTES: u64 = 64 << 10;

/// Returns a body of the rest of a file, which is read while it is sent.
pub(super) fn body_of(file: File) -> Body {
    Body::from_stream(stream::try_unfold(file, |file| async move {
        let read = spawn_blocking(move || next_part(file)).await;
        read.map_err(io::Error::other)?
    }))
}

/// Reads the next part of a file; none at its end.
fn next_part(file: File) -> io::Result<Option<(Bytes, File)>> {
    let mut part = Vec::new();
    (&file).take(PART_BYTES).read_to_end(&mut part)?;
    Ok((!part.is_empty()).then(|| (part.into(), file)))
}

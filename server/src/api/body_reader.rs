//! The body of a request for a thread that may wait for it.

use std::{
    future::poll_fn,
    io::{self, Error, ErrorKind, Read},
    pin::Pin,
};

use axum::body::{Body, Bytes, HttpBody as _};
use tokio::runtime::Handle;

use crate::limits;

/// Reads a body as it comes: the sender waits while it is not read. It must not be read on a thread of the runtime.
pub(super) struct BodyReader {
    body: Body,
    /// What is left of the part that came last.
    part: Bytes,
    runtime: Handle,
}

impl BodyReader {
    /// Makes the reader of a body that comes in by the current runtime.
    pub(super) fn new(body: Body) -> Self {
        Self { body, part: Bytes::new(), runtime: Handle::current() }
    }
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.part.is_empty() {
            let body = &mut self.body;
            let frame = self.runtime.block_on(poll_fn(|context| Pin::new(&mut *body).poll_frame(context)));
            let Some(frame) = frame else { return Ok(0) };
            self.part = frame.map_err(told)?.into_data().unwrap_or_default(); // trailers are ignored
        }
        let length = buffer.len().min(self.part.len());
        buffer[..length].copy_from_slice(&self.part.split_to(length));
        Ok(length)
    }
}

fn told(error: axum::Error) -> Error {
    if limits::is_too_slow(&error) {
        Error::new(ErrorKind::TimedOut, "it came too slowly")
    } else {
        Error::other(error)
    }
}

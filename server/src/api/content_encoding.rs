//! How the body of a request is compressed.

use std::io::Read;

use axum::http::{HeaderMap, header::CONTENT_ENCODING};
use flate2::read::MultiGzDecoder;
use shared::formats::ZstdReader;

use super::problem::Problem;

/// The number of bytes of earlier content that a zstd frame may refer to: what senders over HTTP keep to (RFC 9659).
const LARGEST_WINDOW: u64 = 8 << 20;
/// The encodings that are taken, as headers name them.
pub(super) const TAKEN: &str = "gzip, zstd, identity";

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContentEncoding {
    /// Not at all.
    Identity,
    /// By gzip (RFC 1952).
    Gzip,
    /// By zstd (RFC 8878).
    Zstd,
}

impl ContentEncoding {
    /// Returns what the headers of a request say.
    ///
    /// # Errors
    ///
    /// Fails if the body is encoded otherwise, or several times.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let encodings = headers.get_all(CONTENT_ENCODING).iter().map(|value| value.as_bytes().to_ascii_lowercase());
        let mut encodings = encodings.filter(|encoding| encoding != b"identity");
        match (encodings.next().as_deref(), encodings.next()) {
            (None, _) => Ok(Self::Identity),
            (Some(b"gzip" | b"x-gzip"), None) => Ok(Self::Gzip),
            (Some(b"zstd"), None) => Ok(Self::Zstd),
            _ => Err(Problem::of_encoded_body()),
        }
    }

    /// Returns the encoding that the first bytes of a body tell of.
    pub(super) fn sniffed(body: &[u8]) -> Self {
        match body {
            [0x1F, 0x8B, ..] => Self::Gzip,
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Self::Zstd,
            _ => Self::Identity,
        }
    }

    /// Returns the name of the encoding.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// Returns a reader of the plain content of a body.
    pub(super) fn reader<'a>(self, body: impl Read + Send + 'a) -> Box<dyn Read + Send + 'a> {
        match self {
            Self::Identity => Box::new(body),
            Self::Gzip => Box::new(MultiGzDecoder::new(body)),
            Self::Zstd => Box::new(ZstdReader::new(body, LARGEST_WINDOW)),
        }
    }
}

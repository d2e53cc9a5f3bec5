//! The formats of what rows hold: types of their own, with a version for each table.
//!
//! A body begins with the version of its table's format. A program writes the newest version and reads every version
//! that was ever written; the tests below read a row of each.

mod account;
mod alert;
mod api_key;
mod audit;
mod event;
mod event_list;
mod hour;
mod import_job;
mod minute;
mod setting;
mod state_before;
mod suppression;
mod user;

pub(super) use account::{pack_account, unpack_account};
pub(super) use alert::{pack_alert, unpack_alert};
pub(super) use api_key::{pack_api_key, unpack_api_key};
pub(super) use audit::{pack_audit, unpack_audit};
pub use event::PackedEvent;
pub(super) use event_list::{pack_events, unpack_events};
pub(super) use hour::{pack_hour, unpack_hour};
pub(super) use import_job::{pack_import_job, unpack_import_job};
pub(super) use minute::{pack_minute, unpack_minute};
pub(super) use setting::{pack_setting, unpack_setting};
pub(super) use state_before::{pack_state_before, unpack_state_before};
pub(super) use suppression::{pack_suppression, unpack_suppression};
pub(super) use user::{pack_risk_state, unpack_risk_state};

use jiff::Timestamp;
use lz4_flex::block::{compress_prepend_size, decompress, uncompressed_size};
use serde::{Deserialize, Serialize};

/// Why the content of a row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableRow {
    /// The row was written by a newer program.
    #[error("it has version {found} of its format, this program knows versions up to {known}")]
    NewerVersion {
        /// The version of the row.
        found: u8,
        /// The newest version that this program knows.
        known: u8,
    },
    /// The bytes are no content of such a row.
    #[error("it is damaged")]
    Damaged,
}

/// The room that is made for a body before it is encoded: enough for most.
const BODY_BYTES: usize = 512;

/// Encodes content under a version.
fn sealed(version: u8, content: &impl Serialize) -> Vec<u8> {
    let mut body = Vec::with_capacity(BODY_BYTES);
    body.push(version);
    postcard::to_extend(content, body).expect("rows are plain data")
}

/// Returns the version of a body and the rest of it; `newest` is the newest known version.
fn opened(body: &[u8], newest: u8) -> Result<(u8, &[u8]), UnreadableRow> {
    match body.split_first() {
        Some((&found, _)) if found > newest => Err(UnreadableRow::NewerVersion { found, known: newest }),
        Some((&version, content)) if version > 0 => Ok((version, content)),
        _ => Err(UnreadableRow::Damaged),
    }
}

/// The number of bytes that a byte of LZ4 stands for at most.
const MOST_PER_BYTE: usize = 255;

/// Encodes content under a version, compressed by LZ4.
fn compressed(version: u8, content: &impl Serialize) -> Vec<u8> {
    let plain = postcard::to_stdvec(content).expect("rows are plain data");
    [&[version], compress_prepend_size(&plain).as_slice()].concat()
}

/// Returns the version of a body that is compressed, and the rest of it as it was before; `newest` is the newest known
/// version.
fn decompressed(body: &[u8], newest: u8) -> Result<(u8, Vec<u8>), UnreadableRow> {
    let (version, packed) = opened(body, newest)?;
    let (size, packed) = uncompressed_size(packed).map_err(|_| UnreadableRow::Damaged)?;
    if size > MOST_PER_BYTE * packed.len() {
        return Err(UnreadableRow::Damaged);
    }
    Ok((version, decompress(packed, size).map_err(|_| UnreadableRow::Damaged)?))
}

/// Decodes content, which must end where the bytes end.
fn decoded<'a, T: Deserialize<'a>>(content: &'a [u8]) -> Result<T, UnreadableRow> {
    match postcard::take_from_bytes(content) {
        Ok((content, [])) => Ok(content),
        _ => Err(UnreadableRow::Damaged),
    }
}

/// Returns the time that a row keeps as seconds since the epoch.
fn time(second: i64) -> Result<Timestamp, UnreadableRow> {
    Timestamp::from_second(second).map_err(|_| UnreadableRow::Damaged)
}

#[cfg(test)]
mod tests;

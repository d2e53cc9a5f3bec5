//! The content of rows that hold events: those of the tables `log`, `segment` and `anomaly`.
//!
//! Version 1: the events with their numbers, in postcard, compressed by LZ4.

use lz4_flex::block::{compress_prepend_size, decompress, uncompressed_size};
use serde::{Deserialize, Serialize};

use super::{PackedEvent, UnreadableRow, decoded, opened};

const VERSION: u8 = 1;
/// The number of bytes that a byte of LZ4 stands for at most.
const MOST_PER_BYTE: usize = 255;

#[derive(Serialize, Deserialize)]
struct EventsV1<'a> {
    #[serde(borrow)]
    events: Vec<(u64, &'a [u8])>,
}

/// Encodes events, each with its number in the order of commits.
pub(in crate::store) fn pack_events<'a>(events: impl Iterator<Item = (u64, &'a PackedEvent)>) -> Vec<u8> {
    let events = EventsV1 { events: events.map(|(sequence, event)| (sequence, event.bytes())).collect() };
    let plain = postcard::to_stdvec(&events).expect("rows are plain data");
    [&[VERSION], compress_prepend_size(&plain).as_slice()].concat()
}

/// Decodes events, each with its number in the order of commits.
pub(in crate::store) fn unpack_events(body: &[u8]) -> Result<Vec<(u64, PackedEvent)>, UnreadableRow> {
    let (_, packed) = opened(body, VERSION)?;
    let (size, packed) = uncompressed_size(packed).map_err(|_| UnreadableRow::Damaged)?;
    if size > MOST_PER_BYTE * packed.len() {
        return Err(UnreadableRow::Damaged);
    }
    let plain = decompress(packed, size).map_err(|_| UnreadableRow::Damaged)?;
    let EventsV1 { events } = decoded(&plain)?;
    Ok(events.into_iter().map(|(sequence, event)| (sequence, PackedEvent::stored(event))).collect())
}

//! The content of rows that hold events: those of the tables `log`, `segment` and `anomaly`.
//!
//! Version 1: the events with their numbers, in postcard, compressed by LZ4.

use serde::{Deserialize, Serialize};

use super::{PackedEvent, UnreadableRow, compressed, decoded, decompressed};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct EventsV1<'a> {
    #[serde(borrow)]
    events: Vec<(u64, &'a [u8])>,
}

/// Encodes events, each with its number in the order of commits.
pub(in crate::store) fn pack_events<'a>(events: impl Iterator<Item = (u64, &'a PackedEvent)>) -> Vec<u8> {
    compressed(VERSION, &EventsV1 { events: events.map(|(sequence, event)| (sequence, event.bytes())).collect() })
}

/// Decodes events, each with its number in the order of commits.
pub(in crate::store) fn unpack_events(body: &[u8]) -> Result<Vec<(u64, PackedEvent)>, UnreadableRow> {
    let (_, plain) = decompressed(body, VERSION)?;
    let EventsV1 { events } = decoded(&plain)?;
    Ok(events.into_iter().map(|(sequence, event)| (sequence, PackedEvent::stored(event))).collect())
}

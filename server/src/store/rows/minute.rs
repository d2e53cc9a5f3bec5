//! The content of a row of the table `minute`: where the events of a minute are stored, and what they are chosen by.
//!
//! Version 1: postcard, compressed by LZ4. Kinds are stored by their names, which never change.

use serde::{Deserialize, Serialize};
use shared::event::UserId;

use super::{UnreadableRow, compressed, decoded, decompressed};
use crate::{
    event_filter::{EventFilter, EventTraits, Place},
    store::minutes::{IndexedEvent, Minute},
};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct MinuteV1<'a> {
    #[serde(borrow)]
    events: Vec<EntryV1<'a>>,
}

#[derive(Serialize, Deserialize)]
struct EntryV1<'a> {
    user: &'a str,
    /// Milliseconds since the beginning of the minute.
    ms: u16,
    sequence: u64,
    /// The number of the first event of the segment that holds the event.
    segment: u64,
    action: &'a str,
    severity: &'a str,
    score: f64,
}

/// Encodes the events of a minute.
pub(in crate::store) fn pack_minute<'a>(events: impl Iterator<Item = &'a IndexedEvent>) -> Vec<u8> {
    let entry = |event: &'a IndexedEvent| EntryV1 {
        user: event.user.as_str(),
        ms: u16::try_from(event.place.time_ms.rem_euclid(Minute::MS)).expect("a minute has 60,000"),
        sequence: event.place.sequence,
        segment: event.segment,
        action: event.traits.action.name(),
        severity: event.traits.severity.name(),
        score: event.traits.score,
    };
    compressed(VERSION, &MinuteV1 { events: events.map(entry).collect() })
}

/// Decodes those of the events of a minute that a filter takes.
pub(in crate::store) fn unpack_minute(
    minute: Minute,
    body: &[u8],
    filter: &EventFilter,
) -> Result<Vec<IndexedEvent>, UnreadableRow> {
    let (_, plain) = decompressed(body, VERSION)?;
    let MinuteV1 { events } = decoded(&plain)?;
    let mut taken = Vec::new();
    for entry in events {
        let user: UserId = entry.user.parse().map_err(|_| UnreadableRow::Damaged)?;
        let place = Place { time_ms: minute.first_ms() + i64::from(entry.ms), sequence: entry.sequence };
        let traits = EventTraits {
            action: entry.action.parse().map_err(|_| UnreadableRow::Damaged)?,
            severity: entry.severity.parse().map_err(|_| UnreadableRow::Damaged)?,
            score: entry.score,
        };
        if filter.takes(&user, place, &traits) {
            taken.push(IndexedEvent { user, place, segment: entry.segment, traits });
        }
    }
    Ok(taken)
}

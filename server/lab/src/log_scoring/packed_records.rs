//! Consecutive records of a log as the threads pack them that read the log.

use std::{fmt, io};

use serde::{Deserialize, Serialize};
use shared::{
    engine::shard_of,
    event::{Event, EventKey, FieldError, ValidationErrors},
    formats::Record,
};

use super::{
    error_counts::ErrorCounts,
    packed_event::{pack, unpack},
    sorting::Block,
    time_span::EventsPerDay,
};

/// The size that a block is expected to have, in bytes.
const BLOCK_BYTES: usize = 96 << 10;

/// Consecutive records of a log.
#[derive(Default)]
pub(super) struct PackedRecords {
    /// The events, to be sorted by their times and then by the numbers of their records.
    pub(super) events: Block,
    /// The records that cannot be read, each with the reason.
    pub(super) faults: Vec<(u64, String)>,
    pub(super) counts: RecordCounts,
}

/// Counts of the records of a log. They are displayed as what could not be read, a line for each kind of error.
#[derive(Debug, Default)]
pub struct RecordCounts {
    /// The number of records, unreadable ones included.
    pub(super) records: u64,
    /// The errors of the unreadable records.
    pub(super) errors: ErrorCounts,
    /// The errors in optional fields of the others.
    pub(super) unread: ErrorCounts,
    /// The events of each day.
    pub(super) days: EventsPerDay,
}

/// What stands before the packed event of a record.
#[derive(Serialize, Deserialize)]
struct Head<'a> {
    shard: u8,
    key: u64,
    warnings: &'a str,
}

/// A packed event of a log.
#[derive(Debug)]
pub(super) struct PackedRecord {
    /// The time of the event, in milliseconds of Unix time.
    pub(super) time_ms: i64,
    /// The 0-based number of the record in the input.
    pub(super) index: u64,
    /// The shard of the event's user.
    pub(super) shard: u8,
    /// The hash of the event's user and id ([`EventKey::hash_within_time`]): an event with the time and the hash of an
    /// earlier one repeats it.
    pub(super) key: u64,
    /// The errors in optional fields of the record, as a sentence; mostly empty.
    pub(super) warnings: Box<str>,
    event: Box<[u8]>,
}

impl PackedRecords {
    /// Packs records.
    pub(super) fn of(records: impl Iterator<Item = Record>) -> Self {
        let mut packed = Self { events: Block::with_capacity(BLOCK_BYTES), ..Self::default() };
        for Record { index, event, unread } in records {
            packed.counts.records += 1;
            match event {
                Ok(event) => packed.add(index, &event, unread),
                Err(errors) => {
                    packed.counts.errors.add(index, &errors.0);
                    packed.faults.push((index, errors.to_string()));
                }
            }
        }
        packed
    }

    /// Returns the records with numbers from `first` on, which are now from 0 on.
    pub(super) fn numbered_from(mut self, first: u64) -> Self {
        self.events.number_from(first);
        self.faults.iter_mut().for_each(|(index, _)| *index += first);
        self.counts.errors.number_from(first);
        self.counts.unread.number_from(first);
        self
    }

    fn add(&mut self, index: u64, event: &Event, unread: Vec<FieldError>) {
        self.counts.days.add(event.day());
        self.counts.unread.add(index, &unread);
        let warnings = ValidationErrors(unread).to_string();
        let head = Head {
            shard: u8::try_from(shard_of(&event.user)).expect("there are 64 shards"),
            key: EventKey::of(event).hash_within_time(),
            warnings: &warnings,
        };
        self.events.push((event.time.as_millisecond(), index), |bytes| {
            *bytes = postcard::to_extend(&head, std::mem::take(bytes)).expect("memory takes everything");
            pack(event, bytes);
        });
    }
}

impl RecordCounts {
    /// Adds the counts of later records.
    pub(super) fn add_later(&mut self, later: Self) {
        self.records += later.records;
        self.errors.add_later(later.errors);
        self.unread.add_later(later.unread);
        self.days.add_all(later.days);
    }
}

impl fmt::Display for RecordCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spaced = |field: &str| if field.is_empty() { String::new() } else { format!(" {field}") };
        self.errors.write(f, |field, problem| format!(":{} {problem}", spaced(field)))?;
        self.unread.write(f, |field, problem| format!(" kept all the same:{} {problem}", spaced(field)))
    }
}

impl PackedRecord {
    /// Returns the record that was packed into `bytes` with this key.
    ///
    /// # Errors
    ///
    /// Fails if the bytes, which may come from a temporary file, are not those of a packed record.
    pub(super) fn of((time_ms, index): (i64, u64), bytes: &[u8]) -> io::Result<Self> {
        let (Head { shard, key, warnings }, event) = postcard::take_from_bytes(bytes).map_err(io::Error::other)?;
        Ok(Self { time_ms, index, shard, key, warnings: warnings.into(), event: event.into() })
    }

    /// Returns the event.
    ///
    /// # Errors
    ///
    /// Fails if the bytes, which may come from a temporary file, are not those of a packed event.
    pub(super) fn event(&self) -> io::Result<Event> {
        unpack(&self.event)
    }
}

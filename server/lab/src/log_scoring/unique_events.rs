//! The events of a sorted log without repeats, and without those that lie apart in time.

use std::{
    collections::{HashMap, VecDeque},
    io,
    ops::RangeInclusive,
};

use shared::calendar::Day;

use super::{
    packed_records::PackedRecord,
    sorting::{Block, Sorted, Sorter},
};

/// An event, with the records that repeat it.
#[derive(Debug)]
pub(super) struct UniqueEvent {
    /// The first record of the event.
    pub(super) record: PackedRecord,
    /// The other records of the event, in the order of the input: the number of each, and its warnings.
    pub(super) repeats: Vec<(u64, Box<str>)>,
}

/// Reads the events of a span of days in their order.
///
/// An event that comes again counts once: same user, time and id, or same content where it has none. The events of one
/// time are in memory together, since a repeat has the time of its event.
pub(super) struct UniqueEvents {
    events: Sorted,
    span: RangeInclusive<Day>,
    strays: Sorter,
    /// The events of one time that were not returned yet.
    of_time: VecDeque<UniqueEvent>,
    /// The record after those.
    next: Option<PackedRecord>,
}

impl UniqueEvents {
    /// Returns the events of a sorted log on the days of `span`.
    pub(super) fn new(events: Sorted, span: RangeInclusive<Day>) -> Self {
        Self { events, span, strays: Sorter::default(), of_time: VecDeque::new(), next: None }
    }

    /// Returns the next event; none at the end.
    ///
    /// # Errors
    ///
    /// Fails if a temporary file cannot be read, or is needed and cannot be written.
    pub(super) fn next_event(&mut self) -> io::Result<Option<UniqueEvent>> {
        if self.of_time.is_empty() {
            self.read_time()?;
        }
        Ok(self.of_time.pop_front())
    }

    /// Returns whether all events of the latest time were returned.
    pub(super) fn is_between_times(&self) -> bool {
        self.of_time.is_empty()
    }

    /// Returns the events outside of the span, once those within it were returned.
    ///
    /// # Errors
    ///
    /// Fails if a temporary file is needed and cannot be written.
    pub(super) fn strays(&mut self) -> io::Result<Self> {
        let strays = std::mem::take(&mut self.strays).sorted()?;
        Ok(Self::new(strays, Day(i32::MIN)..=Day(i32::MAX)))
    }

    /// Reads all events of the next time.
    fn read_time(&mut self) -> io::Result<()> {
        let Some(first) = self.next.take().map_or_else(|| self.next_within(), |next| Ok(Some(next)))? else {
            return Ok(());
        };
        let mut places = HashMap::new();
        let time_ms = first.time_ms;
        let mut record = Some(first);
        while let Some(same_time) = record.take_if(|record| record.time_ms == time_ms) {
            let place = *places.entry(same_time.key).or_insert(self.of_time.len());
            match self.of_time.get_mut(place) {
                Some(event) => event.repeats.push((same_time.index, same_time.warnings)),
                None => self.of_time.push_back(UniqueEvent { record: same_time, repeats: Vec::new() }),
            }
            record = self.next_within()?;
        }
        self.next = record;
        Ok(())
    }

    /// Reads the next record within the span, and keeps those outside of it.
    fn next_within(&mut self) -> io::Result<Option<PackedRecord>> {
        while let Some((key, bytes)) = self.events.next_item()? {
            if self.span.contains(&Day::of(key.0.div_euclid(1000))) {
                return PackedRecord::of(key, bytes).map(Some);
            }
            let mut stray = Block::default();
            stray.push(key, |block| block.extend_from_slice(bytes));
            self.strays.push(stray)?;
        }
        Ok(None)
    }
}

//! The events of a log in the order of their times, in little memory.

use std::{
    io::{self, Read},
    ops::RangeInclusive,
};

use jiff::Timestamp;
use rayon::prelude::*;
use shared::{
    calendar::Day,
    event::Event,
    formats::{Batch, Batches, Record},
    places::Places,
};

use super::{
    faults::{Faults, ReadFaults},
    packed_records::{PackedRecord, PackedRecords, RecordCounts},
    sorting::{Sorted, Sorter},
};

/// The number of batches that are read before their records are put in order.
const BATCHES_AT_ONCE: usize = 256;
/// The number of records that are packed into one block.
const BLOCK_RECORDS: usize = 512;

/// The events of a log in the order of their times, those of the same time in the order of the input; and the records
/// that cannot be read.
///
/// Up to five million events are kept in memory, packed; more are sorted in temporary files.
pub struct SortedLog {
    pub(super) events: Sorted,
    pub(super) faults: Faults,
    pub(super) was_in_order: bool,
    pub(super) counts: RecordCounts,
    /// The days without the events that lie apart in time.
    pub(super) span: RangeInclusive<Day>,
    is_cut_off: bool,
}

impl SortedLog {
    /// Reads a log on the threads of the current pool. With `places`, unknown locations and coordinates of events are
    /// looked up.
    ///
    /// # Errors
    ///
    /// Fails if a temporary file is needed and cannot be written.
    pub fn read<R, I>(mut batches: Batches<R, I>, places: Option<&Places>) -> io::Result<Self>
    where
        R: Read + Send,
        I: Iterator<Item = R> + Send,
    {
        let mut sorter = LogSorter::default();
        loop {
            let read = |batch: Batch| (batch.number(), PackedRecords::of(batch.records(places)));
            let mut packed: Vec<_> = batches.by_ref().take(BATCHES_AT_ONCE).par_bridge().map(read).collect();
            if packed.is_empty() {
                return Ok(SortedLog { is_cut_off: batches.is_cut_off(), ..sorter.sorted()? });
            }
            packed.sort_unstable_by_key(|(number, _)| *number);
            for (_, records) in packed {
                let first = sorter.counts.records;
                sorter.push(records.numbered_from(first))?;
            }
        }
    }

    /// Sets the events apart whose times cannot be right or lie far from the rest of the log, so that they are scored
    /// after all others and move nothing: `now` is the time of this machine's clock.
    ///
    /// An event before 2006 and one later than the day after `now` are set apart, unless most events are such. In a log
    /// of 20 events or more, the first events are set apart, and so are the last ones, if
    /// - they are at most one in 100 of all events (rounded up), and more than 200 days lie between them and the rest; or
    /// - they are at most one in 1,000 of all events, and the days between them and the rest are more than 30 and more
    ///   than three times the longest pause within the middle 98 % of the events.
    #[must_use]
    pub fn with_strays_apart(self, now: Timestamp) -> Self {
        let Some(span) = self.counts.days.span(now) else { return self };
        let was_in_order = self.was_in_order && self.counts.days.first() == Some(*span.start());
        Self { was_in_order, span, ..self }
    }

    /// Returns the counts of the records, by what could not be read.
    pub fn counts(&self) -> &RecordCounts {
        &self.counts
    }

    /// Returns the number of records, unreadable ones included.
    pub fn records(&self) -> u64 {
        self.counts.records
    }

    /// Returns whether the source that was [read](Self::read) ended before its content does.
    pub fn is_cut_off(&self) -> bool {
        self.is_cut_off
    }

    /// Returns the reason why the first record cannot be read, if there are records and none can be read.
    pub fn unreadable(&self) -> Option<&str> {
        if self.faults.count() == self.records() { self.faults.first() } else { None }
    }

    /// Returns the records one by one: the events in the order of their times, then the records that cannot be read.
    ///
    /// # Errors
    ///
    /// Fails if a temporary file cannot be read.
    pub fn into_records(self) -> io::Result<LogRecords> {
        Ok(LogRecords { events: self.events, faults: self.faults.read()? })
    }
}

/// Sorts the events of records by time.
///
/// # Errors
///
/// Fails if a temporary file is needed and cannot be written.
pub fn by_time(records: impl Iterator<Item = Record>) -> io::Result<SortedLog> {
    let (mut sorter, mut records) = (LogSorter::default(), records.peekable());
    while records.peek().is_some() {
        sorter.push(PackedRecords::of(records.by_ref().take(BLOCK_RECORDS)))?;
    }
    sorter.sorted()
}

/// Puts records into the order of their times.
#[derive(Default)]
struct LogSorter {
    events: Sorter,
    faults: Faults,
    counts: RecordCounts,
}

impl LogSorter {
    fn push(&mut self, PackedRecords { events, faults, counts }: PackedRecords) -> io::Result<()> {
        self.counts.add_later(counts);
        self.events.push(events)?;
        faults.into_iter().try_for_each(|(index, reason)| self.faults.push(index, reason))
    }

    fn sorted(self) -> io::Result<SortedLog> {
        let Self { events, faults, counts } = self;
        Ok(SortedLog {
            was_in_order: events.is_in_order(),
            events: events.sorted()?,
            faults,
            counts,
            span: Day(i32::MIN)..=Day(i32::MAX),
            is_cut_off: false,
        })
    }
}

/// A record of a log.
#[derive(Debug, PartialEq)]
pub struct LogRecord {
    /// 0-based number of the record in the input.
    pub index: u64,
    /// The event, or the reason why the record cannot be read.
    pub event: Result<Event, String>,
}

/// An iterator over the records of a [`SortedLog`]: the events in the order of their times, then the others.
pub struct LogRecords {
    events: Sorted,
    faults: ReadFaults,
}

impl Iterator for LogRecords {
    type Item = io::Result<LogRecord>;

    fn next(&mut self) -> Option<io::Result<LogRecord>> {
        let event = self.events.next_item().and_then(|item| {
            let record = item.map(|(key, bytes)| PackedRecord::of(key, bytes)).transpose()?;
            record.map(|record| Ok((record.index, Ok(record.event()?)))).transpose()
        });
        let record = match event {
            Ok(None) => self.faults.next()?.map(|(index, reason)| (index, Err(reason))),
            Ok(Some(record)) => Ok(record),
            Err(error) => Err(error),
        };
        Some(record.map(|(index, event)| LogRecord { index, event }))
    }
}

#[cfg(test)]
mod tests {
    use shared::{event::ValidationErrors, formats};

    use super::*;

    const LOG: &str = "user_id,timestamp,action_type\n\
        ann,2024-01-15T14:32:00Z,login\nbob,yesterday,login\neve,2024-01-15T14:31:00Z,view\nann,2024-01-15T14:31:00Z,view\n";

    fn indices(log: SortedLog) -> Vec<u64> {
        let records = log.into_records().expect("the log is in memory");
        // Imports move the records from thread to thread.
        let read = std::thread::spawn(move || records.collect::<io::Result<Vec<_>>>()).join().expect("no panic");
        let records = read.expect("the log is in memory");
        for LogRecord { index, event } in &records {
            let error = event.as_ref().err().map(String::as_str);
            assert_eq!(error.is_some_and(|error| error.starts_with("timestamp is no time")), *index == 1);
        }
        records.iter().map(|record| record.index).collect()
    }

    #[test]
    fn events_come_by_time_and_the_unreadable_records_after_them() {
        let read = SortedLog::read(formats::batches(LOG.as_bytes(), None), None).expect("the log fits into memory");
        assert_eq!((read.records(), read.was_in_order), (4, false));
        assert_eq!(indices(read), [2, 3, 0, 1], "those of the same time in the order of the input");
        let sorted = by_time(formats::read(LOG.as_bytes(), None, None)).expect("the log fits into memory");
        assert_eq!(indices(sorted), [2, 3, 0, 1]);
    }

    #[test]
    fn a_log_is_in_order_whatever_its_unreadable_records_are() {
        let time = "2024-01-15T14:31:00Z,view";
        let log = format!("user_id,timestamp,action_type\nann,{time}\n,{time}\nbob,yesterday,view\nbob,{time}\n");
        let read = SortedLog::read(formats::batches(log.as_bytes(), None), None).expect("the log fits into memory");
        assert_eq!((read.records(), read.was_in_order, read.faults.count()), (4, true, 2));
    }

    #[test]
    fn more_records_than_a_batch_holds_keep_their_numbers_and_their_order() {
        let errors = ValidationErrors::of_record("is odd", "odd");
        let event =
            formats::event(br#"{"user_id": "ann", "timestamp": "2024-01-15T14:30:00Z", "action_type": "view"}"#, None)
                .expect("valid")
                .event;
        let records = (0..5_000_u64).map(|index| {
            let event = if index % 2 == 0 { Ok(event.clone()) } else { Err(errors.clone()) };
            Record { index, event, unread: Vec::new() }
        });
        let log = by_time(records).expect("the log fits into memory");
        assert_eq!(log.records(), 5_000);
        let read: io::Result<Vec<_>> = log.into_records().expect("the log fits into memory").collect();
        let indices: Vec<u64> = read.expect("the log fits into memory").iter().map(|record| record.index).collect();
        assert!(indices.iter().copied().eq((0..5_000).step_by(2).chain((1..5_000).step_by(2))));
    }
}

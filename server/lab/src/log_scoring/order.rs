//! Sorting records and rows that do not fit into memory.

use std::io::{self, Read, Write};

use extsort::{ExternalSorter, Sortable};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::{event::Event, formats::Record};

use super::row::ScoredRow;

/// Number of items sorted in memory; larger logs are sorted through files in the system's temporary folder.
const ITEMS_IN_MEMORY: usize = 500_000;

/// A record of a log with its time.
#[derive(Debug, Serialize, Deserialize)]
pub struct LogRecord {
    /// 0-based number of the record in the input.
    pub index: u64,
    /// Time in milliseconds; of an unreadable record, the latest time before it.
    time_ms: i64,
    /// The event, or the reason why the record cannot be read.
    pub event: Result<Event, String>,
}

/// Records in the order of their times.
pub struct Ordered<I> {
    /// The records.
    pub sorted: I,
    /// Whether this is the order of the input.
    pub(super) was_in_order: bool,
    records: u64,
}

impl<I> Ordered<I> {
    /// Returns the number of records, unreadable ones included.
    pub fn records(&self) -> u64 {
        self.records
    }
}

/// Sorts records by time; records of the same time keep the order of the input.
///
/// Large logs are sorted on disk.
pub fn by_time(
    records: impl Iterator<Item = Record>,
) -> io::Result<Ordered<impl Iterator<Item = io::Result<LogRecord>>>> {
    let mut sorter = sorter().pushed_by_key(|Spilled(record): &Spilled<LogRecord>| (record.time_ms, record.index));
    let mut latest_ms = i64::MIN;
    let (mut was_in_order, mut count) = (true, 0);
    for Record { index, event } in records {
        let time_ms = event.as_ref().map_or(latest_ms, |event| event.time.as_millisecond());
        was_in_order &= time_ms >= latest_ms;
        count += 1;
        latest_ms = latest_ms.max(time_ms);
        sorter.push(Spilled(LogRecord { index, time_ms, event: event.map_err(|faults| faults.to_string()) }))?;
    }
    Ok(Ordered { sorted: sorter.done()?.map(|record| Ok(record?.0)), was_in_order, records: count })
}

/// Sorts rows into the order of the input.
pub(super) fn by_index(
    rows: impl Iterator<Item = io::Result<ScoredRow>>,
) -> io::Result<impl Iterator<Item = io::Result<ScoredRow>>> {
    let mut sorter = sorter().pushed_by_key(|Spilled(row): &Spilled<ScoredRow>| row.index);
    for row in rows {
        sorter.push(Spilled(row?))?;
    }
    Ok(sorter.done()?.map(|row| Ok(row?.0)))
}

fn sorter() -> ExternalSorter {
    ExternalSorter::new().with_segment_size(ITEMS_IN_MEMORY)
}

/// A value that is written to disk after its length.
struct Spilled<T>(T);

impl<T: Serialize + DeserializeOwned + Send> Sortable for Spilled<T> {
    fn encode<W: Write>(&self, writer: &mut W) -> io::Result<()> {
        let bytes = postcard::to_stdvec(&self.0).map_err(io::Error::other)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        writer.write_all(&length.to_le_bytes())?;
        writer.write_all(&bytes)
    }

    fn decode<R: Read>(reader: &mut R) -> io::Result<Self> {
        let mut length = [0; 4];
        reader.read_exact(&mut length)?;
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        reader.read_exact(&mut bytes)?;
        postcard::from_bytes(&bytes).map(Self).map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_into_memory_is_sorted_on_disk_and_comes_back_whole() {
        let numbers = (0..10_000_u32).map(|number| Spilled((number * 7919 % 10_000, number.to_string())));
        let on_disk = ExternalSorter::new().with_segment_size(1000);
        let items =
            on_disk.sort_by_key(numbers, |Spilled((key, _))| *key).expect("the temporary folder can be written");
        let keys: Vec<u32> = items.map(|item| item.expect("can be read back").0.0).collect();
        assert!(keys.iter().copied().eq(0..10_000));
    }
}

//! Scoring a whole log file without a server: sorted by time, scored, and put back into the order of the input.
//!
//! [`SortedLog`] reads a log on all threads and keeps its events packed, [`LogScorer`] scores them an epoch at a time,
//! the shards of users in parallel, and [`score`] writes a row a record. Nothing of an assessment leaves the thread on
//! which it was made but the row.
//!
//! A record that repeats an event counts for nothing, and an event whose time lies apart from the rest of the log is
//! scored after all others, without anything being learnt from it.

mod epoch;
mod error_counts;
mod event_in_log;
mod explaining;
mod faults;
mod output;
mod packed_event;
mod packed_records;
mod row;
mod row_format;
mod sorted_log;
mod sorting;
mod summary;
mod time_span;
mod unique_events;

pub use epoch::{LogScorer, RecordKind, ScoredRecord};
pub use event_in_log::EventInLog;
pub use output::score;
pub use packed_records::RecordCounts;
pub use row_format::{RowFormat, RowLayout};
pub use sorted_log::{LogRecord, LogRecords, SortedLog, by_time};
pub use summary::Summary;

use std::io;

/// Why a log was not scored to its end.
#[derive(Debug, thiserror::Error)]
pub enum ScoringError {
    /// The temporary files by which records are sorted cannot be written or read.
    #[error("cannot sort the events")]
    Sort(#[source] io::Error),
    /// A row cannot be written.
    #[error("cannot write the rows")]
    Write(#[source] io::Error),
}

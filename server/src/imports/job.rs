//! One import.

use jiff::Timestamp;
use shared::formats::Format;

/// An uploaded file, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportJob {
    /// The number of the import, in the order in which they were begun.
    pub number: u64,
    /// The name that the sender gave the file.
    pub name: String,
    /// The format of its records; none where that of each is detected.
    pub format: Option<Format>,
    /// When the file was there.
    pub created: Timestamp,
    /// How far it is.
    pub state: ImportState,
}

/// How far an import is.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportState {
    /// Its turn has not come, or it was interrupted by the end of the server. It begins anew: what was taken before counts
    /// once.
    Waiting,
    /// It has ended.
    Ended {
        /// When it ended.
        time: Timestamp,
        /// How it ended.
        outcome: ImportOutcome,
    },
}

/// How an import has ended.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportOutcome {
    /// Every record was read.
    Done(ImportCounts),
    /// It was cancelled. What was taken before is kept.
    Cancelled,
    /// The file cannot be read to its end, as the text says. What was taken before is kept.
    Failed(String),
}

/// Numbers of records of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Those that are stored, whether they were before or not.
    pub events: u64,
    /// Those of them that were not stored before.
    pub new: u64,
    /// Those that were not taken.
    pub faulty: u64,
}

impl ImportJob {
    /// Returns whether the import has ended.
    pub fn has_ended(&self) -> bool {
        matches!(self.state, ImportState::Ended { .. })
    }
}

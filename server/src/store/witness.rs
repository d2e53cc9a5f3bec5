//! The witness: a small file beside those of the storage engine, which says how far the log went.
//!
//! After a crash the engine restores as much of its write-ahead log as it can read, and calls the rest the end. Whether
//! events are missing then is known to the witness alone.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
    str,
};

use tracing::error;
use xxhash_rust::xxh3::xxh3_64;

/// Name of the file in the folder of the database.
const FILE: &str = "witness";
/// Bytes of an entry: three numbers of 20 digits or less and their hash, separated by spaces, and the end of the line.
const ENTRY_BYTES: usize = 84;

/// The last commit that was acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LastCommit {
    /// The number of its first event.
    pub(super) first: u64,
    /// The number of the first event after it, which is the number of all events.
    pub(super) next: u64,
    /// A hash of its row of the log.
    pub(super) hash: u64,
}

/// The open file. Entries are written to its two lines in turn, so that one is always whole.
#[derive(Debug)]
pub(super) struct Witness {
    file: File,
    last: LastCommit,
    /// The line that is written next.
    line: u64,
    is_synced: bool,
}

impl Witness {
    /// Opens the witness of the database in a folder, or makes one for a database that has none. A file that cannot be
    /// understood is logged and counts as new.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(FILE);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut content = Vec::new();
        file.read_to_end(&mut content)?;
        let entries = content.chunks(ENTRY_BYTES).zip(0..);
        let latest = entries.filter_map(|(entry, line)| Some((parse(entry)?, line))).max_by_key(|(last, _)| last.next);
        if latest.is_none() && !content.is_empty() {
            error!("the witness cannot be read: a loss of events before this start would not be noticed");
        }
        let (last, line) = latest.unwrap_or((LastCommit::default(), 1));
        Ok(Self { file, last, line: 1 - line.min(1), is_synced: true })
    }

    /// Returns the last commit.
    pub(super) fn last(&self) -> LastCommit {
        self.last
    }

    /// Notes a commit. It survives the process at once, and a failure of the power once it is [synced](Self::sync).
    pub(super) fn note(&mut self, commit: LastCommit) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.line * ENTRY_BYTES as u64))?;
        self.file.write_all(entry(commit).as_bytes())?;
        self.line = 1 - self.line;
        self.last = commit;
        self.is_synced = false;
        Ok(())
    }

    /// Begins anew with a commit, which may be an earlier one than the last.
    pub(super) fn restart(&mut self, commit: LastCommit) -> io::Result<()> {
        self.file.set_len(0)?;
        self.line = 0;
        self.note(commit)?;
        self.sync()
    }

    /// Writes what was noted to the disk.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        if !self.is_synced {
            self.file.sync_data()?;
            self.is_synced = true;
        }
        Ok(())
    }
}

fn entry(LastCommit { first, next, hash }: LastCommit) -> String {
    let numbers = format!("{first:020} {next:020} {hash:020}");
    let check = xxh3_64(numbers.as_bytes());
    format!("{numbers} {check:020}\n")
}

fn parse(line: &[u8]) -> Option<LastCommit> {
    let text = str::from_utf8(line).ok()?;
    let mut numbers = text.split_whitespace().map(|number| number.parse().ok());
    let mut next = || numbers.next().flatten();
    let commit = LastCommit { first: next()?, next: next()?, hash: next()? };
    (entry(commit) == text).then_some(commit)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn commit(next: u64) -> LastCommit {
        LastCommit { first: next - 1, next, hash: u64::MAX - next }
    }

    #[test]
    fn the_last_commit_is_found_again_also_if_the_last_entry_is_torn() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let reopened = || Witness::open(folder.path()).expect("the file can be read").last();
        let mut witness = Witness::open(folder.path()).expect("a file is made");
        assert_eq!(witness.last(), LastCommit::default());
        for next in 1..=3 {
            witness.note(commit(next)).expect("it can be written");
            witness.sync().expect("it can be written");
            assert_eq!(reopened(), commit(next));
        }
        let path = folder.path().join(FILE);
        let mut content = fs::read(&path).expect("the file can be read");
        assert_eq!(content.len(), 2 * ENTRY_BYTES);
        content[45] ^= 1;
        fs::write(&path, &content).expect("the file can be written");
        assert_eq!(reopened(), commit(2));
        let mut after = Witness::open(folder.path()).expect("the file can be read");
        after.note(commit(4)).expect("it can be written");
        assert_eq!(reopened(), commit(4), "the torn entry is written over, not the whole one");
        after.restart(commit(1)).expect("it can be written");
        assert_eq!(reopened(), commit(1));
        fs::write(&path, "something else").expect("the file can be written");
        assert_eq!(reopened(), LastCommit::default());
    }
}

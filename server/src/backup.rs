//! Backups: the format of their files, and how they are taken and restored.
//!
//! A backup has every entry of the storage engine as of one moment. Each part of the file has a hash that covers all
//! parts before it, and the end tells how many entries there are, so that a file that is cut short, put together from
//! others or changed is recognised.

mod files;
#[cfg(unix)]
mod socket;

pub use self::files::{restore, take};
#[cfg(unix)]
pub(crate) use self::socket::answer;

use std::io::{self, Read};

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The first bytes of a backup; the last of them is the version of the format.
const HEAD: &[u8] = b"uba-backup\x01";

/// The number of parts that are read before they are written.
const PARTS_AHEAD: usize = 2;

/// A key of the storage engine, and its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// Why a backup cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The file is none, or one of a newer program.
    #[error("it is no backup that this program knows")]
    Unknown,
    /// The file ends before the backup does.
    #[error("it is cut short")]
    CutShort,
    /// The file is not as it was written.
    #[error("it is damaged")]
    Damaged,
}

/// Writes the parts of a backup.
#[derive(Debug, Default)]
pub(crate) struct Encoder {
    /// The hash of the last part.
    hash: u64,
    entries: u64,
}

impl Encoder {
    /// Returns the bytes that a backup begins with.
    pub(crate) fn head() -> Vec<u8> {
        HEAD.to_vec()
    }

    /// Returns the bytes of the next entries.
    pub(crate) fn part(&mut self, entries: &[Entry]) -> Vec<u8> {
        self.entries += entries.len() as u64;
        let content = postcard::to_stdvec(entries).expect("entries are plain data");
        self.framed(content.len() as u64, &content)
    }

    /// Returns the bytes that a backup ends with.
    pub(crate) fn end(mut self) -> Vec<u8> {
        let entries = self.entries.to_le_bytes();
        self.framed(0, &entries)
    }

    /// Returns content behind its length and hash.
    fn framed(&mut self, length: u64, content: &[u8]) -> Vec<u8> {
        self.hash = xxh3_64_with_seed(content, self.hash);
        [&length.to_le_bytes(), &self.hash.to_le_bytes(), content].concat()
    }
}

/// Reads the parts of a backup, and checks them.
#[derive(Debug)]
pub struct Parts<R> {
    backup: R,
    hash: u64,
    entries: u64,
    has_ended: bool,
}

impl<R: Read> Parts<R> {
    /// Begins to read a backup.
    pub fn of(mut backup: R) -> Result<Self, BackupError> {
        let mut head = [0; HEAD.len()];
        match backup.read_exact(&mut head) {
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error.into()),
            Ok(()) if head == HEAD => Ok(Self { backup, hash: 0, entries: 0, has_ended: false }),
            _ => Err(BackupError::Unknown),
        }
    }

    /// Reads to the end, and returns the number of entries.
    pub fn check(mut self) -> Result<u64, BackupError> {
        for part in &mut self {
            part?;
        }
        Ok(self.entries)
    }

    /// Returns the entries of the next part, or none at the end.
    fn read_part(&mut self) -> Result<Option<Vec<Entry>>, BackupError> {
        let length = u64::from_le_bytes(self.read_number()?);
        let hash = u64::from_le_bytes(self.read_number()?);
        let content = self.read_content(if length == 0 { size_of::<u64>() as u64 } else { length })?;
        self.hash = xxh3_64_with_seed(&content, self.hash);
        if self.hash != hash {
            return Err(BackupError::Damaged);
        }
        if length > 0 {
            let entries: Vec<Entry> = postcard::from_bytes(&content).map_err(|_| BackupError::Damaged)?;
            self.entries += entries.len() as u64;
            return Ok(Some(entries));
        }
        let is_whole = content == self.entries.to_le_bytes() && self.backup.read(&mut [0])? == 0;
        if is_whole { Ok(None) } else { Err(BackupError::Damaged) }
    }

    fn read_number(&mut self) -> Result<[u8; 8], BackupError> {
        let content = self.read_content(8)?;
        Ok(content.try_into().expect("it has eight bytes"))
    }

    /// Reads so many bytes. A length that is damaged makes no room that is not filled.
    fn read_content(&mut self, length: u64) -> Result<Vec<u8>, BackupError> {
        let mut content = Vec::new();
        self.backup.by_ref().take(length).read_to_end(&mut content)?;
        if content.len() as u64 == length { Ok(content) } else { Err(BackupError::CutShort) }
    }
}

impl<R: Read> Iterator for Parts<R> {
    type Item = Result<Vec<Entry>, BackupError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_ended {
            return None;
        }
        let part = self.read_part().transpose();
        self.has_ended = !matches!(part, Some(Ok(_)));
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(from: u8) -> Vec<Entry> {
        (from..from + 3).map(|number| (vec![number], vec![number; 300])).collect()
    }

    fn backup() -> Vec<u8> {
        let mut encoder = Encoder::default();
        let parts = [encoder.part(&entries(0)), encoder.part(&entries(3))].concat();
        [Encoder::head(), parts, encoder.end()].concat()
    }

    fn check(backup: &[u8]) -> Result<u64, BackupError> {
        Parts::of(backup)?.check()
    }

    #[test]
    fn a_backup_has_every_entry_in_its_order() {
        let backup = backup();
        let parts = Parts::of(backup.as_slice()).expect("it is a backup");
        let read: Vec<Vec<Entry>> = parts.map(|part| part.expect("it is whole")).collect();
        assert_eq!(read, [entries(0), entries(3)]);
        assert_eq!(check(&backup).expect("it is whole"), 6);
    }

    #[test]
    fn a_backup_that_is_cut_short_anywhere_is_refused() {
        let backup = backup();
        for length in 0..backup.len() {
            assert!(check(&backup[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn a_backup_with_a_changed_byte_or_more_behind_it_is_refused() {
        let backup = backup();
        for place in 0..backup.len() {
            let mut damaged = backup.clone();
            damaged[place] ^= 1;
            assert!(check(&damaged).is_err(), "byte {place}");
        }
        assert!(matches!(check(&[&backup[..], b"x"].concat()), Err(BackupError::Damaged)));
    }
}

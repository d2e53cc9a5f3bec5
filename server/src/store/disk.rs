//! The disk that a database lies on.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

/// Bytes that a disk must take before the engine is opened again: more than its smallest files have.
const TRIAL_BYTES: usize = 1 << 20;
/// Name of the file that is written to try.
const TRIAL: &str = "trial";

/// The folder of a database.
#[derive(Debug, Clone, Copy)]
pub struct Folder<'a>(pub(super) &'a Path);

impl<'a> Folder<'a> {
    /// Returns the path.
    pub fn path(self) -> &'a Path {
        self.0
    }

    /// Returns the number of free bytes on the disk that this user may fill.
    pub fn free_bytes(self) -> io::Result<u64> {
        fs4::available_space(self.0)
    }

    /// Tries whether the disk takes a file, and has room for what the engine writes when it is opened: as much as its
    /// write-ahead logs hold.
    pub fn try_out(self) -> io::Result<()> {
        if self.free_bytes()? < self.write_ahead_bytes()? {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let path = self.0.join(TRIAL);
        let written = File::create(&path).and_then(|mut file| {
            file.write_all(&vec![0; TRIAL_BYTES])?;
            file.sync_all()
        });
        written.and(fs::remove_file(&path))
    }

    fn write_ahead_bytes(self) -> io::Result<u64> {
        let mut bytes = 0;
        for entry in fs::read_dir(self.0)? {
            let entry = entry?;
            if entry.path().extension().is_some_and(|extension| extension == "log") {
                bytes += entry.metadata()?.len();
            }
        }
        Ok(bytes)
    }
}

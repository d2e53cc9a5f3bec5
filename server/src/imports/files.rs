//! The files of imports, in a folder within that of the database.

use std::{
    fs::{self, File},
    io::{self, Read, Write as _},
    path::PathBuf,
    sync::Arc,
};

use tempfile::TempDir;

use crate::store::Folder;

/// The name of the folder within that of the database.
const FOLDER: &str = "imports";
/// Number of bytes after which the disk is looked at again while a file comes in.
const BYTES_BETWEEN_LOOKS: usize = 16 << 20;
/// Number of bytes that are copied at once.
const PART_BYTES: usize = 64 << 10;

/// The format of a list of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultFormat {
    /// Rows under a header; no text in them is a formula to a spreadsheet.
    Csv,
    /// One JSON object a line.
    Ndjson,
}

impl ResultFormat {
    fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }
}

/// The folder with the files of imports. Its clones are the same folder.
#[derive(Debug, Clone)]
pub(super) struct ImportFiles {
    folder: PathBuf,
    min_free: u64,
    /// The folder of a database in memory ends with it.
    _temporary: Option<Arc<TempDir>>,
}

impl ImportFiles {
    /// Opens the folder beside the files of a database, which leaves `min_free` bytes of its disk free.
    pub(super) fn open(database: Option<Folder>, min_free: u64) -> io::Result<Self> {
        let temporary = if database.is_none() { Some(Arc::new(tempfile::tempdir()?)) } else { None };
        let above = database.map(Folder::path).or(temporary.as_ref().map(|folder| folder.path()));
        let folder = above.map(|above| above.join(FOLDER)).unwrap_or_default();
        fs::create_dir_all(&folder)?;
        Ok(Self { folder, min_free, _temporary: temporary })
    }

    fn uploaded(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number}.upload"))
    }

    fn results(&self, number: u64, format: ResultFormat) -> PathBuf {
        self.folder.join(format!("{number}.{}", format.extension()))
    }

    /// Keeps what is to be imported. Nothing of it is left after a failure.
    pub(super) fn keep(&self, number: u64, content: impl Read) -> io::Result<()> {
        let kept = self.copy(number, content);
        if kept.is_err() {
            fs::remove_file(self.uploaded(number)).ok(); // it may not have been made
        }
        kept
    }

    fn copy(&self, number: u64, mut content: impl Read) -> io::Result<()> {
        let mut file = File::create(self.uploaded(number))?;
        let mut part = vec![0; PART_BYTES];
        let mut unlooked = BYTES_BETWEEN_LOOKS;
        loop {
            let length = content.read(&mut part)?;
            if length == 0 {
                break;
            }
            unlooked += length;
            if unlooked >= BYTES_BETWEEN_LOOKS {
                if fs4::available_space(&self.folder)? < self.min_free {
                    return Err(io::ErrorKind::StorageFull.into());
                }
                unlooked = 0;
            }
            file.write_all(&part[..length])?;
        }
        file.sync_all()?;
        File::open(&self.folder)?.sync_all() // and its name
    }

    /// Opens what is to be imported.
    pub(super) fn open_uploaded(&self, number: u64) -> io::Result<File> {
        File::open(self.uploaded(number))
    }

    /// Begins the results anew.
    pub(super) fn create_results(&self, number: u64, format: ResultFormat) -> io::Result<File> {
        File::create(self.results(number, format))
    }

    /// Opens the results; fails if there are none.
    pub(super) fn open_results(&self, number: u64, format: ResultFormat) -> io::Result<File> {
        File::open(self.results(number, format))
    }

    /// Removes what was uploaded, once it is no longer needed.
    pub(super) fn remove_uploaded(&self, number: u64) {
        fs::remove_file(self.uploaded(number)).ok(); // it may be gone already
    }

    /// Removes the files of imports that are not known, such as one whose upload was interrupted.
    pub(super) fn remove_others(&self, is_known: impl Fn(u64) -> bool) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let number = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
            if !number.is_some_and(&is_known) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Removes every file of an import.
    pub(super) fn remove(&self, number: u64) {
        self.remove_uploaded(number);
        for format in [ResultFormat::Csv, ResultFormat::Ndjson] {
            fs::remove_file(self.results(number, format)).ok();
        }
    }
}

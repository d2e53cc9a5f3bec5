//! Copies of a database's files as they were before the storage engine opened them.
//!
//! The engine deletes a write-ahead log once it has restored what it can read of it. If events turn out to be missing,
//! the log that might still hold them is needed.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use tracing::warn;

/// Name of the folder, within that of the database, while it is not decided whether it is needed.
const UNDECIDED: &str = "before-start";
/// Beginning of the name of a folder that is kept.
const KEPT: &str = "kept-";

/// The files before a start, as hard links.
#[derive(Debug)]
pub(super) struct KeptFiles {
    database: PathBuf,
}

impl KeptFiles {
    /// Links every file of the database in a folder. Links that a start left which did not come to its end stay, since
    /// they are of the older files.
    ///
    /// A failure is logged: it is no reason not to start.
    pub(super) fn before_start(database: &Path) -> Self {
        if let Err(error) = link_all(database, &database.join(UNDECIDED)) {
            warn!(%error, "the files of the database could not be linked: if they are damaged, they will be lost");
        }
        Self { database: database.to_owned() }
    }

    /// Removes the links: the database is whole.
    pub(super) fn forget(self) {
        if let Err(error) = fs::remove_dir_all(self.database.join(UNDECIDED))
            && error.kind() != io::ErrorKind::NotFound
        {
            warn!(%error, "the links to the files before the start could not be removed");
        }
    }

    /// Keeps the links: the database is damaged. Returns their folder. Where files of an earlier damage are kept, it is
    /// theirs.
    pub(super) fn keep(self) -> PathBuf {
        if let Some(earlier) = earlier(&self.database) {
            self.forget();
            return earlier;
        }
        let kept = self.database.join(format!("{KEPT}{}", Timestamp::now().strftime("%Y-%m-%dT%H-%M-%SZ")));
        let undecided = self.database.join(UNDECIDED);
        match fs::rename(&undecided, &kept) {
            Ok(()) => kept,
            Err(error) => {
                warn!(%error, "the links to the files before the start keep their name");
                undecided
            }
        }
    }
}

fn link_all(database: &Path, links: &Path) -> io::Result<()> {
    if links.exists() || !database.join("CURRENT").exists() {
        return Ok(());
    }
    let partial = links.with_extension("partial");
    fs::create_dir_all(&partial)?;
    for entry in fs::read_dir(database)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            link(&entry.path(), &partial.join(entry.file_name()))?;
        }
    }
    fs::rename(partial, links)
}

/// Links a file. On a file system without links, a write-ahead log is copied; the engine leaves other files as they are.
fn link(file: &Path, link: &Path) -> io::Result<()> {
    match fs::hard_link(file, link) {
        // of an earlier try, or removed by a program that is closing the database
        Err(error) if matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => Ok(()),
        Err(_) if file.extension().is_some_and(|extension| extension == "log") => fs::copy(file, link).map(drop),
        Err(error) => Err(error),
        Ok(()) => Ok(()),
    }
}

fn earlier(database: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(database).ok()?.filter_map(Result::ok);
    let kept = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(KEPT));
    kept.map(|entry| entry.path()).min()
}

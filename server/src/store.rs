//! The database: SurrealDB, inside this process. Types of SurrealDB do not leave this module.

mod access;
mod acknowledged;
mod alerts;
mod anomalies;
mod audit;
mod bulk_write;
mod channels;
mod checkpoint;
mod deliveries;
mod disk;
mod erasure;
mod examination;
mod folder;
mod import_jobs;
mod kept_files;
mod keys;
mod log;
mod migrations;
mod minutes;
mod models;
mod open_database;
mod outbox;
mod profiles;
mod raising;
mod recovery;
mod rows;
mod segments;
mod settings;
mod snapshot;
mod suppressions;
mod witness;

pub use alerts::{AlertFilter, AlertPage, NotChanged};
pub use audit::AuditPlace;
pub use channels::SealedChannel;
pub use checkpoint::Checkpoint;
pub use deliveries::DeliveryRecord;
pub use disk::Folder;
pub use examination::{Examined, Finding};
pub use log::LogRow;
pub use minutes::IndexedEvent;
pub use recovery::Recovered;
pub use rows::{PackedEvent, UnreadableRow};
pub use segments::StoredEvent;
pub use shared::event::EventKey;
pub use snapshot::restore_entries;

use std::{
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use shared::{population::UnreadablePopulation, profile::UnreadableProfile};
use surrealdb::{Surreal, engine::local::Db, method::Query};
use tokio::sync::RwLock;

use self::{kept_files::KeptFiles, open_database::OpenDatabase, witness::Witness};
use crate::config::DatabaseUri;

/// The database. It can be closed and opened again while others refer to it.
pub struct Store {
    uri: DatabaseUri,
    accepts_loss: bool,
    /// None while it is closed.
    open: RwLock<Option<OpenDatabase>>,
    /// None for a database in memory.
    witness: Option<Mutex<Witness>>,
    /// The files as they were before the last opening, until it is known that no event is missing.
    kept: Mutex<Option<KeptFiles>>,
    /// Held by whoever reads alerts and then writes what follows from them.
    alert_writes: tokio::sync::Mutex<()>,
    /// Whether the engine has found damaged data since the start.
    is_damaged: AtomicBool,
}

/// How a database is opened.
#[derive(Debug, Clone, Copy, Default)]
pub struct Opening {
    /// How long to wait for another program to release the folder: one that was killed a moment ago may still hold it.
    pub patience: Duration,
    /// Whether to go on without acknowledged events that the database does not hold any more.
    pub accepts_loss: bool,
}

impl Store {
    /// Opens the database, and creates it where there is none.
    pub async fn open(uri: &DatabaseUri, Opening { patience, accepts_loss }: Opening) -> Result<Self, StoreError> {
        let uri = uri.absolute().map_err(StoreError::open)?;
        let (database, kept) = open_engine(&uri, patience).await?;
        let witness = uri.folder().map(Witness::open).transpose().map_err(StoreError::open)?;
        let store = Self {
            uri,
            accepts_loss,
            open: RwLock::new(Some(database)),
            witness: witness.map(Mutex::new),
            kept: Mutex::new(kept),
            alert_writes: tokio::sync::Mutex::default(),
            is_damaged: AtomicBool::default(),
        };
        migrations::apply(&store).await.map_err(|error| store.keep_files(error))?;
        Ok(store)
    }

    /// Opens the engine again after a failure: only the disk can tell then what the database holds.
    pub async fn reopen(&self) -> Result<(), StoreError> {
        if self.uri == DatabaseUri::Memory {
            return Ok(());
        }
        let mut open = self.open.write().await;
        if let Some(database) = open.take() {
            database.close().await;
        }
        let (database, kept) = open_engine(&self.uri, Duration::ZERO).await?;
        *lock(&self.kept) = kept;
        *open = Some(database);
        Ok(())
    }

    /// Closes the database once the queries under way have ended.
    pub async fn close(&self) {
        if let Some(database) = self.open.write().await.take() {
            database.close().await;
        }
    }

    /// Checks that the database answers.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.query("INFO FOR DB").await?.await?.check()?;
        Ok(())
    }

    /// Returns the folder of the database, unless it is in memory.
    pub fn folder(&self) -> Option<Folder<'_>> {
        self.uri.folder().map(Folder)
    }

    /// Returns whether the engine has found damaged data since the start.
    pub fn is_damaged(&self) -> bool {
        self.is_damaged.load(Ordering::Relaxed)
    }

    /// Notes a failure if it is one of damaged data.
    pub fn note_failure(&self, error: &StoreError) {
        if error.is_damage() {
            self.is_damaged.store(true, Ordering::Relaxed);
        }
    }

    async fn db(&self) -> Result<Surreal<Db>, StoreError> {
        let open = self.open.read().await;
        open.as_ref().map(|database| database.db.clone()).ok_or(StoreError::Closed)
    }

    async fn query(&self, text: &'static str) -> Result<Query<'static, Db>, StoreError> {
        Ok(self.db().await?.query(text).into_owned())
    }
}

/// Opens the engine, after links to its files were made.
async fn open_engine(uri: &DatabaseUri, patience: Duration) -> Result<(OpenDatabase, Option<KeptFiles>), StoreError> {
    let kept = uri.folder().map(KeptFiles::before_start);
    let opened = OpenDatabase::open(uri, patience).await;
    match (opened, kept) {
        (Ok(database), kept) => Ok((database, kept)),
        (Err(error @ StoreError::Locked(_)), Some(kept)) => {
            kept.forget(); // nothing was done to the files
            Err(error)
        }
        (Err(error), _) => Err(error),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why an operation of the database failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another program, or another part of this one, has it open.
    #[error("the database in {} is in use: stop the other `uba`, or name another folder by --database", .0.display())]
    Locked(PathBuf),
    /// The database cannot be opened.
    #[error("cannot open the database: {0:#}")]
    Open(anyhow::Error),
    /// A newer program has changed the schema.
    #[error("the database has schema {found}, this program knows {known}: use the newer `uba` that made it")]
    NewerSchema {
        /// Number of the schema's last step.
        found: i64,
        /// Number of the last step that this program knows.
        known: i64,
    },
    /// The database was made before the first release.
    #[error("the database was made by an `uba` of before the first release: import its logs into a new folder")]
    OldSchema,
    /// There are tables, and nothing that says which.
    #[error("the database does not say which schema it has: it is damaged; restore a copy")]
    NoSchema,
    /// Events that were acknowledged are lost.
    #[error(
        "{loss}; restore a copy of the database, or start with --accept-loss to go on without them{}",
        kept_where(.kept.as_ref())
    )]
    Lost {
        /// What is lost.
        loss: Loss,
        /// The folder with the files as they were before the start.
        kept: Option<PathBuf>,
    },
    /// The database is closed, or being opened again.
    #[error("the database is closed")]
    Closed,
    /// A file of the database's folder cannot be written.
    #[error("cannot write the witness of the database: {0}")]
    Witness(std::io::Error),
    /// The row that says how far the last checkpoint went cannot be read.
    #[error("the database does not say how far its last checkpoint went: {0}; restore a copy of the database")]
    Marker(UnreadablePopulation),
    /// A row of another table cannot be read.
    #[error("the row {key} of the table {table} cannot be read: {reason}")]
    Unreadable {
        /// The table.
        table: &'static str,
        /// The key of the row.
        key: String,
        /// Why it cannot be read.
        reason: UnreadableRow,
    },
    /// A profile was written by another version, or is damaged.
    #[error(transparent)]
    Profile(#[from] UnreadableProfile),
    /// The database cannot be copied.
    #[error("cannot copy the database: {0:#}")]
    Copy(anyhow::Error),
    /// A part of the program broke down while it wrote.
    #[error("the program broke down: {0}")]
    Panic(tokio::task::JoinError),
    /// A query failed.
    #[error("the database failed: {0}")]
    Query(#[from] surrealdb::Error),
}

/// Acknowledged events that the database does not hold any more.
#[derive(Debug, thiserror::Error)]
pub enum Loss {
    /// A row of the log cannot be read.
    #[error("events from number {first} on are lost, since their row of the log cannot be read: {reason}")]
    Unreadable {
        /// The number of the first event of the row.
        first: u64,
        /// Why it cannot be read.
        reason: UnreadableRow,
    },
    /// A row of the log is missing.
    #[error("events {expected} to {} are missing in the log", .found - 1)]
    Gap {
        /// The number of the first missing event.
        expected: u64,
        /// The number of the first event after them.
        found: u64,
    },
    /// The log is shorter than it was.
    #[error("the database holds {found} of the {acknowledged} events that were acknowledged")]
    Shorter {
        /// The number of events that the database holds.
        found: u64,
        /// The number of events that were acknowledged.
        acknowledged: u64,
    },
    /// The last commit is not the one that was acknowledged.
    #[error("the events from number {first} on are not those that were acknowledged")]
    Others {
        /// The number of the first event of the last commit.
        first: u64,
    },
}

impl From<Loss> for StoreError {
    fn from(loss: Loss) -> Self {
        Self::Lost { loss, kept: None }
    }
}

fn kept_where(kept: Option<&PathBuf>) -> String {
    kept.map_or_else(String::new, |kept| format!("; the files as they were before the start are in {}", kept.display()))
}

impl StoreError {
    /// Returns whether the storage engine has found data that it had not written like that.
    fn is_damage(&self) -> bool {
        self.to_string().contains("Corruption")
    }

    fn open(error: impl Into<anyhow::Error>) -> Self {
        Self::Open(error.into())
    }

    fn unreadable(table: &'static str, key: &str, reason: UnreadableRow) -> Self {
        Self::Unreadable { table, key: key.to_owned(), reason }
    }
}

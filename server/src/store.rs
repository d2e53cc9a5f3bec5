//! The database: SurrealDB, inside this process. Types of SurrealDB do not leave this module.

mod anomalies;
mod checkpoint;
mod folder;
mod keys;
mod log;
mod migrations;
mod recovery;
mod rows;
mod segments;
mod settings;

pub use checkpoint::Checkpoint;
pub use log::LogRow;
pub use recovery::Recovered;
pub use rows::{PackedEvent, UnreadableRow};
pub use segments::{EventKey, StoredEvent};

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use shared::{population::UnreadablePopulation, profile::UnreadableProfile};
use surrealdb::{Surreal, engine::local::Db};
use surrealdb_cnf::ConfigMap;
use surrealdb_core::kvs::Datastore;
use tokio::time::sleep;

use crate::config::DatabaseUri;

/// Limits of the storage engine's memory, which would otherwise be half of the machine's.
const ENGINE_SETTINGS: [(&str, &str); 3] = [
    ("rocksdb_block_cache_size", "67108864"),
    ("rocksdb_write_buffer_size", "16777216"),
    ("rocksdb_max_write_buffer_number", "3"),
];

const NAMESPACE: &str = "uba";
const DATABASE: &str = "uba";

/// Pause before a folder in use is tried again.
const LOCKED_PAUSE: Duration = Duration::from_millis(200);
/// Pause before a closing database is looked at again.
const CLOSING_PAUSE: Duration = Duration::from_millis(5);

/// The open database.
pub struct Store {
    db: Surreal<Db>,
    /// The engine below `db`. The last reference to it closes its files.
    engine: Arc<Datastore>,
}

impl Store {
    /// Opens the database, and creates it where there is none.
    ///
    /// `patience` is how long to wait for another program to release the folder: one that was killed a moment ago may
    /// still hold it.
    pub async fn open(uri: &DatabaseUri, patience: Duration) -> Result<Self, StoreError> {
        let datastore = match uri {
            DatabaseUri::Memory => build("mem://").await?,
            DatabaseUri::RocksDb(folder) => build_in(folder, patience).await?,
        };
        datastore.check_version().await.map_err(StoreError::open)?;
        datastore.bootstrap().await.map_err(StoreError::open)?;
        datastore.start_maintenance_tasks();

        // `Surreal::new` gives no way to limit the caches.
        let db = Surreal::<Db>::unstable_from_datastore(Arc::clone(&datastore), None).await?;
        db.use_ns(NAMESPACE).use_db(DATABASE).await?;
        let store = Self { db, engine: datastore };
        migrations::apply(&store.db).await?;
        Ok(store)
    }

    /// Checks that the database answers.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.db.query("INFO FOR DB").await?.check()?;
        Ok(())
    }

    /// Closes the database: waits until nothing else refers to it, then closes its files.
    pub async fn close(self: Arc<Self>) {
        let engine = Arc::clone(&self.engine);
        drop(self); // the engine shuts itself down when nobody can ask it any more
        while Arc::strong_count(&engine) > 1 {
            sleep(CLOSING_PAUSE).await;
        }
        drop(engine); // here its files are closed
    }
}

/// Opens the engine in a folder, trying again while another program holds it.
async fn build_in(folder: &Path, patience: Duration) -> Result<Arc<Datastore>, StoreError> {
    let folder = std::path::absolute(folder).map_err(StoreError::open)?;
    folder::prepare(&folder).map_err(StoreError::open)?;
    let path = format!("rocksdb://{}?sync=every", folder.display()); // a commit is on the disk when it is answered

    let started = Instant::now();
    loop {
        match build(&path).await {
            Err(StoreError::Open(error)) if is_locked(&error) => {
                if started.elapsed() >= patience {
                    return Err(StoreError::Locked(folder));
                }
                sleep(LOCKED_PAUSE).await;
            }
            result => return result,
        }
    }
}

async fn build(path: &str) -> Result<Arc<Datastore>, StoreError> {
    let settings = ENGINE_SETTINGS
        .into_iter()
        .fold(ConfigMap::empty(), |settings, (name, value)| settings.with_key_value(name, value));
    let builder = Datastore::builder().with_config(settings).without_maintenance_tasks();
    builder.build_with_path(path).await.map_err(StoreError::open)
}

/// Returns whether the engine failed because another program holds the folder's lock file.
fn is_locked(error: &anyhow::Error) -> bool {
    format!("{error:#}").contains("/LOCK:")
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
    /// Another program has committed to the database.
    #[error("the database has moved on without this program, which must be started again")]
    OutOfStep,
    /// A row of the log cannot be read.
    #[error(
        "events from number {first} on are lost, since their row of the log cannot be read: {reason}; restore a copy"
    )]
    LostEvents {
        /// The number of the first event of the row.
        first: u64,
        /// Why it cannot be read.
        reason: UnreadableRow,
    },
    /// A row of the log is missing.
    #[error("events {expected} to {} are missing in the log: restore a copy of the database", .found - 1)]
    Gap {
        /// The number of the first missing event.
        expected: u64,
        /// The number of the first event after them.
        found: u64,
    },
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
    /// A query failed.
    #[error("the database failed: {0}")]
    Query(#[from] surrealdb::Error),
}

impl StoreError {
    fn open(error: impl Into<anyhow::Error>) -> Self {
        Self::Open(error.into())
    }

    fn unreadable(table: &'static str, key: &str, reason: UnreadableRow) -> Self {
        Self::Unreadable { table, key: key.to_owned(), reason }
    }
}

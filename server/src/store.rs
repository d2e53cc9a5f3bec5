//! The database: SurrealDB, inside this process. Types of SurrealDB do not leave this module.

mod anomalies;
mod commits;
mod events;
mod migrations;
mod recovery;
mod settings;

pub use commits::{DayCounts, EVENTS_A_SNAPSHOT, PendingCommit, Upsert};
pub use events::{Batch, EventKey, StoredEvent};
pub use recovery::Recovered;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use serde::{Serialize, de::DeserializeOwned};
use shared::profile::UnreadableProfile;
use surrealdb::{Surreal, engine::local::Db, types::Bytes};
use surrealdb_cnf::ConfigMap;
use surrealdb_core::kvs::Datastore;
use tokio::time::sleep;

use crate::config::DatabaseUri;

/// Limits of the storage engine's memory, which would otherwise be half of the machine's.
const ENGINE_SETTINGS: [(&str, &str); 3] = [
    ("rocksdb_block_cache_size", "134217728"),
    ("rocksdb_write_buffer_size", "33554432"),
    ("rocksdb_max_write_buffer_number", "3"),
];

/// Version of the bodies of rows.
const BODY_VERSION: u8 = 4;

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
    tokio::fs::create_dir_all(&folder).await.map_err(StoreError::open)?;
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
        found: usize,
        /// Number of steps that this program knows.
        known: usize,
    },
    /// Another program has committed to the database.
    #[error("the database has moved on without this program, which must be started again")]
    OutOfStep,
    /// A stored value cannot be decoded.
    #[error("the database holds something that cannot be read: {0}")]
    Unreadable(#[from] postcard::Error),
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
}

/// Encodes the body of a row: a version byte, then postcard.
fn encode(content: &impl Serialize) -> Result<Bytes, StoreError> {
    Ok(postcard::to_extend(content, vec![BODY_VERSION])?.into())
}

/// Decodes the body of a row.
fn decode<T: DeserializeOwned>(body: &Bytes) -> Result<T, StoreError> {
    match body.split_first() {
        Some((&BODY_VERSION, content)) => Ok(postcard::from_bytes(content)?),
        _ => Err(postcard::Error::DeserializeBadEncoding.into()),
    }
}

//! Opening and closing of the storage engine.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use surrealdb::{Surreal, engine::local::Db};
use surrealdb_cnf::ConfigMap;
use surrealdb_core::kvs::Datastore;
use tokio::time::sleep;

use super::{StoreError, folder};
use crate::config::DatabaseUri;

/// Settings of the storage engine: limits of its memory, which would otherwise be half of the machine's, and of its
/// files.
const ENGINE_SETTINGS: [(&str, &str); 7] = [
    ("rocksdb_block_cache_size", "33554432"),
    ("rocksdb_write_buffer_size", "16777216"),
    ("rocksdb_max_write_buffer_number", "3"),
    ("rocksdb_max_open_files", "256"),
    ("rocksdb_storage_log_level", "info"),
    ("rocksdb_keep_log_file_num", "4"),
    // No limit in fact. With one, the engine begins a new file of its own log after 16 MiB, and keeps three.
    ("rocksdb_sst_max_allowed_space_usage", "1000000000000000"),
];

const NAMESPACE: &str = "uba";
const DATABASE: &str = "uba";

/// Pause before a folder in use is tried again.
const LOCKED_PAUSE: Duration = Duration::from_millis(200);
/// Pause before a closing database is looked at again.
const CLOSING_PAUSE: Duration = Duration::from_millis(5);

/// An open database.
pub(super) struct OpenDatabase {
    pub(super) db: Surreal<Db>,
    /// The engine below `db`. The last reference to it closes its files.
    engine: Arc<Datastore>,
}

impl OpenDatabase {
    /// Opens the database, and creates it where there is none. Its schema is left as it is.
    ///
    /// `patience` is how long to wait for another program to release the folder: one that was killed a moment ago may
    /// still hold it.
    pub(super) async fn open(uri: &DatabaseUri, patience: Duration) -> Result<Self, StoreError> {
        let engine = match uri {
            DatabaseUri::Memory => build("mem://").await?,
            DatabaseUri::RocksDb(folder) => build_in(folder, patience).await?,
        };
        engine.check_version().await.map_err(StoreError::open)?;
        engine.bootstrap().await.map_err(StoreError::open)?;
        engine.start_maintenance_tasks();

        // `Surreal::new` gives no way to limit the caches.
        let db = Surreal::<Db>::unstable_from_datastore(Arc::clone(&engine), None).await?;
        db.use_ns(NAMESPACE).use_db(DATABASE).await?;
        Ok(Self { db, engine })
    }

    /// Returns the engine below the database. The database is not closed while somebody keeps it.
    pub(super) fn engine(&self) -> &Datastore {
        &self.engine
    }

    /// Closes the database: waits until nothing else refers to it, then closes its files.
    pub(super) async fn close(self) {
        let Self { db, engine } = self;
        drop(db); // the engine shuts itself down when nobody can ask it any more
        while Arc::strong_count(&engine) > 1 {
            sleep(CLOSING_PAUSE).await;
        }
        drop(engine); // here its files are closed
    }
}

/// Opens the engine in a folder, trying again while another program holds it.
pub(super) async fn build_in(folder: &Path, patience: Duration) -> Result<Arc<Datastore>, StoreError> {
    folder::prepare(folder).map_err(StoreError::open)?;
    let path = format!("rocksdb://{}?sync=every", folder.display()); // a commit is on the disk when it is answered

    let started = Instant::now();
    loop {
        match build(&path).await {
            Err(StoreError::Open(error)) if is_locked(&error) => {
                if started.elapsed() >= patience {
                    return Err(StoreError::Locked(folder.to_owned()));
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

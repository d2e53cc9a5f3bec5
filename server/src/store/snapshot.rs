//! Every entry of the storage engine as of one moment, and a new database from such entries.
//!
//! Entries are taken as the engine keeps them (`surrealdb_core::kvs::copy`), so that nothing that a table holds can be
//! missed. The entry without which the engine opens no database is the last, so that a part of a copy is never taken for
//! a whole one.

use std::{path::Path, time::Duration};

use anyhow::Context as _;
use surrealdb_core::kvs::copy::{KeyRole, key_role, keyspace};
use surrealdb_kvs::{Key, TransactionType, key::RawRange};
use tokio::sync::mpsc;

use super::{Store, StoreError, open_database};
use crate::backup::{BackupError, Encoder, Entry};

/// The number of entries that are read at once.
const PART_ENTRIES: u32 = 64;

impl Store {
    /// Sends the database as of now, as the parts of a backup. Events that come meanwhile are committed as ever, and are no
    /// part of it. Ends early where nobody receives the parts any more.
    pub async fn send_snapshot(&self, parts: mpsc::Sender<Vec<u8>>) -> Result<(), StoreError> {
        self.send_entries(parts).await.map_err(StoreError::Copy)
    }

    async fn send_entries(&self, parts: mpsc::Sender<Vec<u8>>) -> anyhow::Result<()> {
        let transaction = {
            let open = self.open.read().await;
            open.as_ref().ok_or(StoreError::Closed)?.engine().transaction(TransactionType::Read).await?
        };
        let (mut encoder, mut range, mut last) = (Encoder::default(), keyspace(), Vec::new());
        let mut is_received = parts.send(Encoder::head()).await.is_ok();
        while is_received {
            let entries: Vec<Entry> = transaction.scan_raw(range, PART_ENTRIES, 0, None).await?;
            let Some((key, _)) = entries.last() else { break };
            range = RawRange::every_key_after(&Key::from(key.as_slice()));
            let mut part = Vec::with_capacity(entries.len());
            for entry in entries {
                match key_role(&entry.0) {
                    KeyRole::Data => part.push(entry),
                    KeyRole::Version => last.push(entry),
                    KeyRole::Skipped => {}
                }
            }
            is_received = parts.send(encoder.part(&part)).await.is_ok();
        }
        transaction.cancel().await?;
        if is_received && parts.send(encoder.part(&last)).await.is_ok() {
            parts.send(encoder.end()).await.ok(); // who has hung up needs no end
        }
        Ok(())
    }
}

/// Writes the entries of a backup into a new database in a folder, in their order.
pub async fn restore_entries(
    folder: &Path,
    parts: impl Iterator<Item = Result<Vec<Entry>, BackupError>>,
) -> anyhow::Result<()> {
    let engine = open_database::build_in(folder, Duration::ZERO).await?;
    for part in parts {
        let transaction = engine.transaction(TransactionType::Write).await?;
        for (key, value) in part? {
            transaction.set(Key::from(key.as_slice()), value).await?;
        }
        transaction.commit().await.context("cannot write the restored entries")?;
    }
    engine.shutdown().await // whose threads would keep its files open
}

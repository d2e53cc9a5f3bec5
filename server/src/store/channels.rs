//! The channels that people made, encrypted.

use surrealdb::types::{Bytes, RecordId, SurrealValue};

use super::{
    Store, StoreError,
    audit::AuditRow,
    keys::{first_part, keyed},
};
use crate::audit::AuditEntry;

/// A channel whose settings are encrypted under its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedChannel {
    /// Its id.
    pub id: String,
    /// The encrypted settings.
    pub body: Vec<u8>,
}

/// A row of the table `channel`: `[id]`.
#[derive(Debug, SurrealValue)]
struct ChannelRow {
    id: RecordId,
    body: Bytes,
}

impl Store {
    /// Returns every channel.
    pub async fn channels(&self) -> Result<Vec<SealedChannel>, StoreError> {
        let rows: Vec<ChannelRow> = self.query("SELECT * FROM channel").await?.await?.check()?.take(0)?;
        let sealed = |row: ChannelRow| Some(SealedChannel { id: first_part(&row.id)?, body: row.body.to_vec() });
        Ok(rows.into_iter().filter_map(sealed).collect())
    }

    /// Stores a channel, in place of the one with its id, and who made it.
    pub async fn put_channel(&self, channel: SealedChannel, act: &AuditEntry) -> Result<(), StoreError> {
        const PUT: &str = "
            BEGIN;
            UPSERT $row.id CONTENT $row RETURN NONE;
            INSERT INTO audit $act RETURN NONE;
            COMMIT;";
        let row = ChannelRow { id: keyed("channel", channel.id), body: channel.body.into() };
        self.query(PUT).await?.bind(("row", row)).bind(("act", AuditRow::of(act))).await?.check()?;
        Ok(())
    }

    /// Deletes a channel, if it is stored, and stores who deleted it.
    pub async fn delete_channel(&self, id: &str, act: &AuditEntry) -> Result<(), StoreError> {
        const DELETE: &str = "
            BEGIN;
            DELETE $id RETURN NONE;
            INSERT INTO audit $act RETURN NONE;
            COMMIT;";
        let id = keyed("channel", id.to_owned());
        self.query(DELETE).await?.bind(("id", id)).bind(("act", AuditRow::of(act))).await?.check()?;
        Ok(())
    }
}

//! Suppressions, with the number of events that each has hidden.

use surrealdb::types::{Bytes, RecordId, SurrealValue};
use tracing::error;

use super::{
    Store, StoreError, UnreadableRow,
    keys::{first_part, keyed, number},
    rows::{pack_suppression, unpack_suppression},
};
use crate::alerts::StoredSuppression;

/// A row of the table `suppression`: `[id]`.
#[derive(Debug, SurrealValue)]
pub(super) struct SuppressionRow {
    pub(super) id: RecordId,
    body: Bytes,
    hidden: i64,
}

impl SuppressionRow {
    fn of(stored: &StoredSuppression) -> Self {
        let id = keyed("suppression", stored.id.clone());
        Self { id, body: pack_suppression(&stored.suppression).into(), hidden: number(stored.hidden) }
    }

    pub(super) fn stored(&self) -> Result<StoredSuppression, UnreadableRow> {
        Ok(StoredSuppression {
            id: first_part(&self.id).ok_or(UnreadableRow::Damaged)?,
            suppression: unpack_suppression(&self.body)?,
            hidden: u64::try_from(self.hidden).map_err(|_| UnreadableRow::Damaged)?,
        })
    }
}

impl Store {
    /// Returns every suppression. One that cannot be read is logged and hides nothing.
    pub async fn suppressions(&self) -> Result<Vec<StoredSuppression>, StoreError> {
        let rows: Vec<SuppressionRow> = self.query("SELECT * FROM suppression").await?.await?.check()?.take(0)?;
        let logged = |row: &SuppressionRow| {
            row.stored().inspect_err(|reason| error!(row = ?row.id, %reason, "a suppression cannot be read"))
        };
        Ok(rows.iter().filter_map(|row| logged(row).ok()).collect())
    }

    /// Stores a new suppression.
    pub async fn add_suppression(&self, stored: &StoredSuppression) -> Result<(), StoreError> {
        const ADD: &str = "INSERT INTO suppression $row RETURN NONE";
        self.query(ADD).await?.bind(("row", SuppressionRow::of(stored))).await?.check()?;
        Ok(())
    }

    /// Deletes a suppression, if it is stored.
    pub async fn delete_suppression(&self, id: &str) -> Result<(), StoreError> {
        let _alone = self.alert_writes.lock().await;
        let id = keyed("suppression", id.to_owned());
        self.query("DELETE $id RETURN NONE").await?.bind(("id", id)).await?.check()?;
        Ok(())
    }
}

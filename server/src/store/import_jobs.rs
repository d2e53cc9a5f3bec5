//! Imports of files that were uploaded.

use surrealdb::types::{Bytes, RecordId, SurrealValue};
use tracing::error;

use super::{
    Store, StoreError, UnreadableRow,
    keys::{first_part, keyed, number},
    rows::{pack_import_job, unpack_import_job},
};
use crate::imports::ImportJob;

/// A row of the table `import_job`: `[number]`.
#[derive(Debug, SurrealValue)]
pub(super) struct ImportJobRow {
    pub(super) id: RecordId,
    body: Bytes,
}

impl ImportJobRow {
    pub(super) fn job(&self) -> Result<ImportJob, UnreadableRow> {
        let number: i64 = first_part(&self.id).ok_or(UnreadableRow::Damaged)?;
        unpack_import_job(u64::try_from(number).map_err(|_| UnreadableRow::Damaged)?, &self.body)
    }
}

impl Store {
    /// Returns every import. One that cannot be read is logged and is missing.
    pub async fn import_jobs(&self) -> Result<Vec<ImportJob>, StoreError> {
        let rows: Vec<ImportJobRow> = self.query("SELECT * FROM import_job").await?.await?.check()?.take(0)?;
        let logged = |row: &ImportJobRow| {
            row.job().inspect_err(|reason| error!(row = ?row.id, %reason, "an import cannot be read")).ok()
        };
        Ok(rows.iter().filter_map(logged).collect())
    }

    /// Stores an import, in place of the one of its number.
    pub async fn put_import_job(&self, job: &ImportJob) -> Result<(), StoreError> {
        const PUT: &str = "UPSERT $id SET body = $body RETURN NONE";
        let query = self.query(PUT).await?.bind(("id", keyed("import_job", number(job.number))));
        query.bind(("body", Bytes::from(pack_import_job(job)))).await?.check()?;
        Ok(())
    }

    /// Deletes an import, if it is stored.
    pub async fn delete_import_job(&self, job: u64) -> Result<(), StoreError> {
        let id = keyed("import_job", number(job));
        self.query("DELETE $id RETURN NONE").await?.bind(("id", id)).await?.check()?;
        Ok(())
    }
}

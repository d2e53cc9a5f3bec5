//! A transaction of many rows, which are handed over in parts.

use surrealdb::{Surreal, engine::local::Db, method::Transaction, types::SurrealValue};

use super::StoreError;

/// Number of rows of a part: more at once make more copies of them in the memory of the engine.
pub(super) const PART_ROWS: usize = 512;

/// A transaction that is to be committed or cancelled.
pub(super) struct BulkWrite(Transaction<Db>);

impl BulkWrite {
    /// Begins a transaction.
    pub(super) async fn begin(db: Surreal<Db>) -> Result<Self, StoreError> {
        Ok(Self(db.begin().await?))
    }

    /// Writes new rows of a table.
    pub(super) async fn insert<Row: SurrealValue>(
        &self,
        table: &str,
        rows: impl IntoIterator<Item = Row>,
    ) -> Result<(), StoreError> {
        let statement = format!("INSERT INTO {table} $rows RETURN NONE");
        self.in_parts(&statement, rows).await
    }

    /// Writes rows in place of those with their keys.
    pub(super) async fn update<Row: SurrealValue>(
        &self,
        rows: impl IntoIterator<Item = Row>,
    ) -> Result<(), StoreError> {
        self.in_parts("FOR $row IN $rows { UPDATE $row.id CONTENT $row RETURN NONE }", rows).await
    }

    async fn in_parts<Row: SurrealValue>(
        &self,
        statement: &str,
        rows: impl IntoIterator<Item = Row>,
    ) -> Result<(), StoreError> {
        let mut rows = rows.into_iter();
        loop {
            let part: Vec<Row> = rows.by_ref().take(PART_ROWS).collect();
            if part.is_empty() {
                return Ok(());
            }
            self.run(statement, ("rows", part)).await?;
        }
    }

    /// Runs a statement with one parameter.
    pub(super) async fn run(
        &self,
        statement: &str,
        (name, value): (&'static str, impl SurrealValue),
    ) -> Result<(), StoreError> {
        self.0.query(statement).bind((name, value)).await?.check()?;
        Ok(())
    }

    /// Writes everything to the disk.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        self.0.commit().await?;
        Ok(())
    }

    /// Writes nothing.
    pub(super) async fn cancel(self) -> Result<(), StoreError> {
        self.0.cancel().await?;
        Ok(())
    }
}

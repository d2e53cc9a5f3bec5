//! The database's schema: numbered steps, applied in order when it is opened.

use surrealdb::{Surreal, engine::local::Db};

use super::StoreError;

/// Every step; the first has number 1.
const MIGRATIONS: &[&str] = &[include_str!("../../migrations/0001_events.surql")];

/// Brings the schema up to date.
///
/// A database that a newer program has changed is refused: this one does not know what it holds.
pub(super) async fn apply(db: &Surreal<Db>) -> Result<(), StoreError> {
    let applied = version(db).await?;
    let applied = usize::try_from(applied.unwrap_or(0)).unwrap_or(usize::MAX);
    if applied > MIGRATIONS.len() {
        return Err(StoreError::NewerSchema { found: applied, known: MIGRATIONS.len() });
    }
    for (number, migration) in MIGRATIONS.iter().enumerate().skip(applied) {
        let version = i64::try_from(number + 1).unwrap_or(i64::MAX);
        let step = format!("BEGIN; {migration}; UPSERT meta:schema SET version = $version; COMMIT;");
        db.query(step).bind(("version", version)).await?.check()?;
    }
    Ok(())
}

/// Returns the number of applied steps, or none for a database without a schema.
async fn version(db: &Surreal<Db>) -> Result<Option<i64>, StoreError> {
    let mut response = db.query("SELECT VALUE version FROM meta:schema").await?;
    if response.take_errors().is_empty() {
        return Ok(response.take(0)?);
    }
    Ok(None) // the table is not defined yet
}

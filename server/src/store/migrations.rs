//! The database's schema: numbered steps, applied in order when it is opened.

use surrealdb::{Surreal, engine::local::Db};

use super::StoreError;

/// The number of the first step; lower ones belong to databases of before the first release.
const FIRST: i64 = 2;
/// Every step, in order.
const MIGRATIONS: &[&str] = &[include_str!("../../migrations/0002_log.surql")];

/// Brings the schema up to date.
///
/// A database that a newer program has changed is refused: this one does not know what it holds.
pub(super) async fn apply(db: &Surreal<Db>) -> Result<(), StoreError> {
    let applied = version(db).await?;
    let steps = || (FIRST..).zip(MIGRATIONS);
    let known = steps().last().map_or(FIRST, |(number, _)| number);
    match applied {
        Some(found) if found < FIRST => return Err(StoreError::OldSchema),
        Some(found) if found > known => return Err(StoreError::NewerSchema { found, known }),
        _ => {}
    }
    for (number, migration) in steps().filter(|(number, _)| applied.is_none_or(|applied| *number > applied)) {
        let step = format!("BEGIN; {migration}; UPSERT meta:schema SET version = $version; COMMIT;");
        db.query(step).bind(("version", number)).await?.check()?;
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

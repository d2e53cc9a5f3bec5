//! The database's schema: numbered steps, applied in order when it is opened.

use surrealdb::types::Value;

use super::{Loss, Store, StoreError};

/// The number of the first step; lower ones belong to databases of before the first release.
const FIRST: i64 = 2;
/// Every step, in order.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0002_log.surql"),
    include_str!("../../migrations/0003_access.surql"),
    include_str!("../../migrations/0004_notices.surql"),
    MINUTES,
    include_str!("../../migrations/0006_models.surql"),
    include_str!("../../migrations/0007_alerts.surql"),
    include_str!("../../migrations/0008_imports.surql"),
    include_str!("../../migrations/0009_audit.surql"),
];

/// The step from which on events are listed by minutes.
const MINUTES: &str = include_str!("../../migrations/0005_minutes.surql");

/// Brings the schema up to date.
///
/// A database that a newer program has changed is refused: this one does not know what it holds. So is one without a
/// schema that should hold events, unless that loss is accepted.
pub(super) async fn apply(store: &Store) -> Result<(), StoreError> {
    let applied = version(store).await?;
    let acknowledged = store.last_commit().next;
    let steps = || (FIRST..).zip(MIGRATIONS);
    let known = steps().last().map_or(FIRST, |(number, _)| number);
    match applied {
        None if acknowledged > 0 && !store.accepts_loss => {
            return Err(Loss::Shorter { found: 0, acknowledged }.into());
        }
        Some(found) if found < FIRST => return Err(StoreError::OldSchema),
        Some(found) if found > known => return Err(StoreError::NewerSchema { found, known }),
        _ => {}
    }
    for (number, migration) in steps().filter(|(number, _)| applied.is_none_or(|applied| *number > applied)) {
        if *migration == MINUTES && applied.is_some() {
            store.query(MINUTES).await?.await?.check()?;
            store.index_minutes().await?; // if it is interrupted, it begins anew: the step is not applied yet
        }
        let step = format!("BEGIN; {migration}; UPSERT meta:schema SET version = $version; COMMIT;");
        store.db().await?.query(step).bind(("version", number)).await?.check()?;
    }
    Ok(())
}

/// Returns the number of applied steps, or none for a database without tables.
async fn version(store: &Store) -> Result<Option<i64>, StoreError> {
    if is_new(store).await? {
        return Ok(None);
    }
    let mut response = store.query("SELECT VALUE version FROM ONLY meta:schema").await?.await?.check()?;
    let version: Option<i64> = response.take(0)?;
    version.map(Some).ok_or(StoreError::NoSchema)
}

/// Returns whether the database has no tables.
async fn is_new(store: &Store) -> Result<bool, StoreError> {
    let mut response = store.query("INFO FOR DB").await?.await?.check()?;
    let description: Value = response.take(0)?;
    let Value::Object(description) = description else { return Err(StoreError::NoSchema) };
    match description.get("tables") {
        Some(Value::Object(tables)) => Ok(tables.is_empty()),
        _ => Err(StoreError::NoSchema),
    }
}

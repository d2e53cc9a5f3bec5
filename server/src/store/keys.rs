//! Keys of rows.
//!
//! A page of a range of keys is read by `SELECT … FROM type::record('table', range) LIMIT …`. Written as
//! `table:range`, the engine would read the whole range before it applies the limit.

use surrealdb::types::{Array, RecordId, RecordIdKey, SurrealValue, Value};

/// A row whose key has one part.
pub(super) trait Keyed {
    /// The type of the part.
    type Part: Ord + SurrealValue;

    /// Returns the key.
    fn id(&self) -> &RecordId;
}

/// Returns the key with one part.
pub(super) fn keyed(table: &str, part: impl SurrealValue) -> RecordId {
    RecordId::new(table, Array::from(vec![Value::from_t(part)]))
}

/// Returns the first part of a key, if it has that type.
pub(super) fn first_part<T: SurrealValue>(id: &RecordId) -> Option<T> {
    parts(id)?.next()?.into_t().ok()
}

/// Returns the parts of a key.
pub(super) fn parts(id: &RecordId) -> Option<impl Iterator<Item = Value>> {
    match &id.key {
        RecordIdKey::Array(parts) => Some(parts.iter().cloned()),
        _ => None,
    }
}

/// Returns a number of events as the database holds it.
pub(super) fn number(events: u64) -> i64 {
    i64::try_from(events).expect("events are counted from 0, one by one")
}

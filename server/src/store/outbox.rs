//! The outbox: alerts that are still to be delivered, the oldest first.

use shared::severity::Severity;
use surrealdb::types::{Array, RecordId, SurrealValue, Value};

use super::{Store, StoreError, alerts::id_of, keys::number};
use crate::alerts::{Alert, AlertId};

/// A row of the table `outbox`: `[sequence, kind]`.
#[derive(Debug, SurrealValue)]
pub(super) struct OutboxRow {
    id: RecordId,
    /// The severity that the alert is to be delivered with.
    severity: String,
}

impl OutboxRow {
    pub(super) fn of(alert: &Alert) -> Self {
        Self { id: key(alert.id), severity: alert.group.severity.name().to_owned() }
    }
}

/// Returns the key of an alert's row.
pub(super) fn key(AlertId { sequence, kind }: AlertId) -> RecordId {
    let parts = vec![Value::from_t(number(sequence)), Value::from_t(kind.name().to_owned())];
    RecordId::new("outbox", Array::from(parts))
}

impl Store {
    /// Returns the first `limit` alerts that are to be delivered, the oldest first, each with the severity that it had
    /// when it was put in.
    pub async fn outbox(&self, limit: usize) -> Result<Vec<(AlertId, Severity)>, StoreError> {
        const FIRST: &str = "SELECT * FROM type::record('outbox', [NONE]..[[]]) LIMIT $limit";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows: Vec<OutboxRow> = self.query(FIRST).await?.bind(("limit", limit)).await?.check()?.take(0)?;
        Ok(rows.iter().filter_map(|row| Some((id_of(&row.id, 0)?, row.severity.parse().ok()?))).collect())
    }
}

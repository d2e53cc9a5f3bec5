//! Events with reasons, by time.

use shared::{event::EventKey, scored_event::ScoredEvent};
use surrealdb::types::{Array, Bytes, RecordId, SurrealValue, Value};
use tracing::error;

use super::{
    Store, StoreError,
    rows::{PackedEvent, pack_events, unpack_events},
    segments::StoredEvent,
};

/// A row of the table `anomaly`: `[-milliseconds, user, id]`.
#[derive(Debug, SurrealValue)]
pub(super) struct AnomalyRow {
    id: RecordId,
    score: f64,
    severity: String,
    body: Bytes,
}

impl AnomalyRow {
    /// Returns the row of an event.
    pub(super) fn of(sequence: u64, scored: &ScoredEvent, packed: &PackedEvent) -> Self {
        Self {
            id: Self::key(scored),
            score: scored.anomaly_score(),
            severity: scored.severity.name().to_owned(),
            body: pack_events([(sequence, packed)].into_iter()).into(),
        }
    }

    /// Returns the key of the row of an event.
    pub(super) fn key(scored: &ScoredEvent) -> RecordId {
        let EventKey { user, time_ms, id } = EventKey::of(&scored.event);
        let key = vec![Value::from_t(-time_ms), Value::from_t(user.to_string()), Value::from_t(id)];
        RecordId::new("anomaly", Array::from(key))
    }

    /// Returns the event. A row that cannot be read is logged.
    fn event(&self) -> Option<StoredEvent> {
        let unpacked = unpack_events(&self.body).and_then(|events| {
            events.into_iter().map(|(sequence, event)| Ok(StoredEvent { sequence, scored: event.unpack()? })).collect()
        });
        let events: Vec<StoredEvent> = unpacked
            .inspect_err(|reason| error!(row = ?self.id, %reason, "an anomaly cannot be read"))
            .unwrap_or_default();
        events.into_iter().next()
    }
}

impl Store {
    /// Returns the latest events with reasons that checkpoints have stored, the newest first.
    pub async fn latest_anomalies(&self, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        const LATEST: &str = "SELECT * FROM anomaly LIMIT $limit"; // ids descend in time
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut response = self.query(LATEST).await?.bind(("limit", limit)).await?.check()?;
        let rows: Vec<AnomalyRow> = response.take(0)?;
        Ok(rows.iter().filter_map(AnomalyRow::event).collect())
    }
}

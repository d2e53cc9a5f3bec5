//! Events with reasons, by time.

use app::page_types::Anomaly;
use jiff::Timestamp;
use shared::severity::Severity;
use surrealdb::types::{RecordId, RecordIdKey, SurrealValue, Value};

use super::{Store, StoreError};

/// A row of the table `anomaly`: `[-milliseconds, user, id]`.
#[derive(Debug, SurrealValue)]
pub(super) struct AnomalyRow {
    pub(super) id: RecordId,
    pub(super) score: f64,
    pub(super) severity: String,
    pub(super) reasons: Vec<String>,
}

impl Store {
    /// Returns the latest events with reasons, the newest first.
    pub async fn latest_anomalies(&self, limit: usize) -> Result<Vec<Anomaly>, StoreError> {
        const LATEST: &str = "SELECT * FROM anomaly LIMIT $limit"; // ids descend in time
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut response = self.db.query(LATEST).bind(("limit", limit)).await?.check()?;
        let rows: Vec<AnomalyRow> = response.take(0)?;
        Ok(rows.into_iter().filter_map(AnomalyRow::into_anomaly).collect())
    }
}

impl AnomalyRow {
    fn into_anomaly(self) -> Option<Anomaly> {
        let RecordIdKey::Array(key) = self.id.key else { return None };
        let mut parts = key.into_iter();
        let negated_ms: i64 = parts.next()?.into_t().ok()?;
        let user_id: String = parts.next().and_then(|user: Value| user.into_t().ok())?;
        Some(Anomaly {
            user_id,
            timestamp: Timestamp::from_millisecond(-negated_ms).ok()?,
            anomaly_score: self.score,
            severity: self.severity.parse::<Severity>().ok()?,
            reasons: self.reasons,
        })
    }
}

//! What became of the alerts of the outbox: which channel has which, and what was given up.

use std::collections::HashMap;

use jiff::Timestamp;
use shared::severity::Severity;
use surrealdb::types::{Array, RecordId, SurrealValue, Value};

use super::{
    Store, StoreError,
    alerts::id_of,
    keys::{number, parts},
    outbox,
};
use crate::alerts::AlertId;

/// An alert that a channel has delivered or given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// The alert.
    pub alert: AlertId,
    /// The id of the channel.
    pub channel: String,
    /// The time of the last attempt.
    pub time: Timestamp,
    /// Why it was given up; none if it was delivered.
    pub error: Option<String>,
}

/// A row of the table `delivery`, `[sequence, kind, channel]`, or `dead_letter`, `[-sequence, kind, channel]`.
#[derive(Debug, SurrealValue)]
struct DeliveryRow {
    id: RecordId,
    time_ms: i64,
    error: Option<String>,
}

impl DeliveryRow {
    fn of(table: &str, sign: i64, record: &DeliveryRecord) -> Self {
        let AlertId { sequence, kind } = record.alert;
        let (sequence, kind) = (Value::from_t(sign * number(sequence)), Value::from_t(kind.name().to_owned()));
        let key = vec![sequence, kind, Value::from_t(record.channel.clone())];
        let id = RecordId::new(table, Array::from(key));
        Self { id, time_ms: record.time.as_millisecond(), error: record.error.clone() }
    }

    fn record(self) -> Option<DeliveryRecord> {
        let channel: String = parts(&self.id)?.nth(2)?.into_t().ok()?;
        let time = Timestamp::from_millisecond(self.time_ms).ok()?;
        Some(DeliveryRecord { alert: id_of(&self.id, 0)?, channel, time, error: self.error })
    }
}

impl Store {
    /// Returns the ids of the channels that have delivered or given up each of some alerts, which ascend.
    pub async fn deliveries_of(&self, alerts: &[AlertId]) -> Result<HashMap<AlertId, Vec<String>>, StoreError> {
        const BETWEEN: &str = "SELECT * FROM type::record('delivery', [$first, NONE]..[$last, []])";
        let (Some(first), Some(last)) = (alerts.iter().min(), alerts.iter().max()) else { return Ok(HashMap::new()) };
        let query = self.query(BETWEEN).await?.bind(("first", number(first.sequence)));
        let rows: Vec<DeliveryRow> = query.bind(("last", number(last.sequence))).await?.check()?.take(0)?;
        let mut channels: HashMap<AlertId, Vec<String>> = HashMap::new();
        for record in rows.into_iter().filter_map(DeliveryRow::record) {
            channels.entry(record.alert).or_default().push(record.channel);
        }
        Ok(channels)
    }

    /// Notes what became of alerts by a channel.
    pub async fn note_deliveries(&self, records: &[DeliveryRecord]) -> Result<(), StoreError> {
        const NOTE: &str = "
            BEGIN;
            FOR $row IN $rows { UPSERT $row.id CONTENT $row RETURN NONE };
            FOR $row IN $dead { UPSERT $row.id CONTENT $row RETURN NONE };
            COMMIT;";
        let rows: Vec<_> = records.iter().map(|record| DeliveryRow::of("delivery", 1, record)).collect();
        let dead = records.iter().filter(|record| record.error.is_some());
        let dead: Vec<_> = dead.map(|record| DeliveryRow::of("dead_letter", -1, record)).collect();
        self.query(NOTE).await?.bind(("rows", rows)).bind(("dead", dead)).await?.check()?;
        Ok(())
    }

    /// Returns the deliveries that were given up, those of the latest alerts first, at most `limit`.
    pub async fn dead_letters(&self, limit: usize) -> Result<Vec<DeliveryRecord>, StoreError> {
        const LATEST: &str = "SELECT * FROM type::record('dead_letter', [NONE]..[[]]) LIMIT $limit";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows: Vec<DeliveryRow> = self.query(LATEST).await?.bind(("limit", limit)).await?.check()?.take(0)?;
        Ok(rows.into_iter().filter_map(DeliveryRow::record).collect())
    }

    /// Takes an alert out of the outbox, unless it was put in again with a higher severity.
    pub async fn clear_from_outbox(&self, alert: AlertId, severity: Severity) -> Result<(), StoreError> {
        const CLEAR: &str = "DELETE $id WHERE severity = $severity RETURN NONE";
        let _alone = self.alert_writes.lock().await;
        let query = self.query(CLEAR).await?.bind(("id", outbox::key(alert)));
        query.bind(("severity", severity.name().to_owned())).await?.check()?;
        Ok(())
    }
}

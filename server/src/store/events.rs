//! Stored events: one row each, found by user, time and id.

use serde::{Deserialize, Serialize};
use shared::{
    event::{Event, UserId},
    population::Contribution,
    prediction::Prediction,
};
use surrealdb::types::{Array, Bytes, RecordId, SurrealValue, Value};

use super::{Store, StoreError, decode, encode};

/// The key of an event: events of the same user, time and id are the same event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EventKey {
    /// The user who acted.
    pub user: UserId,
    /// Time of the event, in milliseconds of Unix time.
    pub time_ms: i64,
    /// The sender's id, else a hash of the content.
    pub id: String,
}

impl EventKey {
    /// Returns the key of an event.
    pub fn of(event: &Event) -> Self {
        Self { user: event.user.clone(), time_ms: event.time.as_millisecond(), id: event.id() }
    }

    fn record_id(&self) -> RecordId {
        let user = Value::from_t(self.user.as_str().to_owned());
        RecordId::new("event", Array::from(vec![user, Value::from_t(-self.time_ms), Value::from_t(self.id.clone())]))
    }
}

/// An event with the prediction that was made when it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredEvent {
    /// Number of the event in the order of commits, from 0.
    pub sequence: u64,
    /// The event.
    pub event: Event,
    /// The prediction.
    pub prediction: Prediction,
}

/// A row of the table `event`.
#[derive(Debug, SurrealValue)]
pub(super) struct EventRow {
    id: RecordId,
    sequence: i64,
    score: f64,
    body: Bytes,
}

impl EventRow {
    pub(super) fn of(stored: &StoredEvent) -> Result<Self, StoreError> {
        Ok(Self {
            id: EventKey::of(&stored.event).record_id(),
            sequence: i64::try_from(stored.sequence).expect("sequence numbers count up from 0"),
            score: stored.prediction.anomaly_score,
            body: encode(stored)?,
        })
    }
}

/// The only column that is read of a row.
#[derive(Debug, SurrealValue)]
struct BodyColumn {
    body: Bytes,
}

impl Store {
    /// Returns the events of these keys that are stored.
    pub async fn stored_among(&self, keys: &[EventKey]) -> Result<Vec<StoredEvent>, StoreError> {
        const STORED: &str = "SELECT body FROM $ids";
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<RecordId> = keys.iter().map(EventKey::record_id).collect();
        let mut response = self.db.query(STORED).bind(("ids", ids)).await?.check()?;
        let rows: Vec<BodyColumn> = response.take(0)?;
        rows.iter().map(|row| decode(&row.body)).collect()
    }

    /// Returns a user's latest events, the newest first.
    pub async fn latest_of(&self, user: &UserId, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        const LATEST: &str = "SELECT body FROM event:[$user, NONE]..[$user, []] LIMIT $limit"; // ids descend in time
        let query = self.db.query(LATEST).bind(("user", user.as_str().to_owned()));
        let mut response = query.bind(("limit", i64::from(limit))).await?.check()?;
        let rows: Vec<BodyColumn> = response.take(0)?;
        rows.iter().map(|row| decode(&row.body)).collect()
    }
}

/// The keys and contributions of one transaction's events, in their order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// Number of the first event in the order of commits.
    pub first: u64,
    /// The keys of the events.
    pub keys: Vec<EventKey>,
    /// What each event adds to the population at the end of its epoch.
    pub contributions: Vec<Contribution>,
}

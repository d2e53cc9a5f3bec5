//! One transaction: events, the profiles of their users, and the rows that lists and counts read.

use std::collections::{BTreeMap, HashMap};

use shared::{
    calendar::Day,
    event::UserId,
    population::{EPOCH, Population},
    prediction::Prediction,
    user_records::PackedUserRecord,
};
use surrealdb::types::{Array, Bytes, RecordId, SurrealValue, Value};

use super::{
    Store, StoreError,
    anomalies::AnomalyRow,
    encode,
    events::{Batch, EventKey, EventRow, StoredEvent},
};

/// Number of committed events after which the population is stored again, at the end of an epoch. What later events add
/// to it is in their batches.
pub const EVENTS_A_SNAPSHOT: u64 = 64 * EPOCH as u64;

/// Judged events that are not yet committed, with the state that the commit brings into force.
#[derive(Debug, Default)]
pub struct PendingCommit {
    /// The events, in the order of their sequence numbers.
    pub events: Vec<StoredEvent>,
    /// Their keys, and what they add to the population.
    pub batch: Batch,
    /// The users who acted in them, after them.
    pub users: HashMap<UserId, Upsert<PackedUserRecord>>,
    /// The counts of their days, after them.
    pub days: BTreeMap<Day, Upsert<DayCounts>>,
    /// The population after them, if it is to be stored with them.
    pub population: Option<Population>,
}

/// A row to write.
#[derive(Debug, Clone, PartialEq)]
pub struct Upsert<T> {
    /// What the row holds.
    pub value: T,
    /// Whether the database has no such row yet.
    pub is_new: bool,
}

/// The counts of one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayCounts {
    /// Number of events.
    pub events: u64,
    /// Number of events whose score reached the threshold.
    pub anomalies: u64,
}

impl DayCounts {
    /// Counts one more event of the day.
    pub fn add(&mut self, prediction: &Prediction) {
        self.events += 1;
        self.anomalies += u64::from(prediction.is_anomaly);
    }
}

/// The rows of one transaction: those that replace stored ones apart from new ones.
#[derive(Debug)]
struct WriteSet {
    events: Vec<EventRow>,
    anomalies: Vec<AnomalyRow>,
    batch: BodyRow,
    new_profiles: Vec<ProfileRow>,
    profiles: Vec<ProfileRow>,
    new_days: Vec<DayRow>,
    days: Vec<DayRow>,
    population: Option<BodyRow>,
    /// Number of events after the transaction.
    sequence: u64,
}

impl WriteSet {
    fn of(pending: &PendingCommit) -> Result<Self, StoreError> {
        let notable = pending.events.iter().filter(|stored| !stored.prediction.reasons.is_empty());
        let sequence = pending.batch.first + pending.events.len() as u64;
        let (new_users, users): (Vec<_>, Vec<_>) = pending.users.iter().partition(|(_, record)| record.is_new);
        let (new_days, days): (Vec<_>, Vec<_>) = pending.days.iter().partition(|(_, counts)| counts.is_new);
        let population = pending.population.as_ref();
        Ok(Self {
            events: pending.events.iter().map(EventRow::of).collect::<Result<_, _>>()?,
            anomalies: notable.map(AnomalyRow::of).collect(),
            batch: BodyRow::of("batch", pending.batch.first, &pending.batch)?,
            new_profiles: new_users.into_iter().map(ProfileRow::of).collect::<Result<_, _>>()?,
            profiles: users.into_iter().map(ProfileRow::of).collect::<Result<_, _>>()?,
            new_days: new_days.into_iter().map(DayRow::of).collect(),
            days: days.into_iter().map(DayRow::of).collect(),
            population: population.map(|population| BodyRow::of("population", sequence, population)).transpose()?,
            sequence,
        })
    }

    /// Returns the stored population to delete when the one after these rows is stored: the last two are kept.
    fn stale_population(&self) -> Option<RecordId> {
        self.population.as_ref()?;
        let sequence = self.sequence.checked_sub(2 * EVENTS_A_SNAPSHOT)?;
        Some(numbered("population", sequence))
    }
}

impl Store {
    /// Writes all rows of a pending commit or none.
    ///
    /// What exists is updated and what is new inserted: an insert that finds its row would make the engine build the
    /// whole transaction anew.
    pub async fn commit(&self, pending: &PendingCommit) -> Result<(), StoreError> {
        const COMMIT: &str = "
            BEGIN;
            INSERT INTO event $events RETURN NONE;
            INSERT INTO anomaly $anomalies RETURN NONE;
            INSERT INTO batch $batch RETURN NONE;
            INSERT INTO profile $new_profiles RETURN NONE;
            FOR $row IN $profiles { UPDATE $row.id CONTENT $row RETURN NONE };
            INSERT INTO rollup $new_days RETURN NONE;
            FOR $row IN $days { UPDATE $row.id CONTENT $row RETURN NONE };
            INSERT INTO population $population RETURN NONE;
            DELETE $stale RETURN NONE;
            COMMIT;";

        let write_set = WriteSet::of(pending)?;
        let stale: Vec<RecordId> = write_set.stale_population().into_iter().collect();
        let population: Vec<BodyRow> = write_set.population.into_iter().collect();
        let query = self.db.query(COMMIT).bind(("events", write_set.events)).bind(("anomalies", write_set.anomalies));
        let query = query.bind(("batch", vec![write_set.batch]));
        let query = query.bind(("new_profiles", write_set.new_profiles)).bind(("profiles", write_set.profiles));
        let query = query.bind(("new_days", write_set.new_days)).bind(("days", write_set.days));
        query.bind(("population", population)).bind(("stale", stale)).await?.check()?;
        Ok(())
    }
}

/// A row of the table `profile`.
#[derive(Debug, SurrealValue)]
pub(super) struct ProfileRow {
    pub(super) id: RecordId,
    pub(super) profile: Bytes,
    pub(super) risk_state: Bytes,
}

impl ProfileRow {
    fn of((user, record): (&UserId, &Upsert<PackedUserRecord>)) -> Result<Self, StoreError> {
        let id = RecordId::new("profile", Array::from(vec![Value::from_t(user.as_str().to_owned())]));
        let record = &record.value;
        Ok(Self { id, profile: record.profile_bytes().to_vec().into(), risk_state: encode(record.risk_state())? })
    }
}

impl AnomalyRow {
    fn of(StoredEvent { event, prediction, .. }: &StoredEvent) -> Self {
        let EventKey { user, time_ms, id } = EventKey::of(event);
        let key = vec![Value::from_t(-time_ms), Value::from_t(user.to_string()), Value::from_t(id)];
        let Prediction { anomaly_score, severity, reasons, .. } = prediction;
        Self {
            id: RecordId::new("anomaly", Array::from(key)),
            score: *anomaly_score,
            severity: severity.name().to_owned(),
            reasons: reasons.iter().map(|reason| reason.sentence.clone()).collect(),
        }
    }
}

/// A row of the table `rollup`.
#[derive(Debug, SurrealValue)]
pub(super) struct DayRow {
    pub(super) id: RecordId,
    pub(super) events: i64,
    pub(super) anomalies: i64,
}

impl DayRow {
    pub(super) fn counts(&self) -> DayCounts {
        DayCounts { events: self.events.unsigned_abs(), anomalies: self.anomalies.unsigned_abs() }
    }

    fn of((day, Upsert { value: counts, .. }): (&Day, &Upsert<DayCounts>)) -> Self {
        Self {
            id: RecordId::new("rollup", Array::from(vec![Value::from_t(-i64::from(day.0))])),
            events: i64::try_from(counts.events).unwrap_or(i64::MAX),
            anomalies: i64::try_from(counts.anomalies).unwrap_or(i64::MAX),
        }
    }
}

/// A row with a sequence number as key and nothing but a body.
#[derive(Debug, SurrealValue)]
struct BodyRow {
    id: RecordId,
    body: Bytes,
}

impl BodyRow {
    fn of(table: &str, sequence: u64, content: &impl serde::Serialize) -> Result<Self, StoreError> {
        Ok(Self { id: numbered(table, sequence), body: encode(content)? })
    }
}

/// Returns the key of a sequence number; keys descend.
fn numbered(table: &str, sequence: u64) -> RecordId {
    let sequence = i64::try_from(sequence).expect("sequence numbers count up from 0");
    RecordId::new(table, Array::from(vec![Value::from_t(-sequence)]))
}

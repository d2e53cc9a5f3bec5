//! One transaction: events, the profiles of their users, and the rows that lists and counts read.

use shared::{calendar::Day, event::UserId, members::PackedUserRecord, population::Population, prediction::Prediction};
use surrealdb::types::{Array, Bytes, RecordId, SurrealValue, Value};

use super::{
    Store, StoreError,
    anomalies::AnomalyRow,
    encode,
    events::{EventKey, EventRow, StoredEvent},
};
use crate::engine_state::{EVENTS_A_SNAPSHOT, EngineState, PendingCommit};

/// The counts of one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayCounts {
    /// Number of events.
    pub events: u64,
    /// Number of events whose score reached the threshold.
    pub anomalies: u64,
}

/// The rows of one transaction: those that replace stored ones apart from new ones.
#[derive(Debug)]
pub struct WriteSet {
    events: Vec<EventRow>,
    anomalies: Vec<AnomalyRow>,
    batch: BodyRow,
    new_profiles: Vec<ProfileRow>,
    profiles: Vec<ProfileRow>,
    new_days: Vec<DayRow>,
    days: Vec<DayRow>,
    /// Number of events after the transaction.
    sequence: u64,
}

impl WriteSet {
    /// Makes the rows of a pending commit; users and days that `state` has are stored already.
    pub fn of(pending: &PendingCommit, state: &EngineState) -> Result<Self, StoreError> {
        let notable = pending.events.iter().filter(|stored| !stored.prediction.reasons.is_empty());
        let (known, new): (Vec<_>, Vec<_>) = pending.members.iter().partition(|(user, _)| state.member(user).is_some());
        let (known_days, new_days): (Vec<_>, Vec<_>) =
            pending.days.iter().partition(|(day, _)| state.days().contains_key(day));
        Ok(Self {
            events: pending.events.iter().map(EventRow::of).collect::<Result<_, _>>()?,
            anomalies: notable.map(AnomalyRow::of).collect(),
            batch: BodyRow::of("batch", pending.batch.first, &pending.batch)?,
            new_profiles: new.into_iter().map(ProfileRow::of).collect::<Result<_, _>>()?,
            profiles: known.into_iter().map(ProfileRow::of).collect::<Result<_, _>>()?,
            new_days: new_days.into_iter().map(DayRow::of).collect(),
            days: known_days.into_iter().map(DayRow::of).collect(),
            sequence: pending.batch.first + pending.events.len() as u64,
        })
    }

    /// Returns the stored population to delete when the one after these rows is stored: the last two are kept.
    fn stale_population(&self) -> Option<RecordId> {
        let sequence = self.sequence.checked_sub(2 * EVENTS_A_SNAPSHOT)?;
        Some(numbered("population", sequence))
    }
}

impl Store {
    /// Writes all rows or none, and with them the population after them, where one is given.
    ///
    /// What exists is updated and what is new inserted: an insert that finds its row would make the engine build the
    /// whole transaction anew.
    pub async fn commit(&self, write_set: WriteSet, population: Option<&Population>) -> Result<(), StoreError> {
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

        let stale: Vec<RecordId> = population.and(write_set.stale_population()).into_iter().collect();
        let population =
            population.map(|population| BodyRow::of("population", write_set.sequence, population)).transpose()?;
        let query = self.db.query(COMMIT).bind(("events", write_set.events)).bind(("anomalies", write_set.anomalies));
        let query = query.bind(("batch", vec![write_set.batch]));
        let query = query.bind(("new_profiles", write_set.new_profiles)).bind(("profiles", write_set.profiles));
        let query = query.bind(("new_days", write_set.new_days)).bind(("days", write_set.days));
        let query = query.bind(("stale", stale));
        query.bind(("population", population.into_iter().collect::<Vec<_>>())).await?.check()?;
        Ok(())
    }
}

/// A row of the table `profile`.
#[derive(Debug, SurrealValue)]
pub(super) struct ProfileRow {
    pub(super) id: RecordId,
    pub(super) profile: Bytes,
    pub(super) standing: Bytes,
}

impl ProfileRow {
    fn of((user, member): (&UserId, &PackedUserRecord)) -> Result<Self, StoreError> {
        let id = RecordId::new("profile", Array::from(vec![Value::from_t(user.as_str().to_owned())]));
        Ok(Self { id, profile: member.profile_bytes().to_vec().into(), standing: encode(member.risk_state())? })
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

    fn of((day, counts): (&Day, &DayCounts)) -> Self {
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

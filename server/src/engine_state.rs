//! The state as of the last commit: the engine, every user and the counts of days; and the judging of events on
//! copies.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::Timestamp;
use shared::{
    calendar::Day,
    engine::Engine,
    event::{Event, UserId},
    model::Model,
    prediction::Prediction,
    user_records::{PackedUserRecord, UserRecords, WorkingCopies},
};

use crate::store::{Batch, DayCounts, EVENTS_A_SNAPSHOT, EventKey, PendingCommit, Recovered, StoredEvent, Upsert};

/// The engine, every user, and the counts of each day.
#[derive(Debug)]
pub struct EngineState {
    engine: Engine,
    users: UserRecords,
    days: BTreeMap<Day, DayCounts>,
    /// Number of committed events.
    sequence: u64,
}

impl EngineState {
    /// Restores the state of the last commit from what the database holds.
    pub fn recover(model: Arc<Model>, recovered: Recovered) -> Self {
        let Recovered { population, sequence, later, users, days } = recovered;
        let mut state = Self { engine: Engine::new(model, population), users, days, sequence };
        for batch in later {
            state.count(batch);
        }
        state
    }

    /// Returns the engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Returns a user, if the user was ever seen.
    pub fn user(&self, user: &UserId) -> Option<&PackedUserRecord> {
        self.users.get(user)
    }

    /// Returns every user.
    pub fn users(&self) -> &UserRecords {
        &self.users
    }

    /// Returns the counts of each day.
    pub fn days(&self) -> &BTreeMap<Day, DayCounts> {
        &self.days
    }

    /// Returns the number of committed events.
    pub fn events(&self) -> u64 {
        self.sequence
    }

    /// Returns whether an event with this key may be stored already. An event newer than its user's latest is not.
    pub fn may_be_stored(&self, key: &EventKey) -> bool {
        let latest = self.users.get(&key.user).and_then(|record| record.risk_state().last);
        latest.is_some_and(|latest| key.time_ms <= latest.as_millisecond())
    }

    /// Judges events in their order, at most as many as the engine has room for, on copies: this state does not change.
    pub fn judge(&self, events: Vec<Event>, threshold: f64, now: Timestamp) -> PendingCommit {
        let mut copies = WorkingCopies::of(&self.users);
        let observed = self.engine.observe(&events.iter().collect::<Vec<_>>(), &mut copies);
        let mut batch = Batch { first: self.sequence, ..Batch::default() };
        let mut days = BTreeMap::new();
        let mut judged = Vec::with_capacity(events.len());
        for ((sequence, event), (scored, contribution)) in (self.sequence..).zip(events).zip(observed) {
            let prediction = Prediction::of(&event, &scored, threshold, now);
            copies.copy_of(&event.user).risk_state.add(&event, &scored, prediction.is_anomaly);
            days.entry(event.day()).or_insert_with(|| self.day(event.day())).value.add(&prediction);
            batch.keys.push(EventKey::of(&event));
            batch.contributions.push(contribution);
            judged.push(StoredEvent { sequence, event, prediction });
        }
        let users = self.upserts(copies.pack());
        let is_snapshot = (self.sequence + judged.len() as u64).is_multiple_of(EVENTS_A_SNAPSHOT);
        let population = is_snapshot.then(|| self.engine.population_with(&batch.contributions));
        PendingCommit { events: judged, batch, users, days, population }
    }

    fn day(&self, day: Day) -> Upsert<DayCounts> {
        let counts = self.days.get(&day);
        Upsert { value: counts.copied().unwrap_or_default(), is_new: counts.is_none() }
    }

    fn upserts(&self, users: HashMap<UserId, PackedUserRecord>) -> HashMap<UserId, Upsert<PackedUserRecord>> {
        let upsert = |(user, value): (UserId, PackedUserRecord)| {
            let is_new = self.users.get(&user).is_none();
            (user, Upsert { value, is_new })
        };
        users.into_iter().map(upsert).collect()
    }

    /// Brings a pending commit into force once the database has it.
    pub fn apply(&mut self, pending: PendingCommit) {
        for (user, record) in pending.users {
            self.users.insert(user, record.value);
        }
        self.days.extend(pending.days.into_iter().map(|(day, counts)| (day, counts.value)));
        self.count(pending.batch);
    }

    fn count(&mut self, batch: Batch) {
        self.sequence = batch.first + batch.keys.len() as u64;
        self.engine.commit(batch.contributions);
    }
}

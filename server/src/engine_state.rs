//! The state that events are scored against, as of the last commit: users, population, counts.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::Timestamp;
use shared::{
    calendar::Day,
    detector::observe,
    event::{Event, UserId},
    model::Model,
    population::{Contribution, EPOCH, Population},
    prediction::Prediction,
    user_records::{PackedUserRecord, UserRecord, UserRecords},
};

use crate::store::{Batch, DayCounts, EventKey, Recovered, StoredEvent};

/// Number of committed events after which the population is stored again, at the end of an epoch. What later events add
/// to it is in their batches.
pub const EVENTS_A_SNAPSHOT: u64 = 64 * EPOCH as u64;

/// The model, the population, every user, and the counts of each day.
#[derive(Debug)]
pub struct EngineState {
    model: Arc<Model>,
    population: Population,
    /// What the events of the unfinished epoch add to the population at its end.
    pending: Vec<Contribution>,
    members: UserRecords,
    days: BTreeMap<Day, DayCounts>,
    /// Number of committed events.
    sequence: u64,
}

/// Events that are judged and not yet committed, with the state that the commit brings into force.
#[derive(Debug, Default)]
pub struct PendingCommit {
    /// The events, in the order of their sequence numbers.
    pub events: Vec<StoredEvent>,
    /// Their keys, and what they add to the population.
    pub batch: Batch,
    /// The users who acted in them, after them.
    pub members: HashMap<UserId, PackedUserRecord>,
    /// The counts of their days, after them.
    pub days: BTreeMap<Day, DayCounts>,
}

impl EngineState {
    /// Restores the state of the last commit from what the database holds.
    pub fn recover(model: Arc<Model>, recovered: Recovered) -> Self {
        let Recovered { population, sequence, later, members, days } = recovered;
        let mut state = Self { model, population, pending: Vec::new(), members, days, sequence };
        for batch in later {
            state.count(batch);
        }
        state
    }

    /// Returns a user, if they were ever seen.
    pub fn member(&self, user: &UserId) -> Option<&PackedUserRecord> {
        self.members.get(user)
    }

    /// Returns every user.
    pub fn members(&self) -> &UserRecords {
        &self.members
    }

    /// Returns the counts of everybody together.
    pub fn population(&self) -> &Population {
        &self.population
    }

    /// Returns the model in force.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Returns the counts of each day.
    pub fn days(&self) -> &BTreeMap<Day, DayCounts> {
        &self.days
    }

    /// Returns the number of committed events.
    pub fn events(&self) -> u64 {
        self.sequence
    }

    /// Returns how many events are left in the epoch. A batch must not have more.
    pub fn room(&self) -> usize {
        self.population.epoch() - self.pending.len()
    }

    /// Tells whether an event with this key may be stored already, which an event newer than its user's latest is not.
    pub fn may_be_stored(&self, key: &EventKey) -> bool {
        let latest = self.members.get(&key.user).and_then(|member| member.risk_state().last);
        latest.is_some_and(|latest| key.time_ms <= latest.as_millisecond())
    }

    /// Judges events in their order, at most [`room`](Self::room) of them, on copies: this state does not change.
    pub fn judge(&self, events: Vec<Event>, threshold: f64, now: Timestamp) -> PendingCommit {
        let batch = Batch { first: self.sequence, ..Batch::default() };
        let mut pending = PendingCommit { batch, ..PendingCommit::default() };
        let mut touched: HashMap<UserId, UserRecord> = HashMap::new();
        for event in events {
            let member = touched
                .entry(event.user.clone())
                .or_insert_with(|| self.members.get(&event.user).map(PackedUserRecord::unpack).unwrap_or_default());
            let active_days = member.profile.active_days();
            let (scored, contribution) = observe(&event, &mut member.profile, &self.population, &self.model);
            let prediction = Prediction::of(&event, &scored, threshold, active_days, now);
            member.risk_state.add(&event, &scored, prediction.is_anomaly);
            pending.batch.contributions.push(contribution);
            pending.add(self, event, prediction);
        }
        pending.members = touched.into_iter().map(|(user, member)| (user, member.pack())).collect();
        pending
    }

    /// Returns the population after a pending commit, if it is to be stored with it.
    pub fn snapshot_after(&self, pending: &PendingCommit) -> Option<Population> {
        let sequence = self.sequence + pending.events.len() as u64;
        if !sequence.is_multiple_of(EVENTS_A_SNAPSHOT) {
            return None;
        }
        let mut population = self.population.clone();
        self.pending.iter().chain(&pending.batch.contributions).for_each(|contribution| population.add(contribution));
        Some(population)
    }

    /// Brings a pending commit into force once the database has it.
    pub fn apply(&mut self, pending: PendingCommit) {
        for (user, member) in pending.members {
            self.members.insert(user, member);
        }
        self.days.extend(pending.days);
        self.count(pending.batch);
    }

    fn count(&mut self, batch: Batch) {
        self.sequence = batch.first + batch.keys.len() as u64;
        self.pending.extend(batch.contributions);
        if self.pending.len() >= self.population.epoch() {
            self.pending.drain(..).for_each(|contribution| self.population.add(&contribution));
        }
    }
}

impl PendingCommit {
    fn add(&mut self, state: &EngineState, event: Event, prediction: Prediction) {
        let day = event.day();
        let counts = self.days.entry(day).or_insert_with(|| state.days.get(&day).copied().unwrap_or_default());
        counts.events += 1;
        counts.anomalies += u64::from(prediction.is_anomaly);
        self.batch.keys.push(EventKey::of(&event));
        let sequence = state.sequence + self.events.len() as u64;
        self.events.push(StoredEvent { sequence, event, prediction });
    }
}

//! What the server knows of everybody, as of the last commit.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::Timestamp;
use shared::{
    calendar::{Day, second_of},
    detector::observe,
    event::{Event, UserId},
    members::{Member, Members, PackedMember},
    model::Model,
    population::{Contribution, EPOCH, Population},
    prediction::Prediction,
};

use crate::store::{Batch, DayCounts, EventKey, Recovered, StoredEvent};

/// The population is stored each time so many events were committed, at the end of an epoch; what is younger is in the
/// batches.
pub const EVENTS_A_SNAPSHOT: u64 = 64 * EPOCH as u64;

/// Everything that judging an event takes, and what lists of users are made of.
#[derive(Debug)]
pub struct Memory {
    model: Arc<Model>,
    population: Population,
    /// What the events of the unfinished epoch will add to the population.
    pending: Vec<Contribution>,
    members: Members,
    days: BTreeMap<Day, DayCounts>,
    /// Number of events committed so far.
    sequence: u64,
}

/// Events judged and not yet committed, with all that will have changed once they are.
#[derive(Debug, Default)]
pub struct Judged {
    /// The events, in the order of their sequence numbers.
    pub events: Vec<StoredEvent>,
    /// What they add to the population.
    pub batch: Batch,
    /// The users they touched.
    pub members: HashMap<UserId, PackedMember>,
    /// The days they touched.
    pub days: BTreeMap<Day, DayCounts>,
}

impl Memory {
    /// What was known when the server ended, from what the database holds.
    pub fn recover(model: Arc<Model>, recovered: Recovered) -> Self {
        let Recovered { population, sequence, later, members, days } = recovered;
        let mut memory = Self { model, population, pending: Vec::new(), members, days, sequence };
        for batch in later {
            memory.count(batch);
        }
        memory
    }

    /// Returns a user, if they were ever seen.
    pub fn member(&self, user: &UserId) -> Option<&PackedMember> {
        self.members.get(user)
    }

    /// Returns every user.
    pub fn members(&self) -> &Members {
        &self.members
    }

    /// Returns what everybody does.
    pub fn population(&self) -> &Population {
        &self.population
    }

    /// Returns the model in force.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Returns how much happened on each day.
    pub fn days(&self) -> &BTreeMap<Day, DayCounts> {
        &self.days
    }

    /// Returns how many events were committed so far.
    pub fn events(&self) -> u64 {
        self.sequence
    }

    /// Returns how many events the unfinished epoch has room for; a batch never crosses its end.
    pub fn room(&self) -> usize {
        self.population.epoch() - self.pending.len()
    }

    /// Tells whether an event of this key may have come before: nothing newer than a user's latest has.
    pub fn may_know(&self, key: &EventKey) -> bool {
        let latest = self.members.get(&key.user).and_then(|member| member.standing().last);
        latest.is_some_and(|latest| key.time_ms <= latest.as_millisecond())
    }

    /// Judges events in their order, at most as many as there is room for; nothing is remembered yet.
    pub fn judge(&self, events: Vec<Event>, threshold: f64, now: Timestamp) -> Judged {
        let mut judged = Judged { batch: Batch { first: self.sequence, ..Batch::default() }, ..Judged::default() };
        let mut touched: HashMap<UserId, Member> = HashMap::new();
        for event in events {
            let member = touched
                .entry(event.user.clone())
                .or_insert_with(|| self.members.get(&event.user).map(PackedMember::unpack).unwrap_or_default());
            let active_days = member.profile.active_days();
            let (scored, contribution) = observe(&event, &mut member.profile, &self.population, &self.model);
            let prediction = Prediction::of(&event, &scored, threshold, active_days, now);
            member.standing.add(&event, &scored, prediction.is_anomaly);
            judged.batch.contributions.push(contribution);
            judged.add(self, event, prediction);
        }
        judged.members = touched.into_iter().map(|(user, member)| (user, member.pack())).collect();
        judged
    }

    /// Returns the population as it will be after `judged`, where it is time to store it.
    pub fn snapshot_after(&self, judged: &Judged) -> Option<Population> {
        let sequence = self.sequence + judged.events.len() as u64;
        if !sequence.is_multiple_of(EVENTS_A_SNAPSHOT) {
            return None;
        }
        let mut population = self.population.clone();
        self.pending.iter().chain(&judged.batch.contributions).for_each(|contribution| population.add(contribution));
        Some(population)
    }

    /// Remembers what was committed.
    pub fn remember(&mut self, judged: Judged) {
        for (user, member) in judged.members {
            self.members.insert(user, member);
        }
        self.days.extend(judged.days);
        self.count(judged.batch);
    }

    fn count(&mut self, batch: Batch) {
        self.sequence = batch.first + batch.keys.len() as u64;
        self.pending.extend(batch.contributions);
        if self.pending.len() >= self.population.epoch() {
            self.pending.drain(..).for_each(|contribution| self.population.add(&contribution));
        }
    }
}

impl Judged {
    fn add(&mut self, memory: &Memory, event: Event, prediction: Prediction) {
        let day = Day::of(second_of(event.time));
        let counts = self.days.entry(day).or_insert_with(|| memory.days.get(&day).copied().unwrap_or_default());
        counts.events += 1;
        counts.anomalies += u64::from(prediction.is_anomaly);
        self.batch.keys.push(EventKey::of(&event));
        let sequence = memory.sequence + self.events.len() as u64;
        self.events.push(StoredEvent { sequence, event, prediction });
    }
}

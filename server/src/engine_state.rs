//! The state as of the last commit: the engine, every user, the counts of days and the events since the last checkpoint;
//! and the scoring of events on copies.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use jiff::Timestamp;
use shared::{
    alerting::{ALERT_RISK, ScoreHistory, ThresholdInForce, becomes_high},
    calendar::{Day, second_of},
    calibration::Calibration,
    engine::{Engine, Scored},
    event::{Event, UserId},
    model::Model,
    notices::Notices,
    profile::Profile,
    scored_event::ScoredEvent,
    user_records::{PackedUserRecord, UserInMemory, UserRecords, WorkingCopies},
};

use crate::{
    alerts::{AlertId, Crossings, EpochProfiles, Findings, KnownGroups, StoredSuppression, find},
    calibrations::Calibrations,
    policy::Policy,
    recent_events::{RecentEvent, RecentEvents},
    rollups::{Counts, Rollups},
    store::{Checkpoint, EventKey, LogRow, PackedEvent, Recovered, StoredEvent},
};

/// The engine, every user, the counts of each day, and what the last checkpoint does not hold yet.
#[derive(Debug)]
pub struct EngineState {
    engine: Engine,
    notices: Notices,
    model_version: Arc<str>,
    calibrations: Calibrations,
    users: UserRecords,
    days: BTreeMap<Day, Counts>,
    history: ScoreHistory,
    known_groups: KnownGroups,
    /// Number of committed events.
    sequence: u64,
    recent: RecentEvents,
    unsaved: Unsaved,
}

/// What has changed since the last checkpoint, beside the events.
#[derive(Debug, Default)]
struct Unsaved {
    users: HashSet<UserId>,
    rollups: Rollups,
    /// The number of the first event after the last checkpoint.
    first: u64,
}

/// An event with its key.
pub type KeyedEvent = (Arc<EventKey>, Event);

/// Scored events that are not yet committed, with their users' records, which the commit brings into force.
#[derive(Debug)]
pub struct PendingCommit {
    /// The row of the log.
    pub row: LogRow,
    /// The events of the row.
    pub events: Vec<ScoredEvent>,
    /// Their keys.
    pub keys: Vec<Arc<EventKey>>,
    /// What they raise alerts by.
    pub findings: Findings,
    /// The risks that have become high and were not looked at yet.
    pub(crate) crossings: Crossings,
    users: HashMap<UserId, PackedUserRecord>,
    rollups: Rollups,
}

impl PendingCommit {
    fn empty(first: u64) -> Self {
        Self {
            row: LogRow { first, events: Vec::new() },
            events: Vec::new(),
            keys: Vec::new(),
            findings: Findings::default(),
            crossings: Crossings::new(),
            users: HashMap::new(),
            rollups: Rollups::default(),
        }
    }

    fn push(&mut self, key: Arc<EventKey>, packed: PackedEvent, scored: ScoredEvent) {
        self.rollups.count(&scored);
        self.row.events.push(packed);
        self.events.push(scored);
        self.keys.push(key);
    }
}

impl EngineState {
    /// Returns the state of the last checkpoint. The commits after it are to be [replayed](Self::replay).
    pub fn recover(model: Arc<Model>, recovered: Recovered) -> Self {
        let Recovered { sequence, population, pending, notices, users, days, history } = recovered;
        let model_version = model.version().into();
        let mut engine = Engine::new(model, population);
        engine.commit(pending);
        let mut calibrations = Calibrations::default();
        calibrations.follow(&engine);
        let unsaved = Unsaved { first: sequence, ..Unsaved::default() };
        Self {
            engine,
            notices,
            model_version,
            calibrations,
            users,
            days,
            history,
            known_groups: KnownGroups::default(),
            sequence,
            recent: RecentEvents::default(),
            unsaved,
        }
    }

    /// Returns the engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Returns the notices.
    pub fn notices(&self) -> &Notices {
        &self.notices
    }

    /// Returns the version of the model in force.
    pub fn model_version(&self) -> &Arc<str> {
        &self.model_version
    }

    /// Returns the calibration of a version, if it was in force since the start.
    pub fn calibration(&self, version: u64) -> Option<Arc<Calibration>> {
        self.calibrations.get(version).cloned()
    }

    /// Returns every user.
    pub fn users(&self) -> &UserRecords {
        &self.users
    }

    /// Returns the scores and the alerts of the last days.
    pub fn history(&self) -> &ScoreHistory {
        &self.history
    }

    /// Returns the threshold by which events are judged now.
    pub fn threshold(&self, policy: &Policy) -> ThresholdInForce {
        policy.threshold.in_force(&self.history)
    }

    /// Returns the counts of each day.
    pub fn days(&self) -> &BTreeMap<Day, Counts> {
        &self.days
    }

    /// Returns the events since the last checkpoint.
    pub fn recent(&self) -> &RecentEvents {
        &self.recent
    }

    /// Returns the number of committed events.
    pub fn events(&self) -> u64 {
        self.sequence
    }

    /// Returns the number of events that the next checkpoint is to store.
    pub fn unsaved_events(&self) -> u64 {
        self.sequence - self.unsaved.first
    }

    /// Returns the counts of the events that no checkpoint holds or is writing.
    pub fn unsaved_rollups(&self) -> &Rollups {
        &self.unsaved.rollups
    }

    /// Returns the number of users whose profiles the next checkpoint is to store.
    pub fn unsaved_users(&self) -> usize {
        self.unsaved.users.len()
    }

    /// Returns whether an event with this key may be stored already. An event newer than its user's latest is not.
    pub fn may_be_stored(&self, key: &EventKey) -> bool {
        let latest = self.users.get(&key.user).and_then(|record| record.risk_state().last);
        latest.is_some_and(|latest| key.time_ms <= latest.as_millisecond())
    }

    /// Spells the users of events that are to be scored as they were spelled first.
    ///
    /// Rows are found by these spellings, and no user is shown under two.
    pub fn spell_users<'a>(&self, events: impl Iterator<Item = &'a mut Event>) {
        let mut new: HashSet<UserId> = HashSet::new();
        for event in events {
            match self.users.spelling(&event.user).or_else(|| new.get(&event.user)) {
                Some(first) if first.as_str() == event.user.as_str() => {}
                Some(first) => event.user = first.clone(),
                None => drop(new.insert(event.user.clone())),
            }
        }
    }

    /// Returns those of the users whose profiles are evicted, each once. The profiles are to be
    /// [restored](Self::restore) before events of these users are scored.
    pub fn evicted_among<'a>(&self, users: impl Iterator<Item = &'a UserId>) -> Vec<UserId> {
        let is_evicted = |user: &&UserId| self.users.get(user).is_some_and(UserInMemory::is_evicted);
        let evicted: HashSet<&UserId> = users.filter(is_evicted).collect();
        evicted.into_iter().cloned().collect()
    }

    /// Puts profiles back that were evicted.
    pub fn restore(&mut self, profiles: &HashMap<UserId, Profile>) {
        for (user, profile) in profiles {
            self.users.restore(user, profile);
        }
    }

    /// Scores events in their order, on copies of their users. The engine and the notices learn at once; the rest of this
    /// state changes by [`apply`](Self::apply).
    ///
    /// If the events cannot be committed, the state is of no further use and to be read from the database again.
    pub fn score(&mut self, events: Vec<KeyedEvent>, policy: &Policy, now: Timestamp) -> PendingCommit {
        let model_version = Arc::clone(&self.model_version);
        let threshold = self.threshold(policy).score();
        let packed = |event: Event, scored: &Scored| {
            let scored = ScoredEvent::of(event, scored, threshold, now, &model_version);
            (PackedEvent::of(&scored), scored)
        };
        self.observe(events, packed, Some((&policy.suppressions, now)))
    }

    /// Scores a commit of the log again, which brings the state to what it was after it. How its events were scored the
    /// first time is kept.
    pub fn replay(&mut self, commit: Vec<(ScoredEvent, PackedEvent)>) {
        let keyed = |(scored, _): &(ScoredEvent, _)| (Arc::new(EventKey::of(&scored.event)), scored.event.clone());
        let events = commit.iter().map(keyed).collect();
        let mut stored = commit.into_iter().map(|(scored, packed)| (packed, scored));
        let pending = self.observe(events, |_, _| stored.next().expect("there is one for each event"), None);
        self.apply(pending, &[]);
    }

    /// Lets copies of the users learn from events, and the engine, an epoch after the other. `stored` returns what is
    /// stored of a scored event. What raises alerts at a time is found unless it was found before.
    fn observe(
        &mut self,
        events: Vec<KeyedEvent>,
        mut stored: impl FnMut(Event, &Scored) -> (PackedEvent, ScoredEvent),
        alerting: Option<(&[StoredSuppression], Timestamp)>,
    ) -> PendingCommit {
        let Self { engine, notices, calibrations, users, known_groups, .. } = self;
        let mut copies = WorkingCopies::of(users);
        let mut pending = PendingCommit::empty(self.sequence);
        let mut later = events.into_iter();
        while later.len() > 0 {
            let epoch: Vec<KeyedEvent> = later.by_ref().take(engine.room()).collect();
            let changed = copies.profiles_of(epoch.iter().map(|(_, event)| &event.user));
            let start = pending.events.len();
            let observed = engine.observe(&epoch.iter().map(|(_, event)| event).collect::<Vec<_>>(), &mut copies);
            let mut contributions = Vec::with_capacity(epoch.len());
            for ((key, event), (scored, contribution)) in epoch.into_iter().zip(observed) {
                let (packed, scored_event) = stored(event, &scored);
                let event = &scored_event.event;
                notices.add(event, &scored.assessment.context, &contribution.first_of_day);
                let risk_state = &mut copies.copy_of(&event.user).risk_state;
                let becomes_high = scored_event.user_risk >= ALERT_RISK
                    && becomes_high(&risk_state.risk, &scored.assessment.risk, second_of(event.time));
                risk_state.add(event, &scored, scored_event.is_anomaly);
                if becomes_high {
                    pending.crossings.insert(pending.events.len(), risk_state.contributions(event.time));
                }
                contributions.push(contribution);
                pending.push(key, packed, scored_event);
            }
            if let Some((suppressions, now)) = alerting {
                let profiles = EpochProfiles { changed, users };
                let epoch = start..pending.events.len();
                find(&mut pending, epoch, engine, &profiles, (suppressions, known_groups, now));
            }
            engine.commit(contributions);
            calibrations.follow(engine);
        }
        pending.users = copies.pack();
        pending
    }

    /// Brings a pending commit into force once the database has it, with the alerts that it has raised. Returns its
    /// events.
    pub fn apply(&mut self, pending: PendingCommit, raised: &[AlertId]) -> Vec<StoredEvent> {
        let PendingCommit { row, events, keys, findings, users, rollups, .. } = pending;
        for scored in &events {
            self.history.add(scored);
        }
        for finding in findings.alerting {
            if raised.contains(&finding.id) {
                self.history.count_alert(finding.key.day);
            }
            self.known_groups.add(finding.key);
        }
        for (user, record) in users {
            self.unsaved.users.insert(user.clone());
            self.users.insert(user, record);
        }
        for (hour, counts) in rollups.hours() {
            *self.days.entry(hour.day()).or_default() += counts.total();
        }
        self.unsaved.rollups.add_all(&rollups);
        let mut stored = Vec::with_capacity(events.len());
        for ((packed, scored), key) in row.events.into_iter().zip(events).zip(keys) {
            self.recent.push(RecentEvent::of(self.sequence, key, &scored, packed));
            stored.push(StoredEvent { sequence: self.sequence, scored });
            self.sequence += 1;
        }
        stored
    }

    /// Removes a user once a checkpoint has stored everything. Returns the rows of the notices that listed the user.
    pub fn forget(&mut self, user: &UserId) -> Vec<(u8, Vec<u8>)> {
        self.users.remove(user);
        self.notices.forget(user);
        let changed = self.notices.changed_rows().collect();
        self.notices.mark_stored();
        changed
    }

    /// Returns what a checkpoint is to store now, and begins to collect for the next one.
    pub fn begin_checkpoint(&mut self) -> Checkpoint {
        let unsaved = std::mem::replace(&mut self.unsaved, Unsaved { first: self.sequence, ..Unsaved::default() });
        let population = self.engine.changed_parts().collect();
        self.engine.mark_stored();
        let notices = self.notices.changed_rows().collect();
        self.notices.mark_stored();
        let with_record = |user: UserId| self.users.get(&user)?.packed().map(|record| (user, record));
        Checkpoint {
            sequence: self.sequence,
            events: self.recent.since(unsaved.first).cloned().collect(),
            users: unsaved.users.into_iter().filter_map(with_record).collect(),
            population,
            notices,
            pending: self.engine.pending().to_vec(),
            rollups: unsaved.rollups,
            calibrations: self.calibrations.take_unsaved(),
            history: self.history.to_bytes(),
        }
    }

    /// Forgets the events that a checkpoint has stored, and evicts stored profiles if all of them take more than
    /// `profile_bytes`.
    pub fn end_checkpoint(&mut self, checkpoint: &Checkpoint, profile_bytes: usize) {
        self.recent.forget_before(checkpoint.sequence);
        self.users.evict(profile_bytes, &self.unsaved.users);
    }
}

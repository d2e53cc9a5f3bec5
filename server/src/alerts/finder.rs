//! Finding, among the scored events of a commit, those that raise alerts.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::Range,
};

use jiff::Timestamp;
use shared::{
    alerting::{AlertKind, AlertSubject, GroupKey},
    calendar::Day,
    engine::Engine,
    event::{Event, UserId},
    profile::Profile,
    risk::RiskContribution,
    scored_event::ScoredEvent,
    user_records::{UserInMemory, UserRecords},
};

use super::{AlertId, AlertingEvent, StateBefore, StoredSuppression};
use crate::engine_state::PendingCommit;

/// The number of alerts of a commit with which the state before their events is kept: of many at once, the first.
const MOST_STATES: usize = 16;
/// The number of latest days of which the groups that have an alert are known.
const KNOWN_DAYS: i32 = 3;

/// What a commit finds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    /// The events that raise alerts or are counted in some, in their order.
    pub alerting: Vec<AlertingEvent>,
    /// The number of events that each suppression hides, by its id.
    pub hidden: BTreeMap<String, u64>,
}

impl Findings {
    /// Returns whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.alerting.is_empty() && self.hidden.is_empty()
    }
}

/// The groups of the latest days that are known to have an alert. The database knows all of them.
#[derive(Debug, Default)]
pub struct KnownGroups(BTreeMap<Day, HashSet<GroupKey>>);

impl KnownGroups {
    /// Adds a group, unless its day is long past.
    pub fn add(&mut self, key: GroupKey) {
        self.0.entry(key.day).or_default().insert(key);
        let newest = self.0.last_key_value().map_or(0, |(day, _)| day.0);
        self.0.retain(|day, _| day.0 > newest - KNOWN_DAYS);
    }

    fn contains(&self, key: &GroupKey) -> bool {
        self.0.get(&key.day).is_some_and(|groups| groups.contains(key))
    }
}

/// The profiles of an epoch's users as they were before it.
pub(crate) struct EpochProfiles<'a> {
    /// Those of users who have acted in an earlier epoch of the commit.
    pub(crate) changed: HashMap<UserId, Profile>,
    /// Those of all others.
    pub(crate) users: &'a UserRecords,
}

impl EpochProfiles<'_> {
    fn get(&self, user: &UserId) -> Profile {
        let in_memory = || self.users.get(user).and_then(UserInMemory::profile);
        self.changed.get(user).cloned().or_else(in_memory).unwrap_or_default()
    }
}

/// Adds the findings among the events of an epoch to a commit. The engine must not have learnt from the epoch.
pub(crate) fn find(
    pending: &mut PendingCommit,
    epoch: Range<usize>,
    engine: &Engine,
    profiles: &EpochProfiles,
    (suppressions, known, now): (&[StoredSuppression], &KnownGroups, Timestamp),
) {
    let mut findings = std::mem::take(&mut pending.findings);
    for index in epoch.clone() {
        let scored = &pending.events[index];
        let crossing = pending.crossings.remove(&index);
        let anomaly = scored.is_anomaly.then(|| (AlertKind::of(scored), Vec::new()));
        let risk = crossing.map(|days| (AlertKind::Risk, days));
        for (kind, contributions) in anomaly.into_iter().chain(risk) {
            if let Some(hiding) = hiding(suppressions, kind, scored, now) {
                *findings.hidden.entry(hiding.to_owned()).or_default() += 1;
                continue;
            }
            let (key, subject) = match kind {
                AlertKind::Risk => (GroupKey::of_risk(scored), AlertSubject::of_risk(scored)),
                _ => (GroupKey::of(scored), AlertSubject::of(scored)),
            };
            let is_new = !known.contains(&key) && findings.alerting.iter().all(|finding| finding.key != key);
            let states = findings.alerting.iter().filter(|finding| finding.before.is_some()).count();
            let before = (is_new && states < MOST_STATES)
                .then(|| state_before(&pending.events[epoch.start..=index], engine, profiles));
            findings.alerting.push(AlertingEvent {
                id: AlertId { sequence: pending.row.first + index as u64, kind },
                key,
                subject,
                found: now,
                event: pending.row.events[index].clone(),
                contributions,
                before,
            });
        }
    }
    pending.findings = findings;
}

/// The days of the risk of a user whose risk has become high, by the index of the event in its commit.
pub(crate) type Crossings = BTreeMap<usize, Vec<RiskContribution>>;

fn hiding<'a>(
    suppressions: &'a [StoredSuppression],
    kind: AlertKind,
    scored: &ScoredEvent,
    now: Timestamp,
) -> Option<&'a str> {
    let hiding = suppressions.iter().find(|stored| stored.suppression.hides(kind, scored, now));
    hiding.map(|stored| stored.id.as_str())
}

/// Returns the state before the last of some events of one epoch.
fn state_before(events: &[ScoredEvent], engine: &Engine, profiles: &EpochProfiles) -> StateBefore {
    let (last, earlier) = events.split_last().expect("the event itself is among them");
    let event = &last.event;
    let earlier = earlier.iter().map(|scored| &scored.event).filter(|earlier| earlier.user == event.user);
    let earlier: Vec<&Event> = earlier.collect();
    let profile = engine.profile_after(&earlier, profiles.get(&event.user));
    let population = engine.population().extract(event, &profile);
    StateBefore { profile: profile.to_bytes(), population: population.to_bytes() }
}

//! What all users do: decayed counts, baselines of user-days, and the organisation's own calibration.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::days_since_epoch,
    calibration::{Calibration, CalibrationWindow, DailyMaxima},
    event::Event,
    families::{FLAT, Family, SLOTS, TREES, Tree},
    math::exp2,
    profile::{Baseline, ClosedDay, DAY_TOTALS, DayScores, FirstOfDay, Profile, given_group},
    service_account::is_service_account,
    value::Value,
    values::{Path, Paths},
};

/// The maximum length of an epoch: the number of events that are scored before the population learns from them.
///
/// Within an epoch no user's event changes another user's score, so threads can score different users at the same time;
/// at its end the events' contributions are added in the order of the events.
pub const EPOCH: usize = 256;

/// The half-life of the population's counts, in calendar days.
const HALF_LIFE_DAYS: f64 = 1000.0;

/// The weight of an event at a time, in the units of the population's counts: a later event adds more, instead of all
/// earlier counts being reduced (forward decay, Cormode et al. 2009).
#[derive(Debug, Clone, Copy)]
pub struct DecayWeight(f64);

impl DecayWeight {
    /// Returns the weight at a second of Unix time.
    pub fn at(second: i64) -> Self {
        Self(exp2(days_since_epoch(second) / HALF_LIFE_DAYS))
    }
}

/// The decayed counts of the values of a group of users; a value counts once per user and day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    slots: Vec<f64>,
    names: FxHashMap<u64, f64>,
    totals: [f64; FLAT],
}

impl Default for Group {
    fn default() -> Self {
        Self { slots: vec![0.0; SLOTS], names: FxHashMap::default(), totals: [0.0; FLAT] }
    }
}

impl Group {
    /// Returns the count of a value.
    pub fn count(&self, value: Value, decay: DecayWeight) -> f64 {
        let count = match value {
            Value::Slot(slot) => self.slots[usize::from(slot)],
            Value::Name(name) => self.names.get(&name).copied().unwrap_or_default(),
        };
        count / decay.0
    }

    /// Returns the counts of the classes of a family, each with the number of the class.
    pub fn counts(&self, family: Family, decay: DecayWeight) -> impl Iterator<Item = (usize, f64)> {
        self.slots[family.slots()].iter().enumerate().map(move |(number, count)| (number, count / decay.0))
    }

    /// Returns the count of all values of a family.
    pub fn total(&self, family: Family, decay: DecayWeight) -> f64 {
        self.totals[family.index()] / decay.0
    }

    fn add(&mut self, values: &[Option<Value>; FLAT], weight: f64) {
        for (total, value) in self.totals.iter_mut().zip(values) {
            let Some(value) = *value else { continue };
            *total += weight;
            match value {
                Value::Slot(slot) => self.slots[usize::from(slot)] += weight,
                Value::Name(name) => *self.names.entry(name).or_default() += weight,
            }
        }
    }
}

/// The decayed count of a tree node, and the number of distinct nodes directly below it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct PathNode {
    count: f64,
    children: u32,
}

impl PathNode {
    /// Returns the count of the node.
    pub fn count(&self, decay: DecayWeight) -> f64 {
        self.count / decay.0
    }

    /// Returns the number of distinct nodes directly below it.
    pub fn children(&self) -> u32 {
        self.children
    }
}

/// The counts, baselines and calibration of all users, as of the end of the last epoch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Population {
    organisation: Group,
    peers: FxHashMap<u64, Group>,
    roots: [PathNode; TREES],
    nodes: FxHashMap<u64, PathNode>,
    baseline: Baseline,
    day_totals: [Baseline; DAY_TOTALS],
    window: CalibrationWindow,
    /// The number of events that the population has learnt from.
    events: u64,
}

/// The part of one event that is added to the population at the end of the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// The event's second of Unix time.
    pub second: i64,
    /// The user's peer group.
    pub peer_group: Option<u64>,
    /// The values and paths that the user had for the first time on that day.
    pub first_of_day: FirstOfDay,
    /// The user's day that the event closed, and the highest scores of its events.
    pub closed_day: Option<(ClosedDay, DayScores)>,
}

impl Population {
    /// Returns the counts of all users.
    pub fn organisation(&self) -> &Group {
        &self.organisation
    }

    /// Returns the counts of a peer group; none if no event of the group was added.
    pub fn peers(&self, group: Option<u64>) -> Option<&Group> {
        self.peers.get(&group?)
    }

    /// Returns the baseline of the identity evidence of user-days, in bits.
    pub fn baseline(&self) -> &Baseline {
        &self.baseline
    }

    /// Returns the baselines of the totals of user-days, as [`DayState::totals`](crate::profile::DayState::totals).
    pub fn day_totals(&self) -> &[Baseline; DAY_TOTALS] {
        &self.day_totals
    }

    /// Returns the calibration fitted to the organisation's own days; none while there are fewer than 500.
    pub fn own_calibration(&self) -> Option<&Calibration> {
        self.window.own()
    }

    /// Returns the length of the current epoch, in events.
    ///
    /// It is an eighth of the number of events learnt so far, rounded down to a power of two, so that a new population
    /// learns soon; at most [`EPOCH`].
    pub fn epoch(&self) -> usize {
        let share = usize::try_from(self.events / 8).unwrap_or(EPOCH).clamp(1, EPOCH);
        1 << share.ilog2()
    }

    /// Returns a node of a tree; the root if `node` is none.
    pub fn node(&self, tree: Tree, node: Option<u64>) -> PathNode {
        node.map_or(self.roots[tree.index()], |node| self.nodes.get(&node).copied().unwrap_or_default())
    }

    /// Adds the contribution of an event.
    ///
    /// The contributions of an epoch must be added in the order of its events: sums of floating-point numbers depend on
    /// the order.
    pub fn add(&mut self, contribution: &Contribution) {
        self.events += 1;
        let weight = DecayWeight::at(contribution.second).0;
        self.organisation.add(&contribution.first_of_day.values, weight);
        if let Some(group) = contribution.peer_group {
            self.peers.entry(group).or_default().add(&contribution.first_of_day.values, weight);
        }
        for (tree, path) in contribution.first_of_day.paths.0.iter().enumerate() {
            if let Some(path) = path {
                self.add_path(tree, path, weight);
            }
        }
        if let Some((closed, scores)) = &contribution.closed_day {
            self.close_day(closed, scores);
        }
    }

    fn close_day(&mut self, closed: &ClosedDay, scores: &DayScores) {
        self.baseline = self.baseline.after_user_day(closed.identity);
        for (baseline, total) in self.day_totals.iter_mut().zip(closed.totals) {
            *baseline = baseline.after_user_day(total);
        }
        let maxima = DailyMaxima { signals: scores.maxima, is_known: closed.is_known };
        self.window.add(maxima, scores.evidence);
    }

    /// Returns the population as bytes that [`Population::from_bytes`] reads back exactly.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("a population is plain data")
    }

    /// Reads a stored population; none if the bytes are no population.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }

    /// Returns the part of the population by which events like `event`, of the user with this `profile`, are scored as by
    /// the whole: everybody's flat counts, those of the user's peers and of the largest other groups, the commonest
    /// nodes of the trees, and the nodes that the user or the event's paths go through.
    ///
    /// An event on a path that was left out is scored as if no user had ever touched it.
    #[must_use]
    pub fn extract(&self, event: &Event, profile: &Profile) -> Self {
        let paths = Paths::of(event);
        let own_group = profile.peer_group_at(given_group(event, is_service_account(event)), &paths);
        let is_given = |node: u64| paths.0.iter().flatten().any(|path| path.nodes().contains(&node));
        let peers = largest(&self.peers, EXTRACT_GROUPS, |group| group.totals[0], |id| Some(id) == own_group);
        let nodes = largest(&self.nodes, EXTRACT_NODES, |node| node.count, |id| profile.remembers(id) || is_given(id));
        Self { organisation: self.organisation.clone(), peers, nodes, window: self.window.without_days(), ..*self }
    }

    fn add_path(&mut self, tree: usize, path: &Path, weight: f64) {
        self.roots[tree].count += weight;
        let mut above = None;
        for node in path.nodes() {
            if !self.nodes.contains_key(node) {
                let parent = above.map_or(&mut self.roots[tree], |above| self.nodes.entry(above).or_default());
                parent.children += 1;
            }
            self.nodes.entry(*node).or_default().count += weight;
            above = Some(*node);
        }
    }
}

/// The number of peer groups in an extract, besides the user's own.
const EXTRACT_GROUPS: usize = 50;
/// The number of nodes in an extract, besides the user's own.
const EXTRACT_NODES: usize = 2000;

/// Returns the `limit` largest entries and those that are `wanted`.
fn largest<T: Clone>(
    all: &FxHashMap<u64, T>,
    limit: usize,
    size: impl Fn(&T) -> f64,
    wanted: impl Fn(u64) -> bool,
) -> FxHashMap<u64, T> {
    let mut entries: Vec<_> = all.iter().collect();
    entries.sort_unstable_by(|(a_id, a), (b_id, b)| size(b).total_cmp(&size(a)).then(a_id.cmp(b_id)));
    let kept = entries.iter().enumerate().filter(|(rank, (id, _))| *rank < limit || wanted(**id));
    kept.map(|(_, (id, entry))| (**id, (*entry).clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_population_has_short_epochs_and_every_epoch_ends_at_a_multiple_of_its_length() {
        let mut population = Population::default();
        let mut lengths = Vec::new();
        while population.events < 4096 {
            let epoch = population.epoch();
            assert!(epoch as u64 <= (population.events / 8).max(1));
            assert!(population.events.is_multiple_of(epoch as u64));
            population.events += epoch as u64;
            lengths.push(epoch);
        }
        assert!(lengths.is_sorted());
        assert_eq!((lengths[0], lengths.last()), (1, Some(&EPOCH)));
    }
}

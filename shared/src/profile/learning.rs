//! How a profile learns from an event, and which parts it drops to keep to its limits.

use std::collections::btree_map::Entry;

use serde::{Deserialize, Serialize};

use super::{
    Baseline, DayScores, DayState, DecayClock, NodeStats, Profile, ShortHash, lagged_count, short,
    value_stats::ValueStats,
};
use crate::{
    calendar::Day,
    event::Event,
    families::{FAMILIES, FLAT, Family, LEVELS, SLOTS, TREES, Tree},
    population::week_of,
    risk::Risk,
    signals::PerSignal,
    value::Value,
    values::{Path, Paths, Values},
};

/// The number of active days beyond which a user has a history: what somebody new does for the first time is no change.
const HISTORY_DAYS: u32 = 5;
/// The number of latest active days that are kept by date; few events are later than that.
const LATEST_DAYS: usize = 8;
/// The number of calendar days for which the last sighting of a value is kept.
const LATELY: i32 = 8;
/// The maximum lateness of an event in calendar days; a later event is learnt as if it were this late.
const LATEST_DATED: i32 = 100;
/// Upper bounds of the sizes of the parts of a stored profile, in bytes: the parts that are always there, the key of a
/// slot and of a name, a node's key and number of children, a name's key and length, and a risky day.
const REST: usize = 440;
const SLOT_KEY: usize = 2;
const NAME_KEY: usize = 6;
const NODE: usize = 6;
const NAME: usize = NAME_KEY + 1;
const RISKY_DAY: usize = 10;
/// The maximum growth of a stored profile by one event, in bytes: a value of every flat family, a node of every level
/// and two names.
const MOST_OF_AN_EVENT: usize = FLAT * (NAME_KEY + ValueStats::MOST_BYTES)
    + TREES * LEVELS * (NODE + ValueStats::MOST_BYTES)
    + 2 * (NAME + LONGEST_NAME);
/// The bytes that a profile must have left so that one more event, whatever its score, makes it drop no node.
const ROOM: usize = MOST_OF_AN_EVENT + RISKY_DAY * Risk::MOST_DAYS;
/// The maximum length of a name that explanations show, in bytes.
const LONGEST_NAME: usize = 32;

/// The values and paths that a user had for the first time on a day: the population counts each once per user and day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FirstOfDay {
    /// The values that are the user's first of their kind on the day.
    pub values: [Option<Value>; FLAT],
    /// The paths whose last nodes the user touched for the first time on the day.
    pub paths: Paths,
    /// The families whose value, or node of their level, a user with a history had for the first time ever.
    pub adopted: [bool; FAMILIES],
    /// Whether the user is active for the first time in the week.
    pub is_first_of_week: bool,
}

impl FirstOfDay {
    /// Returns what the user adopted, of the families of which users take up values: each family with the key of its
    /// value, or with the id of the node of its level.
    pub(crate) fn adoptions(&self) -> impl Iterator<Item = (Family, u64)> {
        let adopted = Family::ALL.iter().filter(|family| family.is_adopted() && self.adopted[family.index()]);
        adopted.filter_map(|family| {
            let key = match family.tree() {
                None => self.values[family.index()].map(Value::key),
                Some((tree, level)) => self.paths.get(tree).and_then(|path| path.nodes().get(level)).copied(),
            };
            key.map(|key| (*family, key))
        })
    }
}

/// The part of an event that a profile learns before the event's score is known.
#[derive(Debug, Clone, Copy)]
pub struct ProfileUpdate<'a> {
    /// The event.
    pub event: &'a Event,
    /// The event's second of Unix time.
    pub second: i64,
    /// The event's values.
    pub values: &'a Values,
    /// The event's paths.
    pub paths: &'a Paths,
    /// The state of the user's day, with the event.
    pub day: &'a DayState,
    /// The user's baseline, with all days before the event's.
    pub baseline: Baseline,
    /// Whether the user is a service account.
    pub is_service: bool,
    /// The peer group that the event gives.
    pub given_group: Option<u64>,
}

/// The part of an event's score that a profile learns.
#[derive(Debug, Clone, Copy)]
pub struct ScoreUpdate<'a> {
    /// The signals; the lowest value for those without a calibration.
    pub signals: &'a PerSignal<f64>,
    /// The fused evidence of the signals.
    pub evidence: f64,
    /// The user's risk after the event.
    pub risk: &'a Risk,
    /// Whether the event is the first of a new day and so closed the user's previous day.
    pub closes_day: bool,
    /// Whether the event is from before the user's current day; then only the risk is updated.
    pub is_late: bool,
}

impl Profile {
    /// Learns from an event, and returns its values and paths that the population has not counted for this user and
    /// day.
    pub fn learn(&mut self, update: &ProfileUpdate) -> FirstOfDay {
        let day = update.day.day;
        let is_late = self.day.is_some_and(|current| day < current.day);
        let is_first_of_week = self.day.is_none_or(|current| week_of(current.day) < week_of(day));
        if !is_late {
            self.open(day);
            self.day = Some(*update.day);
            self.baseline = update.baseline;
        }
        let at = self.learn_time(day, update.second);
        let mut new = [false; FAMILIES];
        let values = self.learn_values(update, &at, &mut new);
        let paths = Paths(Tree::ALL.map(|tree| {
            let path = update.paths.0[tree.index()];
            path.filter(|path| self.learn_path(tree, path, &at, &mut new))
        }));
        let adopted = if self.active_days > HISTORY_DAYS { new } else { [false; FAMILIES] };
        if let Some(path) = update.paths.get(Tree::Resource) {
            self.learn_project(path, update.event, &at.clock);
        }
        self.forget_nodes(update.paths);
        self.last = self.last.then(update.event, update.second, update.values.get(Family::Location));
        self.is_service = update.is_service;
        self.given_group = update.given_group.or(self.given_group);
        FirstOfDay { values, paths, adopted, is_first_of_week }
    }

    /// Learns the score of an event. Scores must come in the order in which the profile learnt from the events.
    ///
    /// Returns the highest scores of the day that the event closed, if it closed one.
    pub fn learn_score(&mut self, update: &ScoreUpdate) -> Option<DayScores> {
        let closed = update.closes_day.then(|| std::mem::replace(&mut self.day_scores, DayScores::NONE));
        if !update.is_late {
            self.day_scores.add(update.signals, update.evidence);
        }
        self.risk.clone_from(update.risk);
        closed
    }

    fn open(&mut self, day: Day) {
        match self.day {
            Some(current) if current.day == day => return,
            Some(closed) => self.learn_totals(&closed),
            None => {}
        }
        self.active_days += 1;
        self.latest_days.push_back(day);
        if self.latest_days.len() > LATEST_DAYS {
            self.latest_days.pop_front();
        }
        let values = self.values.values_mut().map(|stats| &mut stats.count);
        let totals = self.totals.iter_mut().map(|total| &mut total.count);
        let nodes = self.nodes.values_mut().chain(&mut self.roots).map(|node| &mut node.stats.count);
        let day_totals = self.day_totals.iter_mut().chain([&mut self.days]);
        let counts = values.chain(totals).chain(nodes).chain(day_totals);
        let zero = lagged_count::rebase_when_due(self.zero, self.active_days, counts, self.limits.precision);
        if zero != self.zero {
            let decay = DecayClock::at(f64::from(zero - self.zero)).habit_weight();
            self.projects.iter_mut().for_each(|(_, strength)| *strength /= decay);
            self.zero = zero;
        }
        let oldest = Day(day.0 - LATELY);
        self.values.values_mut().for_each(|stats| stats.forget_before(oldest));
        self.nodes.values_mut().for_each(|node| node.stats.forget_before(oldest));
        self.measure();
    }

    /// Returns the time under which an event is learnt.
    fn learn_time(&self, day: Day, second: i64) -> LearnTime {
        let oldest = self.day.map_or(day, |current| Day(current.day.0 - LATEST_DATED));
        let dated = day.max(oldest);
        LearnTime { day: dated, second: second.max(dated.first_second()), clock: self.clock_of(day) }
    }

    /// Returns the user's time of decay on a day, so that a late event counts as much as it would have counted on time.
    /// A day on which the user was not active has the time of the active day before it.
    fn clock_of(&self, day: Day) -> DecayClock {
        let later = self.latest_days.iter().filter(|active| **active > day).count();
        self.clock(-i32::try_from(later).expect("few days are remembered"))
    }

    fn learn_totals(&mut self, closed: &DayState) {
        let (clock, precision) = (self.clock(0), self.limits.precision);
        self.days.add(&clock, precision);
        for (sum, total) in self.day_totals.iter_mut().zip(closed.totals()) {
            sum.add_amount(total, &clock, precision);
        }
    }

    /// Counts the values, and returns those that are the first of their kind on the day. In `new`, marks the families of
    /// those that the user never had.
    fn learn_values(
        &mut self,
        update: &ProfileUpdate,
        at: &LearnTime,
        new: &mut [bool; FAMILIES],
    ) -> [Option<Value>; FLAT] {
        let mut fresh = [None; FLAT];
        for (family, value) in update.values.0.iter().enumerate() {
            let Some(value) = *value else { continue };
            let total = &mut self.totals[family];
            let (stats, before) = match self.values.entry(value.key()) {
                Entry::Occupied(known) => {
                    let stats = known.into_mut();
                    let before = stats.bytes();
                    (stats, before)
                }
                Entry::Vacant(vacant) => {
                    total.distinct += 1;
                    self.bytes += key_bytes(value.key());
                    new[family] = true;
                    (vacant.insert(ValueStats::NEW), 0)
                }
            };
            if stats.see(at.day) {
                fresh[family] = Some(value);
            }
            if stats.counts_at(at.second) {
                stats.set_counted(at.second, self.limits.precision);
                stats.count.add(&at.clock, self.limits.precision);
                total.count.add(&at.clock, self.limits.precision);
            }
            self.bytes = self.bytes + stats.bytes() - before;
        }
        let event = update.event;
        for (family, name) in [(Family::Location, &event.location), (Family::UserAgent, &event.user_agent)] {
            if let (Some(name), Some(value)) = (name, update.values.get(family)) {
                self.name(family, value.key(), name);
            }
        }
        fresh
    }

    /// Counts the nodes of a path, and returns whether its last node was touched for the first time on the day. In `new`,
    /// marks the levels of those that the user never touched.
    fn learn_path(&mut self, tree: Tree, path: &Path, at: &LearnTime, new: &mut [bool; FAMILIES]) -> bool {
        let leaf = self.nodes.get(&short(path.leaf()));
        let is_fresh = leaf.is_none_or(|leaf| leaf.stats.is_first_on(at.day));
        let counts = leaf.is_none_or(|leaf| leaf.stats.counts_at(at.second));
        let precision = self.limits.precision;
        if counts {
            self.roots[tree.index()].stats.count.add(&at.clock, precision);
        }
        let mut above = None;
        for (node, family) in path.nodes().iter().zip(tree.families()) {
            let known = self.nodes.get(&short(*node)).map(NodeStats::bytes);
            if known.is_none() && !self.forgotten.contains(short(*node)) {
                self.node_mut(tree, above).children += 1;
                new[family.index()] = true;
            }
            let stats = &mut self.node_mut(tree, Some(*node)).stats;
            stats.see(at.day);
            if counts {
                stats.count.add(&at.clock, precision);
            }
            let after = NODE + stats.bytes();
            self.bytes = self.bytes + after - known.unwrap_or_default();
            above = Some(*node);
        }
        if counts {
            self.node_mut(tree, above).stats.set_counted(at.second, precision);
        }
        is_fresh
    }

    fn node_mut(&mut self, tree: Tree, node: Option<u64>) -> &mut NodeStats {
        match node {
            None => &mut self.roots[tree.index()],
            Some(node) => self.nodes.entry(short(node)).or_insert(NodeStats::NEW),
        }
    }

    fn learn_project(&mut self, path: &Path, event: &Event, clock: &DecayClock) {
        let project = path.project();
        let weight = clock.habit_weight();
        let precision = self.limits.precision;
        if let Some((_, strength)) = self.projects.iter_mut().find(|(known, _)| *known == project) {
            *strength = precision.round(*strength + weight);
            return;
        }
        if self.projects.len() >= self.limits.projects {
            let weakest = (0..self.projects.len()).min_by(|a, b| self.projects[*a].1.total_cmp(&self.projects[*b].1));
            let (forgotten, _) = self.projects.remove(weakest.expect("there are projects"));
            self.drop_name(forgotten);
        }
        self.projects.push((project, precision.round(weight)));
        let name = event.resource.as_deref().and_then(|resource| resource.split('/').next());
        self.keep_name(project, name.unwrap_or_default());
    }

    fn keep_name(&mut self, key: u64, name: &str) {
        if let Entry::Vacant(new) = self.names.entry(key) {
            self.bytes += NAME + new.insert(short_name(name)).len();
        }
    }

    fn drop_name(&mut self, key: u64) {
        if let Some(name) = self.names.remove(&key) {
            self.bytes -= NAME + name.len();
        }
    }

    /// Keeps the name of a new value of an open family, and drops the least used value if there are too many.
    fn name(&mut self, family: Family, key: u64, name: &str) {
        if family == Family::Location {
            self.keep_name(key, name);
        }
        let others = self.values.range(family.name_keys()).filter(|(other, _)| **other != key);
        if others.clone().count() >= self.limits.names {
            let weakest = others.min_by(|(_, a), (_, b)| a.count.strength().total_cmp(&b.count.strength()));
            let forgotten = *weakest.expect("there are others").0;
            let stats = self.values.remove(&forgotten).expect("it was found");
            self.bytes -= key_bytes(forgotten) + stats.bytes();
            self.drop_name(forgotten);
        }
    }

    /// Drops the least used nodes while there are too many, except those of the paths just touched.
    fn forget_nodes(&mut self, touched: &Paths) {
        let is_touched =
            |key: ShortHash| touched.0.iter().flatten().any(|path| path.nodes().iter().any(|node| short(*node) == key));
        let of_risk = RISKY_DAY * self.risk.days();
        while self.nodes.len() > self.limits.nodes || self.bytes + of_risk > self.limits.bytes {
            let others = self.nodes.iter().filter(|(key, _)| !is_touched(**key));
            let weakest = others.min_by(|(_, a), (_, b)| a.stats.count.strength().total_cmp(&b.stats.count.strength()));
            let Some((&key, node)) = weakest else { return };
            self.bytes -= node.bytes() + self.forgotten.bytes();
            self.nodes.remove(&key);
            self.forgotten.insert(key);
            self.bytes += self.forgotten.bytes();
        }
    }

    /// Returns whether the profile is so large that the number of days in its risk could decide whether it drops a node
    /// at the next event.
    pub fn is_nearly_full(&self) -> bool {
        self.bytes + ROOM > self.limits.bytes
    }

    /// Counts the bytes that the stored profile takes at most, but for its risk.
    pub(super) fn measure(&mut self) {
        let values: usize = self.values.iter().map(|(value, stats)| key_bytes(*value) + stats.bytes()).sum();
        let nodes: usize = self.nodes.values().map(NodeStats::bytes).sum();
        let names: usize = self.names.values().map(|name| NAME + name.len()).sum();
        self.bytes = REST + values + nodes + names + self.forgotten.bytes();
    }
}

impl NodeStats {
    /// Returns the bytes that the stored node takes at most.
    fn bytes(&self) -> usize {
        NODE + self.stats.bytes()
    }
}

/// Returns the bytes that the stored key of a value takes at most.
fn key_bytes(key: u64) -> usize {
    if key < SLOTS as u64 { SLOT_KEY } else { NAME_KEY }
}

/// The time under which an event is learnt.
struct LearnTime {
    day: Day,
    second: i64,
    clock: DecayClock,
}

/// Cuts a name to [`LONGEST_NAME`] bytes.
fn short_name(name: &str) -> Box<str> {
    name[..name.floor_char_boundary(LONGEST_NAME)].into()
}

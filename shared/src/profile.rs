//! What is remembered of one user.

mod blob;
mod lagged;
mod seen;
mod today;

pub use blob::UnreadableProfile;
pub use lagged::{Clock, Lagged, Precision};
use seen::Seen;
pub use today::{Norm, Today};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    calendar::Day,
    event::{Action, Event},
    family::{FLAT, FLAT_FAMILIES, Family},
    risk::Risk,
    values::{Path, Previous, Value},
};

/// A value counts at most once in so many seconds: acts come in bursts, and a session can pass midnight.
const ONCE_SECONDS: i64 = 80_000;

/// How much a profile may remember.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Nodes of resource paths; the least used give way.
    pub nodes: usize,
    /// Places; the least used give way.
    pub places: usize,
    /// First path parts that compete to be the peer group.
    pub projects: usize,
    /// How exactly counts are kept.
    pub precision: Precision,
}

impl Limits {
    /// What the product keeps: a profile stays below 4 KiB.
    pub const PRODUCT: Self = Self { nodes: 128, places: 16, projects: 8, precision: Precision::Stored };
    /// Everything, exactly: for comparison with a reference.
    pub const NONE: Self =
        Self { nodes: usize::MAX, places: usize::MAX, projects: usize::MAX, precision: Precision::Full };
}

/// What a user usually does, and what they did today.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    limits: Limits,
    active_days: u32,
    /// Active days at the zero of the counts.
    zero: u32,
    last: Previous,
    values: BTreeMap<u64, Habit>,
    totals: [Total; FLAT],
    root: Node,
    nodes: BTreeMap<u32, Node>,
    /// Nodes that were remembered once.
    forgotten: Seen,
    projects: Vec<(u64, f64)>,
    /// Names of the places and first path parts remembered, for the words of an explanation.
    names: BTreeMap<u64, Box<str>>,
    today: Option<Today>,
    norm: Norm,
    risk: Risk,
}

/// How often a value was seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Habit {
    count: Lagged,
    counted_second: i64,
    seen_day: Day,
}

/// How often a family was seen, and how many values of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Total {
    count: Lagged,
    distinct: u32,
}

/// How often a part of a path was seen, and how many parts below it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Node {
    count: Lagged,
    children: u32,
    counted_second: i64,
    seen_day: Day,
}

impl Node {
    const NEW: Self = Self { count: Lagged::NONE, children: 0, counted_second: i64::MIN / 2, seen_day: Day(i32::MIN) };
}

/// What counts at one place of a profile come to, the recent part taken off.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// Days on which it was seen, fading.
    pub count: f64,
    /// How many different values there are.
    pub distinct: f64,
}

/// What of an event is new to the population's count of this user's day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fresh {
    /// The values not seen before on the user's day.
    pub values: [Option<Value>; FLAT],
    /// The resource, if it was not touched before on the user's day.
    pub path: Option<Path>,
}

/// What is to be learnt from an event.
#[derive(Debug, Clone, Copy)]
pub struct Lesson<'a> {
    /// The event.
    pub event: &'a Event,
    /// Its second.
    pub second: i64,
    /// Its values.
    pub values: [Option<Value>; FLAT],
    /// Its resource.
    pub path: Option<Path>,
    /// The day including the event.
    pub today: Today,
    /// The norm including the days before.
    pub norm: Norm,
    /// The risk including the event.
    pub risk: Risk,
}

impl Default for Profile {
    fn default() -> Self {
        Self::new(Limits::PRODUCT)
    }
}

impl Profile {
    /// The profile of somebody never seen.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            active_days: 0,
            zero: 0,
            last: Previous::default(),
            values: BTreeMap::new(),
            totals: [Total::default(); FLAT],
            root: Node::NEW,
            nodes: BTreeMap::new(),
            forgotten: Seen::default(),
            projects: Vec::new(),
            names: BTreeMap::new(),
            today: None,
            norm: Norm::default(),
            risk: Risk::default(),
        }
    }

    /// Returns on how many days the user did anything.
    pub fn active_days(&self) -> u32 {
        self.active_days
    }

    /// Returns what came last.
    pub fn last(&self) -> Previous {
        self.last
    }

    /// Returns the day of the last event.
    pub fn today(&self) -> Option<&Today> {
        self.today.as_ref()
    }

    /// Returns the usual evidence of the user's days.
    pub fn norm(&self) -> Norm {
        self.norm
    }

    /// Returns the user's risk as it was at the last event.
    pub fn risk(&self) -> Risk {
        self.risk
    }

    /// Returns the first path part in which the user is most active: the peer group.
    pub fn peer_group(&self) -> Option<u64> {
        let mut most: Option<(u64, f64)> = None;
        for (project, strength) in &self.projects {
            if most.is_none_or(|(_, other)| *strength > other) {
                most = Some((*project, *strength));
            }
        }
        most.map(|(project, _)| project)
    }

    /// Returns the user's time when `opened_days` more active days have begun.
    pub fn clock(&self, opened_days: u32) -> Clock {
        Clock::at(self.active_days + opened_days - self.zero)
    }

    /// Returns the count of one value.
    pub fn count(&self, value: Value, clock: &Clock) -> f64 {
        self.values.get(&value.key()).map_or(0.0, |habit| habit.count.value(clock))
    }

    /// Returns the counts of a dense family's values, by number.
    pub fn counts(&self, family: Family, clock: &Clock) -> impl Iterator<Item = (usize, f64)> {
        let spec = FLAT_FAMILIES[family.index()];
        let slots = spec.first_slot as u64..(spec.first_slot + spec.slots) as u64;
        #[expect(clippy::cast_possible_truncation, reason = "slots are small numbers")]
        self.values.range(slots).map(move |(key, habit)| (*key as usize - spec.first_slot, habit.count.value(clock)))
    }

    /// Returns the count of a whole flat family.
    pub fn total(&self, family: Family, clock: &Clock) -> Counted {
        let total = self.totals[family.index()];
        Counted { count: total.count.value(clock), distinct: f64::from(total.distinct) }
    }

    /// Returns the count of a part of a path; that of all paths for none.
    pub fn node(&self, node: Option<u64>, clock: &Clock) -> Counted {
        let node = node.map_or(Some(&self.root), |node| self.nodes.get(&short(node)));
        node.map_or(Counted { count: 0.0, distinct: 0.0 }, |node| Counted {
            count: node.count.value(clock),
            distinct: f64::from(node.children),
        })
    }

    /// Tells whether the user ever touched this part of a path.
    pub fn has_touched(&self, node: u64) -> bool {
        self.nodes.contains_key(&short(node)) || self.forgotten.contains(short(node))
    }

    /// Tells whether the profile still counts this part of a path.
    pub fn remembers(&self, node: u64) -> bool {
        self.nodes.contains_key(&short(node))
    }

    /// Tells whether the user ever had this value.
    pub fn has_seen(&self, value: Value) -> bool {
        self.values.contains_key(&value.key())
    }

    /// Returns the values of a dense family that the user had, by number, with their shares of the user's days.
    pub fn shares(&self, family: Family, clock: &Clock) -> impl Iterator<Item = (usize, f64)> {
        let total = self.total(family, clock).count;
        self.counts(family, clock).filter(|(_, count)| *count > 0.0).map(move |(number, count)| (number, count / total))
    }

    /// Returns the places the user is usually at, the commonest first, with their shares.
    pub fn usual_places(&self, clock: &Clock) -> Vec<(&str, f64)> {
        let total = self.totals[Family::Location.index()].count.value(clock);
        let places = self.values.range(1 << 63..);
        self.usual(places.map(|(key, habit)| (*key, habit.count)), total, clock)
    }

    /// Returns the first path parts the user usually works in, the commonest first, with their shares.
    pub fn usual_projects(&self, clock: &Clock) -> Vec<(&str, f64)> {
        let projects = self.projects.iter().filter_map(|(key, _)| Some((*key, self.nodes.get(&short(*key))?.count)));
        self.usual(projects, self.root.count.value(clock), clock)
    }

    fn usual(&self, counts: impl Iterator<Item = (u64, Lagged)>, total: f64, clock: &Clock) -> Vec<(&str, f64)> {
        let named =
            counts.filter_map(|(key, count)| Some((self.names.get(&key)?.as_ref(), count.value(clock) / total)));
        let mut usual: Vec<_> = named.filter(|(_, share)| *share > 0.0).collect();
        usual.sort_by(|(name, share), (other_name, other)| other.total_cmp(share).then(name.cmp(other_name)));
        usual
    }

    /// Remembers an event, and returns what of it the population has not counted on this day.
    pub fn learn(&mut self, lesson: &Lesson) -> Fresh {
        let day = lesson.today.day;
        let is_late = self.today.is_some_and(|today| day < today.day);
        if !is_late {
            self.open(day);
            self.today = Some(lesson.today);
            self.norm = lesson.norm;
        }
        self.risk = lesson.risk;
        let clock = self.clock(0);
        let values = self.learn_values(lesson, day, &clock);
        let path = lesson.path.filter(|path| self.learn_path(path, lesson, day, &clock));
        self.follow(lesson.event.action, lesson.second);
        Fresh { values, path }
    }

    fn open(&mut self, day: Day) {
        if self.today.is_some_and(|today| today.day == day) {
            return;
        }
        self.active_days += 1;
        let values = self.values.values_mut().map(|habit| &mut habit.count);
        let totals = self.totals.iter_mut().map(|total| &mut total.count);
        let nodes = self.nodes.values_mut().map(|node| &mut node.count);
        let counts = values.chain(totals).chain(nodes).chain([&mut self.root.count]);
        let zero = lagged::rebase_when_due(self.zero, self.active_days, counts, self.limits.precision);
        if zero != self.zero {
            let fading = Clock::at(zero - self.zero).habit_weight();
            self.projects.iter_mut().for_each(|(_, strength)| *strength /= fading);
            self.zero = zero;
        }
    }

    fn learn_values(&mut self, lesson: &Lesson, day: Day, clock: &Clock) -> [Option<Value>; FLAT] {
        let mut fresh = [None; FLAT];
        for (family, value) in lesson.values.iter().enumerate() {
            let Some(value) = *value else { continue };
            let total = &mut self.totals[family];
            let habit = self.values.entry(value.key()).or_insert_with(|| {
                total.distinct += 1;
                Habit { count: Lagged::NONE, counted_second: i64::MIN / 2, seen_day: Day(i32::MIN) }
            });
            if lesson.second - habit.counted_second >= ONCE_SECONDS {
                habit.counted_second = lesson.second;
                habit.count.add(clock, self.limits.precision);
                total.count.add(clock, self.limits.precision);
            }
            if habit.seen_day < day {
                habit.seen_day = day;
                fresh[family] = Some(value);
            }
        }
        if let (Some(name), Some(place)) = (&lesson.event.location, lesson.values[Family::Location.index()]) {
            self.name_place(place.key(), name);
        }
        fresh
    }

    /// Remembers the touch of a resource; tells whether it is the day's first.
    fn learn_path(&mut self, path: &Path, lesson: &Lesson, day: Day, clock: &Clock) -> bool {
        let leaf = self.nodes.get(&short(path.leaf()));
        let is_fresh = leaf.is_none_or(|leaf| leaf.seen_day < day);
        let counts = leaf.is_none_or(|leaf| lesson.second - leaf.counted_second > ONCE_SECONDS);
        let precision = self.limits.precision;
        if counts {
            self.root.count.add(clock, precision);
        }
        let mut above = None;
        for node in path.nodes() {
            if !self.has_touched(*node) {
                self.node_mut(above).children += 1;
            }
            let entry = self.node_mut(Some(*node));
            entry.seen_day = entry.seen_day.max(day);
            if counts {
                entry.count.add(clock, precision);
            }
            above = Some(*node);
        }
        if counts {
            self.node_mut(above).counted_second = lesson.second;
        }
        self.learn_project(path, lesson.event, clock);
        self.forget_nodes(path);
        is_fresh
    }

    fn node_mut(&mut self, node: Option<u64>) -> &mut Node {
        match node {
            None => &mut self.root,
            Some(node) => self.nodes.entry(short(node)).or_insert(Node::NEW),
        }
    }

    fn learn_project(&mut self, path: &Path, event: &Event, clock: &Clock) {
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
            self.names.remove(&forgotten);
        }
        self.projects.push((project, precision.round(weight)));
        let name = event.resource.as_deref().and_then(|resource| resource.split('/').next());
        self.names.insert(project, name.unwrap_or_default().into());
    }

    fn follow(&mut self, action: Action, second: i64) {
        match self.last.second {
            Some(last) if second < last => {}
            Some(last) if second == last => {
                self.last.in_second += 1;
                self.last.action = Some(action);
            }
            _ => self.last = Previous { second: Some(second), action: Some(action), in_second: 1 },
        }
    }

    /// Keeps the name of a place; where there are too many, the least used gives way.
    fn name_place(&mut self, key: u64, name: &str) {
        if self.names.contains_key(&key) {
            return;
        }
        self.names.insert(key, name.into());
        let others = self.values.range(1 << 63..).filter(|(other, _)| **other != key);
        if others.clone().count() >= self.limits.places {
            let weakest = others.min_by(|(_, a), (_, b)| a.count.strength().total_cmp(&b.count.strength()));
            let forgotten = *weakest.expect("there are other places").0;
            self.values.remove(&forgotten);
            self.names.remove(&forgotten);
        }
    }

    /// Lets the least used nodes give way, but none of the path just touched.
    fn forget_nodes(&mut self, kept: &Path) {
        while self.nodes.len() > self.limits.nodes {
            let others = self.nodes.iter().filter(|(key, _)| !kept.nodes().iter().any(|node| short(*node) == **key));
            let weakest = others.min_by(|(_, a), (_, b)| a.count.strength().total_cmp(&b.count.strength()));
            let forgotten = *weakest.expect("a path has four nodes at most").0;
            self.nodes.remove(&forgotten);
            self.forgotten.insert(forgotten);
        }
    }
}

/// Cuts a node's hash to what tells one user's nodes apart.
#[expect(clippy::cast_possible_truncation, reason = "the low bits of a hash are a hash")]
fn short(node: u64) -> u32 {
    node as u32
}

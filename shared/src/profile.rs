//! What is remembered of one user.

mod blob;
mod lagged;
mod learning;
mod seen;
mod today;

pub use blob::UnreadableProfile;
pub use lagged::{Clock, Lagged, Precision};
pub use learning::{Fresh, Lesson};
use seen::Seen;
pub use today::{Norm, Today};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    calendar::Day,
    family::{FLAT, FLAT_FAMILIES, Family},
    risk::Risk,
    values::{Previous, Value},
};

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
}

/// Cuts a node's hash to what tells one user's nodes apart.
#[expect(clippy::cast_possible_truncation, reason = "the low bits of a hash are a hash")]
fn short(node: u64) -> u32 {
    node as u32
}

//! What is remembered of one user.

mod blob;
mod habit;
mod lagged;
mod learning;
mod seen;
mod today;

pub use blob::UnreadableProfile;
use habit::Habit;
pub use lagged::{Clock, Lagged, Precision};
pub use learning::{Fresh, Lesson};
use seen::Seen;
pub use today::{EndedDay, LOADS, Norm, Today};

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::{
    calendar::Day,
    event::Event,
    family::{FLAT, FLAT_FAMILIES, Family, TREES, Tree},
    hash::Hasher,
    risk::Risk,
    service_account::is_service_account,
    values::{Previous, Value},
};

/// How much a profile may remember.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of the stored profile; nodes of trees give way.
    pub bytes: usize,
    /// Nodes of trees; the least used give way.
    pub nodes: usize,
    /// Values of an open family, such as places; the least used give way.
    pub names: usize,
    /// First path parts that compete to be the peer group.
    pub projects: usize,
    /// How exactly counts are kept.
    pub precision: Precision,
}

impl Limits {
    /// What the product keeps: a profile stays below 4 KiB.
    pub const PRODUCT: Self = Self { bytes: 4096, nodes: 192, names: 16, projects: 8, precision: Precision::Stored };
    /// Everything, exactly: for comparison with a reference.
    pub const NONE: Self = Self {
        bytes: usize::MAX,
        nodes: usize::MAX,
        names: usize::MAX,
        projects: usize::MAX,
        precision: Precision::Full,
    };
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
    roots: [Node; TREES],
    nodes: BTreeMap<Short, Node>,
    /// Nodes that were remembered once.
    forgotten: Seen,
    projects: Vec<(u64, f64)>,
    /// The peer group by department and role, as the last event that told them.
    given_group: Option<u64>,
    /// Whether the user is no person, as the last event that told it.
    is_service: bool,
    latest_days: VecDeque<Day>,
    /// Names of the places and first path parts remembered, for the words of an explanation.
    names: BTreeMap<u64, Box<str>>,
    today: Option<Today>,
    norm: Norm,
    /// The loads of the days that are over, and the number of these days.
    loads: [Lagged; LOADS],
    days: Lagged,
    risk: Risk,
}

/// How often a family was seen, and how many values of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Total {
    count: Lagged,
    distinct: u32,
}

/// How often a node of a tree was seen, and how many nodes below it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Node {
    habit: Habit,
    children: u32,
}

impl Node {
    const NEW: Self = Self { habit: Habit::NEW, children: 0 };
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
            roots: [Node::NEW; TREES],
            nodes: BTreeMap::new(),
            forgotten: Seen::default(),
            projects: Vec::new(),
            given_group: None,
            is_service: false,
            latest_days: VecDeque::new(),
            names: BTreeMap::new(),
            today: None,
            norm: Norm::default(),
            loads: [Lagged::NONE; LOADS],
            days: Lagged::NONE,
            risk: Risk::default(),
        }
    }

    /// Returns on how many days the user did anything.
    pub fn active_days(&self) -> u32 {
        self.active_days
    }

    /// Returns how exactly counts are kept.
    pub fn precision(&self) -> Precision {
        self.limits.precision
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

    /// Returns by how much the loads of a day exceed twice the usual ones, as logarithms.
    ///
    /// What is usual is drawn towards the organisation's days while the user's are few; where neither are known,
    /// nothing is too much.
    pub fn excess_loads(&self, loads: &[f64; LOADS], clock: &Clock, organisation: &[Norm; LOADS]) -> [f64; LOADS] {
        let days = self.days.value(clock);
        std::array::from_fn(|load| {
            let prior = LOAD_PRIOR_DAYS * organisation[load].mean();
            let usual = (self.loads[load].value(clock) + prior) / (days + LOAD_PRIOR_DAYS);
            let known_days = days + organisation[load].days();
            let certainty = known_days / (known_days + UNCERTAIN_DAYS);
            certainty * (loads[load] - usual - std::f64::consts::LN_2).max(0.0)
        })
    }

    /// Returns the user's risk as it was at the last event.
    pub fn risk(&self) -> &Risk {
        &self.risk
    }

    /// Returns the user's risk after an event at `second` that one in 10^`rarity` user-days reaches.
    pub fn risk_after(&self, event: &Event, second: i64, rarity: f64) -> Risk {
        let is_service = self.is_service_at(event);
        let half_life = if is_service { Risk::SERVICE_HALF_LIFE_DAYS } else { Risk::HALF_LIFE_DAYS };
        self.risk.after(second, rarity, half_life)
    }

    /// Tells whether the user is a service account, as far as events told.
    pub fn is_service_account(&self) -> bool {
        self.is_service
    }

    /// Tells whether the user is a service account: by the event, or, where that says neither department nor role, as
    /// known before.
    fn is_service_at(&self, event: &Event) -> bool {
        let is_untold = event.department.is_none() && event.role.is_none();
        is_service_account(event) || (is_untold && self.is_service)
    }

    /// Returns the peer group: service accounts or the user's department and role where events told it, else the first
    /// path part in which the user is most active.
    pub fn peer_group(&self) -> Option<u64> {
        self.given_group.or_else(|| self.main_project())
    }

    fn main_project(&self) -> Option<u64> {
        let mut most: Option<(u64, f64)> = None;
        for (project, strength) in &self.projects {
            if most.is_none_or(|(_, other)| *strength > other) {
                most = Some((*project, *strength));
            }
        }
        most.map(|(project, _)| project)
    }

    /// Returns the user's time so many active days from now.
    pub fn clock(&self, days: i32) -> Clock {
        Clock::at(f64::from(self.active_days) + f64::from(days) - f64::from(self.zero))
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

    /// Returns the count of a node of a tree; that of the whole tree for none.
    pub fn node(&self, tree: Tree, node: Option<u64>, clock: &Clock) -> Counted {
        let node = node.map_or(Some(&self.roots[tree.index()]), |node| self.nodes.get(&short(node)));
        node.map_or(Counted { count: 0.0, distinct: 0.0 }, |node| Counted {
            count: node.habit.count.value(clock),
            distinct: f64::from(node.children),
        })
    }

    /// Tells whether the user ever touched this node of a tree.
    pub fn has_touched(&self, node: u64) -> bool {
        self.nodes.contains_key(&short(node)) || self.forgotten.contains(short(node))
    }

    /// Tells whether the profile still counts this node of a tree.
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
        let places = self.values.range(Value::keys(Family::Location));
        self.usual(places.map(|(key, habit)| (*key, habit.count)), total, clock)
    }

    /// Returns the first path parts the user usually works in, the commonest first, with their shares.
    pub fn usual_projects(&self, clock: &Clock) -> Vec<(&str, f64)> {
        let projects =
            self.projects.iter().filter_map(|(key, _)| Some((*key, self.nodes.get(&short(*key))?.habit.count)));
        self.usual(projects, self.roots[Tree::Resource.index()].habit.count.value(clock), clock)
    }

    fn usual(&self, counts: impl Iterator<Item = (u64, Lagged)>, total: f64, clock: &Clock) -> Vec<(&str, f64)> {
        let named =
            counts.filter_map(|(key, count)| Some((self.names.get(&key)?.as_ref(), count.value(clock) / total)));
        let mut usual: Vec<_> = named.filter(|(_, share)| *share > 0.0).collect();
        usual.sort_by(|(name, share), (other_name, other)| other.total_cmp(share).then(name.cmp(other_name)));
        usual
    }
}

/// Returns the peer group that an event tells: a department's service accounts, else by department and role.
pub fn given_group(event: &Event) -> Option<u64> {
    if is_service_account(event) {
        let mut hasher = Hasher::default();
        hasher.text("service accounts");
        hasher.text(event.department.as_deref().unwrap_or_default());
        return Some(hasher.finish());
    }
    if event.department.is_none() && event.role.is_none() {
        return None;
    }
    let mut hasher = Hasher::default();
    hasher.text(event.department.as_deref().unwrap_or_default());
    hasher.text(event.role.as_deref().unwrap_or_default());
    Some(hasher.finish())
}

/// How many days of the organisation a user's usual loads start with.
const LOAD_PRIOR_DAYS: f64 = 3.0;
/// After so many days half is known of what is usual.
const UNCERTAIN_DAYS: f64 = 30.0;

/// Cuts a node's hash to what tells one user's nodes apart.
#[expect(clippy::cast_possible_truncation, reason = "the low bits of a hash are a hash")]
fn short(node: u64) -> Short {
    (node as u32).to_be_bytes()
}

/// What tells one user's nodes apart.
type Short = [u8; 4];

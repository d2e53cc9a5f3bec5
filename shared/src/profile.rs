//! The profile of one user: what they usually do, in at most 4 KiB.

mod baseline;
mod blob;
mod day_state;
mod lagged_count;
mod learning;
mod seen_filter;
mod value_stats;

pub use baseline::Baseline;
pub use blob::UnreadableProfile;
pub use day_state::{ClosedDay, DAY_TOTALS, DayScores, DayState};
pub use lagged_count::{DecayClock, LaggedCount, Precision};
pub use learning::{FirstOfDay, ProfileUpdate, ScoreUpdate};
use seen_filter::SeenFilter;
use value_stats::ValueStats;

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::{
    calendar::Day,
    event::Event,
    families::{FLAT, Family, TREES, Tree},
    hash::Hasher,
    last_event::LastEvent,
    risk::Risk,
    value::Value,
    values::{Path, Paths},
};

/// After so many active days a profile says all it can: before, everything is new.
pub const WARM_UP_DAYS: u32 = 15;

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

/// What a user usually does, and what they did on the current day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    limits: Limits,
    active_days: u32,
    /// Number of active days at the zero of the decaying counts.
    zero: u32,
    last: LastEvent,
    values: BTreeMap<u64, ValueStats>,
    totals: [FamilyTotal; FLAT],
    roots: [NodeStats; TREES],
    nodes: BTreeMap<ShortHash, NodeStats>,
    /// Nodes that the profile counted once and has forgotten.
    forgotten: SeenFilter,
    projects: Vec<(u64, f64)>,
    /// The peer group by department and role, as the last event that told them.
    given_group: Option<u64>,
    /// Whether the user is no person, as the last event that told it.
    is_service: bool,
    latest_days: VecDeque<Day>,
    /// Names of the places and first path parts that are counted, for explanations.
    names: BTreeMap<u64, Box<str>>,
    day: Option<DayState>,
    /// How high the events of that day scored.
    day_scores: DayScores,
    baseline: Baseline,
    /// The totals of the days that are over, and the number of these days.
    day_totals: [LaggedCount; DAY_TOTALS],
    days: LaggedCount,
    risk: Risk,
}

/// How often a family was seen, and how many values of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct FamilyTotal {
    count: LaggedCount,
    distinct: u32,
}

/// How often the user touched a node of a tree, and how many nodes below it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct NodeStats {
    stats: ValueStats,
    children: u32,
}

impl NodeStats {
    const NEW: Self = Self { stats: ValueStats::NEW, children: 0 };
}

/// A count of a profile, the recent part taken off.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// Number of days on which it was seen, decaying.
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
    /// Returns the profile of a user who was never seen.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            active_days: 0,
            zero: 0,
            last: LastEvent::default(),
            values: BTreeMap::new(),
            totals: [FamilyTotal::default(); FLAT],
            roots: [NodeStats::NEW; TREES],
            nodes: BTreeMap::new(),
            forgotten: SeenFilter::default(),
            projects: Vec::new(),
            given_group: None,
            is_service: false,
            latest_days: VecDeque::new(),
            names: BTreeMap::new(),
            day: None,
            day_scores: DayScores::NONE,
            baseline: Baseline::default(),
            day_totals: [LaggedCount::NONE; DAY_TOTALS],
            days: LaggedCount::NONE,
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

    /// Returns the user's latest event.
    pub fn last(&self) -> &LastEvent {
        &self.last
    }

    /// Returns the day of the last event.
    pub fn day(&self) -> Option<&DayState> {
        self.day.as_ref()
    }

    /// Returns the usual identity evidence of the user's days, in bits.
    pub fn baseline(&self) -> Baseline {
        self.baseline
    }

    /// Returns by how much the totals of a day exceed twice the usual ones, as logarithms.
    ///
    /// What is usual is drawn towards the organisation's days while the user's are few; where neither are known,
    /// nothing is too much.
    pub fn excess_totals(
        &self,
        totals: &[f64; DAY_TOTALS],
        clock: &DecayClock,
        organisation: &[Baseline; DAY_TOTALS],
    ) -> [f64; DAY_TOTALS] {
        let days = self.days.value(clock);
        std::array::from_fn(|total| {
            let prior = PRIOR_DAYS * organisation[total].mean();
            let usual = (self.day_totals[total].value(clock) + prior) / (days + PRIOR_DAYS);
            let known_days = days + organisation[total].days();
            let certainty = known_days / (known_days + UNCERTAIN_DAYS);
            certainty * (totals[total] - usual - std::f64::consts::LN_2).max(0.0)
        })
    }

    /// Returns the user's risk as it was at the last event.
    pub fn risk(&self) -> &Risk {
        &self.risk
    }

    /// Returns the user's risk after an event at `second` that one in 10^`log10_rarity` user-days reaches.
    pub fn risk_after(&self, second: i64, log10_rarity: f64, is_service: bool) -> Risk {
        let half_life = if is_service { Risk::SERVICE_HALF_LIFE_DAYS } else { Risk::HALF_LIFE_DAYS };
        self.risk.after(second, log10_rarity, half_life)
    }

    /// Returns how high the events of the current day scored so far.
    pub fn day_scores(&self) -> &DayScores {
        &self.day_scores
    }

    /// Tells whether the user is a service account, by the events so far.
    pub fn is_service_account(&self) -> bool {
        self.is_service
    }

    /// Tells whether the user is a service account: where the event says so by itself (`is_program`), or, where it says
    /// neither department nor role, as known before.
    pub fn is_service_at(&self, event: &Event, is_program: bool) -> bool {
        let is_untold = event.department.is_none() && event.role.is_none();
        is_program || (is_untold && self.is_service)
    }

    /// Returns the peer group: service accounts or the user's department and role where events told it, else the first
    /// path part in which the user is most active.
    pub fn peer_group(&self) -> Option<u64> {
        self.given_group.or_else(|| self.main_project())
    }

    /// Returns the peer group whose counts an event of the user is compared with: the one that the event tells, else the
    /// user's, else the first part of the path of its resource.
    pub fn peer_group_at(&self, event: &Event, is_program: bool, paths: &Paths) -> Option<u64> {
        let project = || paths.get(Tree::Resource).map(Path::project);
        given_group(event, is_program).or_else(|| self.peer_group()).or_else(project)
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
    pub fn clock(&self, days: i32) -> DecayClock {
        DecayClock::at(f64::from(self.active_days) + f64::from(days) - f64::from(self.zero))
    }

    /// Returns the count of one value.
    pub fn count(&self, value: Value, clock: &DecayClock) -> f64 {
        self.values.get(&value.key()).map_or(0.0, |stats| stats.count.value(clock))
    }

    /// Returns the counts of a dense family's values, by number.
    pub fn counts(&self, family: Family, clock: &DecayClock) -> impl Iterator<Item = (usize, f64)> {
        let slots = family.slots();
        #[expect(clippy::cast_possible_truncation, reason = "slots are small numbers")]
        let number = move |key: u64| key as usize - slots.start;
        let slots = family.slots();
        let stats = self.values.range(slots.start as u64..slots.end as u64);
        stats.map(move |(key, stats)| (number(*key), stats.count.value(clock)))
    }

    /// Returns the count of a whole flat family.
    pub fn total(&self, family: Family, clock: &DecayClock) -> Counted {
        let total = self.totals[family.index()];
        Counted { count: total.count.value(clock), distinct: f64::from(total.distinct) }
    }

    /// Returns the count of a node of a tree; that of the whole tree for none.
    pub fn node(&self, tree: Tree, node: Option<u64>, clock: &DecayClock) -> Counted {
        let node = node.map_or(Some(&self.roots[tree.index()]), |node| self.nodes.get(&short(node)));
        node.map_or(Counted { count: 0.0, distinct: 0.0 }, |node| Counted {
            count: node.stats.count.value(clock),
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
    pub fn shares(&self, family: Family, clock: &DecayClock) -> impl Iterator<Item = (usize, f64)> {
        let total = self.total(family, clock).count;
        self.counts(family, clock).filter(|(_, count)| *count > 0.0).map(move |(number, count)| (number, count / total))
    }

    /// Returns the places the user is usually at, the commonest first, with their shares.
    pub fn usual_places(&self, clock: &DecayClock) -> Vec<(&str, f64)> {
        let total = self.totals[Family::Location.index()].count.value(clock);
        let places = self.values.range(Family::Location.name_keys());
        self.usual(places.map(|(key, stats)| (*key, stats.count)), total, clock)
    }

    /// Returns the first path parts the user usually works in, the commonest first, with their shares.
    pub fn usual_projects(&self, clock: &DecayClock) -> Vec<(&str, f64)> {
        let projects =
            self.projects.iter().filter_map(|(key, _)| Some((*key, self.nodes.get(&short(*key))?.stats.count)));
        self.usual(projects, self.roots[Tree::Resource.index()].stats.count.value(clock), clock)
    }

    fn usual(
        &self,
        counts: impl Iterator<Item = (u64, LaggedCount)>,
        total: f64,
        clock: &DecayClock,
    ) -> Vec<(&str, f64)> {
        let named =
            counts.filter_map(|(key, count)| Some((self.names.get(&key)?.as_ref(), count.value(clock) / total)));
        let mut usual: Vec<_> = named.filter(|(_, share)| *share > 0.0).collect();
        usual.sort_by(|(name, share), (other_name, other)| other.total_cmp(share).then(name.cmp(other_name)));
        usual
    }
}

/// Returns the peer group that an event tells: a department's service accounts where the event is of a program, else by
/// department and role.
pub fn given_group(event: &Event, is_program: bool) -> Option<u64> {
    if is_program {
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

/// How many days of the organisation a user's usual totals start with.
const PRIOR_DAYS: f64 = 3.0;
/// After so many days the certainty of what is usual is one half.
const UNCERTAIN_DAYS: f64 = 30.0;

/// Cuts a node's hash to what tells one user's nodes apart.
#[expect(clippy::cast_possible_truncation, reason = "the low bits of a hash are a hash")]
fn short(node: u64) -> ShortHash {
    (node as u32).to_be_bytes()
}

/// What tells one user's nodes apart.
type ShortHash = [u8; 4];

//! The profile of one user: decayed counts of the user's earlier values and paths, in at most 4 KiB when stored.

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

/// The number of active days after which a profile is warm; before, most values are new because the user is.
pub const WARM_UP_DAYS: u32 = 15;

/// The maximum sizes of the parts of a profile, and the precision of its counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The maximum size of the stored profile, in bytes; the least used tree nodes are dropped to keep to it.
    pub bytes: usize,
    /// The maximum number of tree nodes; the least used are dropped.
    pub nodes: usize,
    /// The maximum number of values of an open family, such as places; the least used are dropped.
    pub names: usize,
    /// The maximum number of first path parts that are counted; the most used of them is the default peer group.
    pub projects: usize,
    /// The precision of the counts.
    pub precision: Precision,
}

impl Limits {
    /// The limits of the product: a stored profile has at most 4 KiB.
    pub const PRODUCT: Self = Self { bytes: 4096, nodes: 192, names: 16, projects: 8, precision: Precision::Stored };
    /// No limits and full precision, for comparison with a reference implementation.
    pub const NONE: Self = Self {
        bytes: usize::MAX,
        nodes: usize::MAX,
        names: usize::MAX,
        projects: usize::MAX,
        precision: Precision::Full,
    };
}

/// The statistics of one user's events, and the state of the user's current day.
///
/// ```
/// use shared::{
///     engine::InMemoryEngine,
///     event::{Action, Event},
///     model::Model,
///     profile::{Limits, Profile},
/// };
///
/// let time = "2024-01-15T14:30:00Z".parse()?;
/// let login = Event { location: Some("Berlin".into()), ..Event::new("ann".parse()?, time, Action::Login) };
/// let mut engine = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
/// engine.observe(&[login.clone()]);
///
/// let profile = engine.profile(&login.user).expect("the user was seen");
/// assert_eq!(profile.active_days(), 1);
/// let a_month_later = profile.clock(30); // a day's own events hardly count on the same day
/// assert_eq!(profile.usual_places(&a_month_later), [("Berlin", 1.0)]);
/// assert_eq!(Profile::from_bytes(&profile.to_bytes()).as_ref(), Ok(profile));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    limits: Limits,
    /// The bytes that the stored profile takes at most, but for its risk; it follows from the rest.
    #[serde(skip)]
    bytes: usize,
    active_days: u32,
    /// The number of active days at which the time of the decayed counts has its origin.
    zero: u32,
    last: LastEvent,
    values: BTreeMap<u64, ValueStats>,
    totals: [FamilyTotal; FLAT],
    roots: [NodeStats; TREES],
    nodes: BTreeMap<ShortHash, NodeStats>,
    /// The nodes that the profile once counted and has dropped since.
    forgotten: SeenFilter,
    projects: Vec<(u64, f64)>,
    /// The peer group by department and role, from the last event that has either.
    given_group: Option<u64>,
    /// Whether the user is a service account, by the last event that shows it.
    is_service: bool,
    latest_days: VecDeque<Day>,
    /// The names of the counted places and first path parts, for explanations.
    names: BTreeMap<u64, Box<str>>,
    day: Option<DayState>,
    /// The highest scores of the events of `day`.
    day_scores: DayScores,
    baseline: Baseline,
    /// The sums of the totals of closed days, and the number of these days.
    day_totals: [LaggedCount; DAY_TOTALS],
    days: LaggedCount,
    risk: Risk,
}

/// The count of all values of a flat family, and the number of distinct values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct FamilyTotal {
    count: LaggedCount,
    distinct: u32,
}

/// The statistics of a tree node, and the number of distinct nodes directly below it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct NodeStats {
    stats: ValueStats,
    children: u32,
}

impl NodeStats {
    const NEW: Self = Self { stats: ValueStats::NEW, children: 0 };
}

/// A decayed count of a profile, less its recent part.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// The decayed number of days.
    pub count: f64,
    /// The number of distinct values.
    pub distinct: f64,
}

impl Default for Profile {
    fn default() -> Self {
        Self::new(Limits::PRODUCT)
    }
}

impl Profile {
    /// Returns the profile of a user without events.
    pub fn new(limits: Limits) -> Self {
        let mut profile = Self {
            limits,
            bytes: 0,
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
        };
        profile.measure();
        profile
    }

    /// Returns the number of days on which the user had an event.
    pub fn active_days(&self) -> u32 {
        self.active_days
    }

    /// Returns the precision of the counts.
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

    /// Returns the baseline of the identity evidence of the user's days, in bits.
    pub fn baseline(&self) -> Baseline {
        self.baseline
    }

    /// Returns by how much the totals of a day exceed twice the user's mean, as natural logarithms; 0 if they do not.
    ///
    /// The mean is that of [`Profile::usual_totals`]. The excess is scaled by a certainty that grows with the number of days behind the mean, and is 0 without any.
    pub fn excess_totals(
        &self,
        totals: &[f64; DAY_TOTALS],
        clock: &DecayClock,
        organisation: &[Baseline; DAY_TOTALS],
    ) -> [f64; DAY_TOTALS] {
        let days = self.days.value(clock);
        let usual = self.usual_totals(clock, organisation);
        std::array::from_fn(|total| {
            let known_days = days + organisation[total].days();
            let certainty = known_days / (known_days + UNCERTAIN_DAYS);
            certainty * (totals[total] - usual[total] - std::f64::consts::LN_2).max(0.0)
        })
    }

    /// Returns the usual totals of a day as natural logarithms: the user's mean, shrunk towards the organisation's while
    /// the user has few days.
    pub fn usual_totals(&self, clock: &DecayClock, organisation: &[Baseline; DAY_TOTALS]) -> [f64; DAY_TOTALS] {
        let days = self.days.value(clock);
        std::array::from_fn(|total| {
            let prior = TOTALS_PRIOR_DAYS * organisation[total].mean();
            (self.day_totals[total].value(clock) + prior) / (days + TOTALS_PRIOR_DAYS)
        })
    }

    /// Returns the user's risk at the last event.
    pub fn risk(&self) -> &Risk {
        &self.risk
    }

    /// Returns the user's risk after an event at `second` (Unix time) that one in 10^`log10_rarity` user-days reaches.
    pub fn risk_after(&self, second: i64, log10_rarity: f64, is_service: bool) -> Risk {
        let half_life = if is_service { Risk::SERVICE_HALF_LIFE_DAYS } else { Risk::HALF_LIFE_DAYS };
        self.risk.after(second, log10_rarity, half_life)
    }

    /// Returns the highest scores of the current day's events so far.
    pub fn day_scores(&self) -> &DayScores {
        &self.day_scores
    }

    /// Returns whether the user is a service account, by the events so far.
    pub fn is_service_account(&self) -> bool {
        self.is_service
    }

    /// Returns whether the user is a service account at `event`: because the event shows it (`is_program`) or, if the
    /// event has neither department nor role, because an earlier event did.
    pub fn is_service_at(&self, event: &Event, is_program: bool) -> bool {
        let is_untold = event.department.is_none() && event.role.is_none();
        is_program || (is_untold && self.is_service)
    }

    /// Returns the user's peer group: the one of [`given_group`] from the last event that has one, else the first path
    /// part in which the user is most active; none before either is known.
    pub fn peer_group(&self) -> Option<u64> {
        self.given_group.or_else(|| self.main_project())
    }

    /// Returns the peer group whose counts an event of the user is compared with: the one that the event tells, else the
    /// user's, else the first part of the path of its resource.
    pub fn peer_group_at(&self, given: Option<u64>, paths: &Paths) -> Option<u64> {
        let project = || paths.get(Tree::Resource).map(Path::project);
        given.or_else(|| self.peer_group()).or_else(project)
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

    /// Returns the user's time of decay, `days` active days after the last one.
    pub fn clock(&self, days: i32) -> DecayClock {
        DecayClock::at(f64::from(self.active_days) + f64::from(days) - f64::from(self.zero))
    }

    /// Returns the count of one value.
    pub fn count(&self, value: Value, clock: &DecayClock) -> f64 {
        self.values.get(&value.key()).map_or(0.0, |stats| stats.count.value(clock))
    }

    /// Returns the counts of the classes of a family, each with the number of the class.
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

    /// Returns the count of a tree node; the count of the whole tree if `node` is none.
    pub fn node(&self, tree: Tree, node: Option<u64>, clock: &DecayClock) -> Counted {
        let node = node.map_or(Some(&self.roots[tree.index()]), |node| self.nodes.get(&short(node)));
        node.map_or(Counted { count: 0.0, distinct: 0.0 }, |node| Counted {
            count: node.stats.count.value(clock),
            distinct: f64::from(node.children),
        })
    }

    /// Returns whether the user ever touched this tree node. Dropped nodes are kept in a Bloom filter, so that the answer
    /// is rarely true of another node, but never false of one that was touched.
    pub fn has_touched(&self, node: u64) -> bool {
        self.nodes.contains_key(&short(node)) || self.forgotten.contains(short(node))
    }

    /// Returns whether the profile still counts this tree node.
    pub fn remembers(&self, node: u64) -> bool {
        self.nodes.contains_key(&short(node))
    }

    /// Returns whether the profile counts this value.
    pub fn has_seen(&self, value: Value) -> bool {
        self.values.contains_key(&value.key())
    }

    /// Returns the classes of a family that the user had, by number, with their shares (0 to 1) of the user's days.
    pub fn shares(&self, family: Family, clock: &DecayClock) -> impl Iterator<Item = (usize, f64)> {
        let total = self.total(family, clock).count;
        self.counts(family, clock).filter(|(_, count)| *count > 0.0).map(move |(number, count)| (number, count / total))
    }

    /// Returns the user's places, the most frequent first, with their shares (0 to 1) of the user's days.
    pub fn usual_places(&self, clock: &DecayClock) -> Vec<(&str, f64)> {
        let total = self.totals[Family::Location.index()].count.value(clock);
        let places = self.values.range(Family::Location.name_keys());
        self.usual(places.map(|(key, stats)| (*key, stats.count)), total, clock)
    }

    /// Returns the user's first path parts, the most frequent first, with their shares (0 to 1) of the user's days.
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

/// Returns the peer group that an event gives: the department's service accounts if the event is a service account's
/// (`is_program`), else the department and role; none if the event has neither.
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

/// The weight of the organisation's mean in a user's mean totals, in days.
const TOTALS_PRIOR_DAYS: f64 = 3.0;
/// The number of days at which the certainty of a mean is one half.
const UNCERTAIN_DAYS: f64 = 30.0;

/// Returns the low 32 bits of a node's hash, which suffice for the few nodes of one user.
#[expect(clippy::cast_possible_truncation, reason = "the low bits of a hash are a hash")]
fn short(node: u64) -> ShortHash {
    (node as u32).to_be_bytes()
}

/// The low 32 bits of a node's hash, in big-endian order.
type ShortHash = [u8; 4];

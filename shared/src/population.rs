//! What all users do: decayed counts, baselines of user-days, and the organisation's own calibration.
//!
//! The sizes of the population are limited ([`PopulationLimits`]), and it is stored in parts ([`PartId`]).

mod adoptions;
mod contribution;
mod decay_weight;
mod extract;
mod group;
mod limits;
mod part_id;
mod path_nodes;
mod peer_groups;
mod stored;

pub(crate) use adoptions::week_of;
pub use contribution::Contribution;
pub use decay_weight::DecayWeight;
pub use group::Group;
pub use limits::PopulationLimits;
pub use part_id::PartId;
pub use path_nodes::PathNode;
pub use stored::{UnreadablePart, UnreadablePopulation, contributions_from_bytes, contributions_to_bytes};

use std::collections::HashMap;

use self::{adoptions::Adoptions, part_id::PartSet, path_nodes::PathNodes, peer_groups::PeerGroups};
use crate::{
    calendar::Day,
    calibration::{Calibration, CalibrationWindow, DailyMaxima},
    families::{TREES, Tree},
    profile::{Baseline, ClosedDay, DAY_TOTALS, DayScores},
    values::Path,
};

/// The maximum length of an epoch: the number of events that are scored before the population learns from them.
///
/// Within an epoch no user's event changes another user's score, so threads can score different users at the same time;
/// at its end the events' contributions are added in the order of the events.
pub const EPOCH: usize = 256;

/// The counts, baselines and calibration of all users, as of the end of the last epoch.
#[derive(Debug, Clone)]
pub struct Population {
    core: Core,
    peers: PeerGroups,
    nodes: PathNodes,
    adoptions: Adoptions,
    limits: PopulationLimits,
    /// The parts that contributions were added to since the population was last stored.
    changed: PartSet,
}

/// The numbers of the things that a population counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PopulationCounts {
    /// The number of nodes of the trees, without their roots.
    pub nodes: usize,
    /// The number of the organisation's names (places, client programs).
    pub names: usize,
    /// The number of peer groups.
    pub groups: usize,
    /// The number of names of each peer group, added up.
    pub group_names: usize,
}

/// Everything but the peer groups and the nodes.
#[derive(Debug, Clone, Default, PartialEq)]
struct Core {
    organisation: Group,
    roots: [PathNode; TREES],
    baseline: Baseline,
    day_totals: [Baseline; DAY_TOTALS],
    window: CalibrationWindow,
    /// The number of events that the population has learnt from.
    events: u64,
}

impl Default for Population {
    fn default() -> Self {
        Self {
            core: Core::default(),
            peers: PeerGroups::default(),
            nodes: PathNodes::default(),
            adoptions: Adoptions::default(),
            limits: PopulationLimits::PRODUCT,
            changed: PartSet::default(),
        }
    }
}

/// Populations are equal if they count the same; neither limits nor what is already stored matters.
impl PartialEq for Population {
    fn eq(&self, other: &Self) -> bool {
        (&self.core, &self.peers, &self.nodes, &self.adoptions)
            == (&other.core, &other.peers, &other.nodes, &other.adoptions)
    }
}

impl Population {
    /// Returns the population with other limits, which its sets keep to as soon as they grow.
    #[must_use]
    pub fn with_limits(self, limits: PopulationLimits) -> Self {
        Self { limits, ..self }
    }

    /// Returns the counts of all users.
    pub fn organisation(&self) -> &Group {
        &self.core.organisation
    }

    /// Returns the counts of a peer group; none if no event of the group was added.
    pub fn peers(&self, group: Option<u64>) -> Option<&Group> {
        self.peers.get(group?)
    }

    /// Returns the baseline of the identity evidence of user-days, in bits.
    pub fn baseline(&self) -> &Baseline {
        &self.core.baseline
    }

    /// Returns the baselines of the totals of user-days, as [`DayState::totals`](crate::profile::DayState::totals).
    pub fn day_totals(&self) -> &[Baseline; DAY_TOTALS] {
        &self.core.day_totals
    }

    /// Returns the latest user-days, with the calibration fitted to them.
    pub fn calibration_window(&self) -> &CalibrationWindow {
        &self.core.window
    }

    /// Lets the calibration window follow the calibration of the model in force.
    pub(crate) fn follow(&mut self, general: &Calibration) {
        self.core.window.follow(general);
    }

    /// Returns the length of the current epoch, in events: a power of two, at most [`EPOCH`].
    ///
    /// It is at most an eighth of the number of events learnt so far, so that a new population learns soon, and at most a
    /// quarter of the number of active users, so that what many take up on one morning is noticed after a few.
    pub fn epoch(&self) -> usize {
        let share = (self.core.events / 8).min(self.adoptions.active_users() / 4);
        1 << usize::try_from(share).unwrap_or(EPOCH).clamp(1, EPOCH).ilog2()
    }

    /// Returns a node of a tree; the root if `node` is none.
    pub fn node(&self, tree: Tree, node: Option<u64>) -> PathNode {
        node.map_or(self.core.roots[tree.index()], |node| self.nodes.get(node))
    }

    /// Returns the most bits that the evidence of a value or node may have at a second of Unix time, since others took it
    /// up lately; none if there is no limit. `is_adopter` is whether the user has had it before.
    pub fn most_bits(&self, value: u64, second: i64, is_adopter: bool) -> Option<f64> {
        self.adoptions.most_bits(value, second, is_adopter)
    }

    /// Returns the numbers of what is counted.
    pub fn counts(&self) -> PopulationCounts {
        PopulationCounts {
            nodes: self.nodes.parts().map(HashMap::len).sum(),
            names: self.core.organisation.names.len(),
            groups: self.peers.iter().count(),
            group_names: self.peers.iter().map(|(_, group)| group.names.len()).sum(),
        }
    }

    /// Adds the contribution of an event, and drops what is rarest where a limit is exceeded.
    ///
    /// The contributions of an epoch must be added in the order of its events: sums of floating-point numbers depend on
    /// the order.
    pub fn add(&mut self, contribution: &Contribution) {
        self.changed.insert(PartId::CORE);
        self.core.events += 1;
        let weight = DecayWeight::at(contribution.second).0;
        let values = &contribution.first_of_day.values;
        self.core.organisation.add(values, weight);
        self.core.organisation.limit_names(self.limits.names);
        if let Some(group) = contribution.peer_group {
            self.changed.insert(PartId::of_peers(PeerGroups::part_of(group)));
            self.peers.add(group, values, weight, &self.limits);
        }
        for (tree, path) in contribution.first_of_day.paths.0.iter().enumerate() {
            if let Some(path) = path {
                self.add_path(tree, path, weight);
            }
        }
        if let Some((closed, scores)) = &contribution.closed_day {
            self.core.close_day(closed, scores);
        }
        self.add_adoptions(contribution);
    }

    fn add_adoptions(&mut self, Contribution { second, first_of_day, .. }: &Contribution) {
        if first_of_day.is_first_of_week {
            self.changed.insert(PartId::ADOPTIONS);
            self.adoptions.count_active(Day::of(*second));
        }
        for (_, value) in first_of_day.adoptions() {
            self.changed.insert(PartId::ADOPTIONS);
            self.adoptions.add(value, *second, self.limits.adoptions);
        }
    }

    fn add_path(&mut self, tree: usize, path: &Path, weight: f64) {
        self.core.roots[tree].count += weight;
        let mut above = None;
        for node in path.nodes() {
            if self.nodes.add(*node, weight) {
                let parent = above.map_or(&mut self.core.roots[tree], |above| self.nodes.get_mut(above));
                parent.children = parent.children.saturating_add(1);
            }
            above = Some(*node);
        }
        for node in path.nodes() {
            let part = PathNodes::part_of(*node);
            self.changed.insert(PartId::of_nodes(part));
            self.nodes.limit_part(part, self.limits.nodes);
        }
    }
}

impl Core {
    fn close_day(&mut self, closed: &ClosedDay, scores: &DayScores) {
        self.baseline = self.baseline.after_user_day(closed.identity);
        for (baseline, total) in self.day_totals.iter_mut().zip(closed.totals) {
            *baseline = baseline.after_user_day(total);
        }
        let maxima = DailyMaxima { signals: scores.maxima, is_known: closed.is_known };
        self.window.add(maxima, scores.evidence);
    }
}

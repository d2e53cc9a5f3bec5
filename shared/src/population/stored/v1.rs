//! Version 1 of the stored parts of a population. These types never change: a change of the population's own types needs
//! new ones beside them.
//!
//! Ids are sorted, and stored as differences: each id from the one before it, the first from 0.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::{
    calibration::WindowV1,
    population::{
        Core, Group, PathNode,
        adoptions::{Adopters, Adoptions},
        path_nodes::{NODE_PARTS, PathNodes},
        peer_groups::{PEER_PARTS, PeerGroups},
    },
    profile::Baseline,
};

/// Everything but nodes and peer groups.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CoreV1 {
    organisation: GroupV1,
    roots: [NodeV1; 2],
    baseline: BaselineV1,
    day_totals: [BaselineV1; 2],
    window: WindowV1,
    events: u64,
}

/// The nodes of one part, each with the difference of its id. Ids are stored without the number of the part, as
/// quotients by the number of parts.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct NodesV1(Vec<(u64, NodeV1)>);

/// The peer groups of one part, with their ids as in [`NodesV1`].
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PeersV1(Vec<(u64, GroupV1)>);

#[derive(Debug, Serialize, Deserialize)]
struct GroupV1 {
    /// The counts of the slots that have one, by slot.
    slots: Vec<(u16, f64)>,
    /// The counts of the names, each with the difference of its id.
    names: Vec<(u64, f64)>,
    totals: [f64; 10],
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct NodeV1 {
    count: f64,
    children: u32,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct BaselineV1 {
    sum: f64,
    weight: f64,
}

/// The values that users took up lately, each with the difference of its key.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AdoptionsV1 {
    values: Vec<(u64, AdoptersV1)>,
    /// The active users by week, the latest week first.
    active: Vec<(i32, u32)>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct AdoptersV1 {
    count: f64,
    second: i64,
}

impl From<&Adoptions> for AdoptionsV1 {
    fn from(adoptions: &Adoptions) -> Self {
        let stored = |(value, adopters): (&u64, &Adopters)| {
            (*value, AdoptersV1 { count: adopters.count, second: adopters.second })
        };
        Self { values: to_differences(adoptions.values.iter().map(stored)), active: adoptions.active.clone() }
    }
}

impl AdoptionsV1 {
    pub(super) fn read(self) -> Option<Adoptions> {
        let adopters = |(value, AdoptersV1 { count, second })| (value, Adopters { count, second });
        Some(Adoptions {
            values: from_differences(self.values)?.into_iter().map(adopters).collect(),
            active: self.active,
        })
    }
}

impl From<&Core> for CoreV1 {
    fn from(core: &Core) -> Self {
        Self {
            organisation: (&core.organisation).into(),
            roots: core.roots.map(NodeV1::from),
            baseline: core.baseline.into(),
            day_totals: core.day_totals.map(BaselineV1::from),
            window: (&core.window).into(),
            events: core.events,
        }
    }
}

impl CoreV1 {
    pub(super) fn read(self) -> Option<Core> {
        Some(Core {
            organisation: self.organisation.read()?,
            roots: self.roots.map(PathNode::from),
            baseline: self.baseline.into(),
            day_totals: self.day_totals.map(Baseline::from),
            window: self.window.into(),
            events: self.events,
        })
    }
}

impl NodesV1 {
    pub(super) fn of(nodes: &FxHashMap<u64, PathNode>) -> Self {
        Self(to_differences(nodes.iter().map(|(id, node)| (id / NODE_PARTS as u64, (*node).into()))))
    }

    /// Adds the nodes to `nodes`, as those of the part with this number.
    pub(super) fn read(self, part: usize, nodes: &mut PathNodes) -> Option<()> {
        for (quotient, node) in from_differences(self.0)? {
            nodes.insert(whole_id(quotient, NODE_PARTS, part)?, node.into());
        }
        Some(())
    }
}

impl PeersV1 {
    pub(super) fn of(groups: &FxHashMap<u64, Group>) -> Self {
        Self(to_differences(groups.iter().map(|(id, group)| (id / PEER_PARTS as u64, group.into()))))
    }

    /// Adds the groups to `peers`, as those of the part with this number.
    pub(super) fn read(self, part: usize, peers: &mut PeerGroups) -> Option<()> {
        for (quotient, group) in from_differences(self.0)? {
            peers.insert(whole_id(quotient, PEER_PARTS, part)?, group.read()?);
        }
        Some(())
    }
}

impl From<&Group> for GroupV1 {
    fn from(group: &Group) -> Self {
        let slots = (0..).zip(&group.slots).filter(|(_, count)| **count != 0.0).map(|(slot, count)| (slot, *count));
        let names = group.names.iter().map(|(name, count)| (*name, *count));
        Self { slots: slots.collect(), names: to_differences(names), totals: group.totals }
    }
}

impl GroupV1 {
    fn read(self) -> Option<Group> {
        let names = from_differences(self.names)?.into_iter().collect();
        let mut group = Group { names, totals: self.totals, ..Group::default() };
        for (slot, count) in self.slots {
            *group.slots.get_mut(usize::from(slot))? = count;
        }
        Some(group)
    }
}

impl From<PathNode> for NodeV1 {
    fn from(PathNode { count, children }: PathNode) -> Self {
        Self { count, children }
    }
}

impl From<NodeV1> for PathNode {
    fn from(NodeV1 { count, children }: NodeV1) -> Self {
        Self { count, children }
    }
}

impl From<Baseline> for BaselineV1 {
    fn from(Baseline { sum, weight }: Baseline) -> Self {
        Self { sum, weight }
    }
}

impl From<BaselineV1> for Baseline {
    fn from(BaselineV1 { sum, weight }: BaselineV1) -> Self {
        Self { sum, weight }
    }
}

/// Sorts entries by their ids, and replaces each id by its difference from the one before it.
fn to_differences<T>(entries: impl Iterator<Item = (u64, T)>) -> Vec<(u64, T)> {
    let mut entries: Vec<(u64, T)> = entries.collect();
    entries.sort_unstable_by_key(|(id, _)| *id);
    let mut before = 0;
    for (id, _) in &mut entries {
        (*id, before) = (*id - before, *id);
    }
    entries
}

/// Replaces each difference by the id; none if two ids are equal or one is too large.
fn from_differences<T>(mut entries: Vec<(u64, T)>) -> Option<Vec<(u64, T)>> {
    let mut before = None;
    for (id, _) in &mut entries {
        *id = match before {
            None => *id,
            Some(before) => Some(*id).filter(|difference| *difference > 0)?.checked_add(before)?,
        };
        before = Some(*id);
    }
    Some(entries)
}

/// Returns the id of which `quotient` was stored in the part with this number, of `parts` parts; none if there is none.
fn whole_id(quotient: u64, parts: usize, part: usize) -> Option<u64> {
    quotient.checked_mul(parts as u64)?.checked_add(part as u64)
}

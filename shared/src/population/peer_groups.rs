//! The peer groups, in parts by their ids.

use rustc_hash::FxHashMap;

use super::{
    Group, PopulationLimits,
    limits::{keep_largest, rank, reduced},
};
use crate::{families::FLAT, value::Value};

/// The number of parts that the peer groups are split into.
pub(super) const PEER_PARTS: usize = 16;

/// The counts of all peer groups.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PeerGroups {
    parts: Vec<PeerPart>,
}

/// The peer groups of one part.
#[derive(Debug, Clone, Default, PartialEq)]
struct PeerPart {
    groups: FxHashMap<u64, Group>,
    /// The number of names of all these groups; it follows from them.
    names: usize,
}

impl Default for PeerGroups {
    fn default() -> Self {
        Self { parts: vec![PeerPart::default(); PEER_PARTS] }
    }
}

impl PeerGroups {
    /// Returns the number of the part that a group belongs to.
    pub(super) fn part_of(group: u64) -> usize {
        usize::try_from(group % PEER_PARTS as u64).expect("there are 16 parts")
    }

    pub(super) fn get(&self, group: u64) -> Option<&Group> {
        self.parts[Self::part_of(group)].groups.get(&group)
    }

    /// Adds the values of an event to a group.
    pub(super) fn add(&mut self, group: u64, values: &[Option<Value>; FLAT], weight: f64, limits: &PopulationLimits) {
        let part = &mut self.parts[Self::part_of(group)];
        let counts = part.groups.entry(group).or_default();
        let before = counts.names.len();
        counts.add(values, weight);
        part.names += counts.names.len() - before;
        part.keep_to(limits);
    }

    pub(super) fn part(&self, part: usize) -> &FxHashMap<u64, Group> {
        &self.parts[part].groups
    }

    /// Adds a group as it is, in place of the one with the same id.
    pub(super) fn insert(&mut self, id: u64, group: Group) {
        let part = &mut self.parts[Self::part_of(id)];
        part.names += group.names.len();
        if let Some(replaced) = part.groups.insert(id, group) {
            part.names -= replaced.names.len();
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &Group)> {
        self.parts.iter().flat_map(|part| &part.groups).map(|(id, group)| (*id, group))
    }
}

impl PeerPart {
    /// Drops the smallest groups if there are too many, and the rarest names if all groups have too many.
    fn keep_to(&mut self, limits: &PopulationLimits) {
        if self.groups.len() > limits.groups {
            let mut groups: Vec<(u64, Group)> = self.groups.drain().collect();
            keep_largest(&mut groups, reduced(limits.groups), |(id, group)| (group.rank(), *id));
            self.names = groups.iter().map(|(_, group)| group.names.len()).sum();
            self.groups = groups.into_iter().collect();
        }
        if self.names > limits.group_names {
            self.keep_commonest_names(reduced(limits.group_names));
        }
    }

    fn keep_commonest_names(&mut self, limit: usize) {
        let mut names: Vec<(u64, u64, f64)> = Vec::with_capacity(self.names);
        for (group, counts) in &mut self.groups {
            names.extend(std::mem::take(&mut counts.names).into_iter().map(|(name, count)| (*group, name, count)));
        }
        keep_largest(&mut names, limit, |(group, name, count)| (rank(*count), *name, *group));
        self.names = names.len();
        for (group, name, count) in names {
            self.groups.entry(group).or_default().names.insert(name, count);
        }
    }
}

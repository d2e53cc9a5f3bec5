//! What everybody does: the organisation, its peer groups, and the paths in use.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    calendar::days_since_epoch,
    family::{FLAT, FLAT_FAMILIES, Family, SLOTS},
    math::exp2,
    profile::{Fresh, Norm, Profile},
    values::{Path, Value},
};

/// Half-life of what peers and organisation do, in calendar days.
const HALF_LIFE_DAYS: f64 = 1000.0;

/// How much of older counts is left: the population's time.
#[derive(Debug, Clone, Copy)]
pub struct Fading(f64);

impl Fading {
    /// The population's time at a second of Unix time.
    pub fn at(second: i64) -> Self {
        Self(exp2(days_since_epoch(second) / HALF_LIFE_DAYS))
    }
}

/// Counts of the values of one group of people, fading; a value counts once a user and day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    slots: Vec<f64>,
    places: HashMap<u64, f64>,
    totals: [f64; FLAT],
}

impl Default for Group {
    fn default() -> Self {
        Self { slots: vec![0.0; SLOTS], places: HashMap::new(), totals: [0.0; FLAT] }
    }
}

impl Group {
    /// Returns the count of a value.
    pub fn count(&self, value: Value, fading: Fading) -> f64 {
        let count = match value {
            Value::Slot(slot) => self.slots[usize::from(slot)],
            Value::Place(place) => self.places.get(&place).copied().unwrap_or_default(),
        };
        count / fading.0
    }

    /// Returns the counts of a dense family's values, by number.
    pub fn counts(&self, family: Family, fading: Fading) -> impl Iterator<Item = (usize, f64)> {
        let spec = FLAT_FAMILIES[family.index()];
        let slots = &self.slots[spec.first_slot..spec.first_slot + spec.slots];
        slots.iter().enumerate().map(move |(number, count)| (number, count / fading.0))
    }

    /// Returns the count of a whole family.
    pub fn total(&self, family: Family, fading: Fading) -> f64 {
        self.totals[family.index()] / fading.0
    }

    fn add(&mut self, values: &[Option<Value>; FLAT], weight: f64) {
        for (total, value) in self.totals.iter_mut().zip(values) {
            let Some(value) = *value else { continue };
            *total += weight;
            match value {
                Value::Slot(slot) => self.slots[usize::from(slot)] += weight,
                Value::Place(place) => *self.places.entry(place).or_default() += weight,
            }
        }
    }
}

/// How often a part of a path is touched, and how many parts are known below it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Node {
    count: f64,
    children: u32,
}

/// Counts of all people, as they were at the end of the last epoch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Population {
    organisation: Group,
    peers: HashMap<u64, Group>,
    root: Node,
    nodes: HashMap<u64, Node>,
    norm: Norm,
}

/// What one event adds to the population at the end of its epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// The event's second.
    pub second: i64,
    /// The user's peer group.
    pub peer_group: Option<u64>,
    /// What the user had not done before on that day.
    pub fresh: Fresh,
    /// What the user's day that ended before the event teaches.
    pub lesson: Option<f64>,
}

impl Population {
    /// Returns the counts of everybody.
    pub fn organisation(&self) -> &Group {
        &self.organisation
    }

    /// Returns the counts of a peer group, if anybody was in it.
    pub fn peers(&self, group: Option<u64>) -> Option<&Group> {
        self.peers.get(&group?)
    }

    /// Returns the usual evidence of a user-day.
    pub fn norm(&self) -> &Norm {
        &self.norm
    }

    /// Returns how often a part of a path was touched; any path for none.
    pub fn node_count(&self, node: Option<u64>, fading: Fading) -> f64 {
        self.node(node).count / fading.0
    }

    /// Returns how many parts are known below a part of a path; the number of first parts for none.
    pub fn children(&self, node: Option<u64>) -> u32 {
        self.node(node).children
    }

    fn node(&self, node: Option<u64>) -> Node {
        node.map_or(self.root, |node| self.nodes.get(&node).copied().unwrap_or_default())
    }

    /// Adds what an event contributes.
    ///
    /// An epoch's contributions are added in the order of its events: sums of floating-point numbers
    /// depend on it.
    pub fn add(&mut self, contribution: &Contribution) {
        let weight = Fading::at(contribution.second).0;
        self.organisation.add(&contribution.fresh.values, weight);
        if let Some(group) = contribution.peer_group {
            self.peers.entry(group).or_default().add(&contribution.fresh.values, weight);
        }
        if let Some(path) = &contribution.fresh.path {
            self.add_path(path, weight);
        }
        if let Some(lesson) = contribution.lesson {
            self.norm = self.norm.after_user_day(lesson);
        }
    }

    /// Returns the population as bytes that [`Population::from_bytes`] reads back exactly.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("a population is plain data")
    }

    /// Reads a stored population; none where the bytes are not one's.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }

    /// Returns the part of the population that judges one user's events as the whole does: everybody's flat counts,
    /// those of the user's peers and of the largest other groups, the commonest nodes of the tree of paths, and those
    /// the user or the given `resource` goes through.
    ///
    /// An event on another resource is judged as if nobody had ever touched what is left out.
    #[must_use]
    pub fn extract(&self, profile: &Profile, resource: Option<&Path>) -> Self {
        let own_group = profile.peer_group().or(resource.map(Path::project));
        let of_resource = |node: u64| resource.is_some_and(|path| path.nodes().contains(&node));
        let peers = largest(&self.peers, EXTRACT_GROUPS, |group| group.totals[0], |id| Some(id) == own_group);
        let nodes =
            largest(&self.nodes, EXTRACT_NODES, |node| node.count, |id| profile.remembers(id) || of_resource(id));
        Self { organisation: self.organisation.clone(), peers, root: self.root, nodes, norm: self.norm }
    }

    fn add_path(&mut self, path: &Path, weight: f64) {
        self.root.count += weight;
        let mut above = None;
        for node in path.nodes() {
            if !self.nodes.contains_key(node) {
                let parent = above.map_or(&mut self.root, |above| self.nodes.entry(above).or_default());
                parent.children += 1;
            }
            self.nodes.entry(*node).or_default().count += weight;
            above = Some(*node);
        }
    }
}

/// Peer groups in an extract, besides the user's own.
const EXTRACT_GROUPS: usize = 50;
/// Nodes in an extract, besides the user's own.
const EXTRACT_NODES: usize = 2000;

/// Returns the `limit` largest entries and those that are `wanted`.
fn largest<T: Clone>(
    all: &HashMap<u64, T>,
    limit: usize,
    size: impl Fn(&T) -> f64,
    wanted: impl Fn(u64) -> bool,
) -> HashMap<u64, T> {
    let mut entries: Vec<_> = all.iter().collect();
    entries.sort_unstable_by(|(a_id, a), (b_id, b)| size(b).total_cmp(&size(a)).then(a_id.cmp(b_id)));
    let kept = entries.iter().enumerate().filter(|(rank, (id, _))| *rank < limit || wanted(**id));
    kept.map(|(_, (id, entry))| (**id, (*entry).clone())).collect()
}

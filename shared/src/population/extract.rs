//! The part of a population by which one user's events are scored in the browser.

use super::{PathNodes, PeerGroups, Population, limits::keep_largest};
use crate::{
    calendar::second_of,
    event::Event,
    families::Moment,
    profile::{Profile, given_group},
    service_account::is_service_account,
    value::Value,
    values::{Paths, Values},
};

/// The number of peer groups in an extract, besides the user's own.
const EXTRACT_GROUPS: usize = 50;
/// The number of nodes in an extract, besides the user's own.
const EXTRACT_NODES: usize = 2000;
/// The number of adopted values in an extract, besides the slots of all families and those of the event and the user.
const EXTRACT_ADOPTIONS: usize = 200;

impl Population {
    /// Returns the part of the population by which events like `event`, of the user with this `profile`, are scored as by
    /// the whole: everybody's flat counts, those of the user's peers and of the largest other groups, the commonest
    /// nodes of the trees, and the nodes that the user or the event's paths go through.
    ///
    /// An event on a path that was left out is scored as if no user had ever touched it.
    #[must_use]
    pub fn extract(&self, event: &Event, profile: &Profile) -> Self {
        let paths = Paths::of(event);
        let own_group = profile.peer_group_at(given_group(event, is_service_account(event)), &paths);
        let values = Values::of(&Moment { event, second: second_of(event.time), last: profile.last() });
        let is_wanted = |value: u64| {
            let is_given = values.0.iter().flatten().any(|given| given.key() == value);
            let is_slot = u16::try_from(value).is_ok(); // an hour, a device and the like, which another event may have
            is_given
                || is_slot
                || is_on(&paths, value)
                || profile.remembers(value)
                || profile.has_seen(Value::Name(value))
        };
        let mut core = self.core.clone();
        core.window = core.window.without_days();
        Self {
            core,
            peers: self.peers.largest(own_group),
            nodes: self.nodes.commonest(&paths, profile),
            adoptions: self.adoptions.extract(EXTRACT_ADOPTIONS, is_wanted),
            ..Self::default()
        }
    }
}

/// Returns whether a node lies on one of the paths.
fn is_on(paths: &Paths, node: u64) -> bool {
    paths.0.iter().flatten().any(|path| path.nodes().contains(&node))
}

impl PeerGroups {
    /// Returns the largest groups and the user's own.
    fn largest(&self, own: Option<u64>) -> Self {
        let mut largest: Vec<_> = self.iter().collect();
        keep_largest(&mut largest, EXTRACT_GROUPS, |(id, group)| (group.rank(), *id));
        let own = own.and_then(|own| Some((own, self.get(own)?)));
        let mut groups = Self::default();
        for (id, group) in largest.into_iter().chain(own) {
            groups.insert(id, group.clone());
        }
        groups
    }
}

impl PathNodes {
    /// Returns the commonest nodes, and those on these paths or on paths of the profile.
    fn commonest(&self, paths: &Paths, profile: &Profile) -> Self {
        let mut wanted = Self::default();
        let mut commonest = Vec::new();
        for (id, node) in self.parts().flatten() {
            if profile.remembers(*id) || is_on(paths, *id) {
                wanted.insert(*id, *node);
            }
        }
        for part in self.parts() {
            commonest.extend(part.iter().map(|(id, node)| (*id, *node)));
            keep_largest(&mut commonest, EXTRACT_NODES, |(id, node)| (node.rank(), *id));
        }
        for (id, node) in commonest {
            wanted.insert(id, node);
        }
        wanted
    }
}

//! The resources of a log, and the events on them.

use std::collections::HashMap;

use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;
use shared::event::Event;

use super::{
    event_log::EventLog,
    target::{Relation, Target},
};

/// The indices of the events on each resource, in order of time; resources are in order of their first event.
pub(super) struct ResourceIndex(Vec<Vec<usize>>);

/// The resources that an attacker can act on, in random order, each as the index of the last event on it before the
/// attack.
pub(super) struct ReachableResources {
    /// Resources that the victim has touched.
    pub(super) own: Vec<usize>,
    /// Resources that the victim has not touched: those of peers, or those that no peer has touched.
    pub(super) others: Vec<usize>,
}

impl ResourceIndex {
    /// Indexes the events of a log, which are in order of time.
    pub(super) fn of(events: &[Event]) -> Self {
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut touches: Vec<Vec<usize>> = Vec::new();
        for (at, event) in events.iter().enumerate() {
            let Some(resource) = event.resource.as_deref() else { continue };
            let number = *numbers.entry(resource).or_insert(touches.len());
            touches.resize_with(touches.len().max(number + 1), Vec::new);
            touches[number].push(at);
        }
        Self(touches)
    }

    /// Returns the resources known before the target's day; `relation` says whether those that the victim has not
    /// touched are those of peers.
    pub(super) fn reachable(
        &self,
        log: &EventLog,
        target: Target,
        relation: Relation,
        rng: &mut ChaCha8Rng,
    ) -> ReachableResources {
        let now = target.first_event();
        let is_peer = |owner: usize| log.users[owner].group == target.victim.group;
        let mut reachable = ReachableResources { own: Vec::new(), others: Vec::new() };
        for touches in self.0.iter().take_while(|touches| touches[0] < now) {
            let before = &touches[..touches.partition_point(|at| *at < now)];
            let example = before[before.len() - 1];
            let mut owners = before.iter().map(|at| log.owners[*at]);
            if owners.clone().any(|owner| owner == target.victim.number) {
                reachable.own.push(example);
            } else if owners.any(is_peer) == (relation == Relation::Same) {
                reachable.others.push(example);
            }
        }
        reachable.own.shuffle(rng);
        reachable.others.shuffle(rng);
        reachable
    }
}

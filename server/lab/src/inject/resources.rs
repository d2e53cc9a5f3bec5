//! The resources of a log, and who touched them when.

use std::collections::HashMap;

use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;
use shared::event::Event;

use super::{
    attack::{Relation, Scene},
    log::Log,
};

/// The places of the events on each resource, in order of time; resources are in the order in which they appeared.
pub(super) struct Resources(Vec<Vec<usize>>);

/// What an attacker could act on, in random order, by an example: the last event on it before the attack.
pub(super) struct Reach {
    /// Resources that the victim had touched.
    pub(super) own: Vec<usize>,
    /// Resources that the victim had not touched, but others of those the attacker turns to.
    pub(super) others: Vec<usize>,
}

impl Resources {
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

    /// Returns what could be acted on before the scene's day, others' resources being those of the victim's peers or
    /// those that no peer touched.
    pub(super) fn reach(&self, log: &Log, scene: Scene, relation: Relation, rng: &mut ChaCha8Rng) -> Reach {
        let now = scene.first_event();
        let is_peer = |owner: usize| log.people[owner].group == scene.victim.group;
        let mut reach = Reach { own: Vec::new(), others: Vec::new() };
        for touches in self.0.iter().take_while(|touches| touches[0] < now) {
            let before = &touches[..touches.partition_point(|at| *at < now)];
            let example = before[before.len() - 1];
            let mut owners = before.iter().map(|at| log.owners[*at]);
            if owners.clone().any(|owner| owner == scene.victim.number) {
                reach.own.push(example);
            } else if owners.any(is_peer) == (relation == Relation::Same) {
                reach.others.push(example);
            }
        }
        reach.own.shuffle(rng);
        reach.others.shuffle(rng);
        reach
    }
}

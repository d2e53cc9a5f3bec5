//! Choosing victims and donors, and building attacks.

use rand::{
    Rng as _,
    seq::{IndexedRandom as _, SliceRandom as _},
};
use rand_chacha::ChaCha8Rng;
use shared::{calendar::Day, event::Event};

use super::{
    event_log::{EventLog, UserHistory},
    plan::{AttackSizes, Injection, MIN_ACTIVE_DAYS},
    resources::{ReachableResources, ResourceIndex},
    target::{Relation, Target},
};
use crate::dataset::Label;

/// The changes that an attack makes to a log.
#[derive(Default)]
pub(super) struct LogChanges {
    /// The number of a second user whose events change.
    pub(super) partner: Option<usize>,
    /// Indices of the events that are removed.
    pub(super) removed: Vec<usize>,
    /// The events of the attack.
    pub(super) events: Vec<Event>,
    /// Unjudged events after the attack.
    pub(super) aftermath: Vec<Event>,
}

/// An attack with its label.
pub(super) struct LabelledAttack {
    pub(super) label: Label,
    pub(super) changes: LogChanges,
}

impl LabelledAttack {
    /// Returns the last day with an event of the attack.
    pub(super) fn last_day(&self) -> Option<Day> {
        self.changes.events.iter().map(Event::day).max()
    }
}

/// Builds attacks on the users of a log.
pub(super) struct Injector<'a> {
    pub(super) log: &'a EventLog,
    pub(super) sizes: AttackSizes,
    pub(super) rng: ChaCha8Rng,
    resources: ResourceIndex,
    /// Whether each user has been attacked.
    attacked: Vec<bool>,
}

impl<'a> Injector<'a> {
    pub(super) fn new(log: &'a EventLog, sizes: AttackSizes, rng: ChaCha8Rng) -> Self {
        let resources = ResourceIndex::of(&log.events);
        Self { log, sizes, rng, resources, attacked: vec![false; log.users.len()] }
    }

    /// Attacks a random user who has not been attacked yet, with the other relation if nobody fits the given one.
    pub(super) fn attack_somebody(
        &mut self,
        kind: Injection,
        relation: Relation,
        case: usize,
    ) -> Option<LabelledAttack> {
        for relation in [relation, relation.other()] {
            let mut victims = self.unharmed();
            victims.shuffle(&mut self.rng);
            for victim in victims {
                let first = victim.position(self.log.start).max(MIN_ACTIVE_DAYS);
                if first >= victim.days.len() {
                    continue;
                }
                let position = self.rng.random_range(first..victim.days.len());
                if let Some(attack) = self.attack(kind, victim, position, relation, case) {
                    return Some(attack);
                }
            }
        }
        None
    }

    /// Attacks a user from one of their active days on; `None` where that day or the lack of a donor does not allow it.
    pub(super) fn attack(
        &mut self,
        kind: Injection,
        victim: &'a UserHistory,
        position: usize,
        relation: Relation,
        case: usize,
    ) -> Option<LabelledAttack> {
        let target = Target { victim, position, relation };
        let changes = match kind {
            Injection::Takeover => self.takeover(target),
            Injection::IdentitySwap => self.identity_swap(target),
            Injection::TransientIntrusion => self.transient_intrusion(target),
            Injection::NewPlace => self.new_place(target),
            Injection::Burst => self.burst(target),
            Injection::BulkRead => self.bulk_read(target),
            Injection::MassDeletion => self.mass_deletion(target),
            Injection::Sharing => self.sharing(target),
        }?;
        for number in [victim.number].into_iter().chain(changes.partner) {
            self.attacked[number] = true;
        }
        Some(LabelledAttack { label: label(kind, case, relation), changes })
    }

    /// Chooses the user who acts under the victim's name: one of the target's relation with a sufficient history, still
    /// active after the log's start, who `fits`.
    pub(super) fn donor(&mut self, target: Target, fits: impl Fn(&UserHistory) -> bool) -> Option<&'a UserHistory> {
        let is_active = |user: &UserHistory| {
            user.days.len() >= MIN_ACTIVE_DAYS && user.days.last().is_some_and(|(day, _)| *day >= self.log.start)
        };
        let is_related = |user: &UserHistory| {
            user.number != target.victim.number
                && (user.group == target.victim.group) == (target.relation == Relation::Same)
        };
        let donors = self.log.users.iter().filter(|user| is_active(user) && is_related(user) && fits(user));
        donors.collect::<Vec<_>>().choose(&mut self.rng).copied()
    }

    /// Returns the users who have not been attacked.
    pub(super) fn unharmed(&self) -> Vec<&'a UserHistory> {
        self.log.users.iter().filter(|user| !self.attacked[user.number]).collect()
    }

    /// Returns the resources that an attacker can act on; see [`ResourceIndex::reachable`].
    pub(super) fn reachable(&mut self, target: Target, relation: Relation) -> ReachableResources {
        self.resources.reachable(self.log, target, relation, &mut self.rng)
    }
}

/// Returns the label of an attack; its case is named after the kind, the number and, where it matters, the relation.
fn label(kind: Injection, case: usize, relation: Relation) -> Label {
    let name = kind.name();
    let relation: &str = relation.into();
    let case = if kind.has_relation() { format!("{name}-{case:02}-{relation}") } else { format!("{name}-{case:02}") };
    Label::Attack { kind: name.into(), case: case.into() }
}

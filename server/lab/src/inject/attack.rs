//! Who is attacked, when, and by whom.

use rand::{
    Rng as _,
    seq::{IndexedRandom as _, SliceRandom as _},
};
use rand_chacha::ChaCha8Rng;
use shared::{calendar::Day, event::Event};
use strum::IntoStaticStr;

use super::{
    Injection, KNOWN_DAYS, Sizes,
    log::{Log, Person, day_of},
};
use crate::labelled::Label;

/// Whose days or resources an attack uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Relation {
    /// Those of the victim's peer group.
    Same,
    /// Those of others.
    Cross,
}

impl Relation {
    fn other(self) -> Self {
        if self == Self::Same { Self::Cross } else { Self::Same }
    }
}

/// Where an attack takes place.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) victim: &'a Person,
    /// Which of the victim's active days it is, the first from which the attack may begin.
    pub(super) position: usize,
    pub(super) relation: Relation,
}

impl<'a> Scene<'a> {
    pub(super) fn day(&self) -> Day {
        self.victim.days[self.position].0
    }

    /// Returns the places of the victim's own events of the day.
    pub(super) fn own_events(&self) -> &'a [usize] {
        &self.victim.days[self.position].1
    }

    pub(super) fn first_event(&self) -> usize {
        self.own_events()[0]
    }
}

/// What an attack does to a log.
#[derive(Default)]
pub(super) struct Attack {
    /// Whose stream changes, besides the victim's.
    pub(super) partner: Option<usize>,
    /// Places of the events that vanish.
    pub(super) removed: Vec<usize>,
    /// The attack's events.
    pub(super) events: Vec<Event>,
    /// Events after it that are not to be judged.
    pub(super) aftermath: Vec<Event>,
}

/// An attack under its name.
pub(super) struct Case {
    pub(super) label: Label,
    pub(super) attack: Attack,
}

impl Case {
    /// Returns the last day on which something of the attack happens.
    pub(super) fn last_day(&self) -> Option<Day> {
        self.attack.events.iter().map(day_of).max()
    }
}

/// Chooses people and makes attacks.
pub(super) struct Injector<'a> {
    pub(super) log: &'a Log,
    pub(super) sizes: Sizes,
    pub(super) rng: ChaCha8Rng,
    /// Who has been attacked.
    attacked: Vec<bool>,
}

impl<'a> Injector<'a> {
    pub(super) fn new(log: &'a Log, sizes: Sizes, rng: ChaCha8Rng) -> Self {
        Self { log, sizes, rng, attacked: vec![false; log.people.len()] }
    }

    /// Attacks somebody who has not been attacked yet, if anybody fits; in a case of the other relation if need be.
    pub(super) fn attack_somebody(&mut self, kind: Injection, relation: Relation, case: usize) -> Option<Case> {
        for relation in [relation, relation.other()] {
            let mut victims = self.unharmed();
            victims.shuffle(&mut self.rng);
            for victim in victims {
                let first = victim.position(self.log.start).max(KNOWN_DAYS);
                if first >= victim.days.len() {
                    continue;
                }
                let position = self.rng.random_range(first..victim.days.len());
                if let Some(case) = self.attack(kind, victim, position, relation, case) {
                    return Some(case);
                }
            }
        }
        None
    }

    /// Attacks a person from one of their active days on, if that day and another person allow it.
    pub(super) fn attack(
        &mut self,
        kind: Injection,
        victim: &'a Person,
        position: usize,
        relation: Relation,
        case: usize,
    ) -> Option<Case> {
        let scene = Scene { victim, position, relation };
        let attack = match kind {
            Injection::Takeover => self.takeover(scene),
            Injection::Switch => self.switch(scene),
            Injection::Visit => self.visit(scene),
            Injection::NewPlace => self.new_place(scene),
            Injection::Burst => self.burst(scene),
            Injection::BulkRead => self.bulk_read(scene),
            Injection::MassDeletion => self.mass_deletion(scene),
            Injection::Sharing => self.sharing(scene),
        }?;
        for number in [victim.number].into_iter().chain(attack.partner) {
            self.attacked[number] = true;
        }
        let relation: &str = relation.into();
        let case = if kind.has_relation() {
            format!("{}-{case:02}-{relation}", kind.name())
        } else {
            format!("{}-{case:02}", kind.name())
        };
        Some(Case { label: Label::Attack { kind: kind.name().into(), case: case.into() }, attack })
    }

    /// Chooses who acts in the victim's name: somebody who was active long enough, and still is, and `fits`.
    pub(super) fn donor(&mut self, scene: Scene, fits: impl Fn(&Person) -> bool) -> Option<&'a Person> {
        let is_active = |person: &Person| {
            person.days.len() >= KNOWN_DAYS && person.days.last().is_some_and(|(day, _)| *day >= self.log.start)
        };
        let is_related = |person: &Person| {
            person.number != scene.victim.number
                && (person.group == scene.victim.group) == (scene.relation == Relation::Same)
        };
        let donors = self.log.people.iter().filter(|person| is_active(person) && is_related(person) && fits(person));
        donors.collect::<Vec<_>>().choose(&mut self.rng).copied()
    }

    /// Returns who has not been attacked.
    pub(super) fn unharmed(&self) -> Vec<&'a Person> {
        self.log.people.iter().filter(|person| !self.attacked[person.number]).collect()
    }
}

impl Injection {
    /// Tells whether such an attack uses either a peer's days or resources, or somebody else's.
    fn has_relation(self) -> bool {
        !matches!(self, Self::Burst | Self::MassDeletion | Self::Sharing)
    }
}

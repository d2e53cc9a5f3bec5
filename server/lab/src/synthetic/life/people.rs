//! Situations of single people.

use std::ops::Range;

use rand::{Rng as _, seq::SliceRandom as _};
use rand_chacha::ChaCha8Rng;
use strum::VariantArray as _;

use super::{
    super::{
        access::{handheld, new_computer},
        cities::{City, EXITS, OFFICES, address, elsewhere},
        departments::DEPARTMENTS,
        organisation::{Person, another_job},
        plan::OrganisationPlan,
        resources::WorkingSet,
    },
    SETTLING_DAYS, beginnings,
    change::{Change, Effect},
    habit_beginning,
    kind::{Scope, SituationKind},
    stream,
};

/// Plans the situations of every person; programs have none.
pub(super) fn plan_all(people: &mut [Person], plan: &OrganisationPlan) {
    let kinds = || SituationKind::VARIANTS.iter().filter(|kind| kind.scope() == Scope::Person);
    for person in people.iter_mut().filter(|person| !person.is_service()) {
        for kind in kinds() {
            for change in changes(*kind, person, plan) {
                person.life.add(change);
            }
        }
    }
}

/// Returns a person's changes of a kind.
fn changes(kind: SituationKind, person: &Person, plan: &OrganisationPlan) -> Vec<Change> {
    let rate = plan.life.of(kind);
    if rate <= 0.0 {
        return Vec::new();
    }
    let mut rng = stream(kind, person, plan);
    let rng = &mut rng;
    match kind {
        SituationKind::MobileHabit
        | SituationKind::EgressHabit
        | SituationKind::SharedMachine
        | SituationKind::NewHours
        | SituationKind::OnCall => {
            let begins = habit_beginning(rate, plan, rng);
            let habit = begins.and_then(|day| Some(Change::staying(kind, day, habit(kind, person, rng)?)));
            habit.into_iter().collect()
        }
        SituationKind::Joining => {
            let joins = beginnings(rate, plan, rng).into_iter().next();
            joins.map(|day| absence(kind, 0..day, day..day + SETTLING_DAYS)).into_iter().collect()
        }
        SituationKind::Leaving => {
            let leaves = beginnings(rate, plan, rng).pop().filter(|day| !person.life.is_absent(*day));
            leaves.map(|day| absence(kind, day..u32::MAX, day - SETTLING_DAYS..day)).into_iter().collect()
        }
        _ => beginnings(rate, plan, rng).into_iter().map(|day| change(kind, day, person, rng)).collect(),
    }
}

/// Returns a change of absence, with the days that count as a situation before or after it.
fn absence(kind: SituationKind, days: Range<u32>, situation: Range<u32>) -> Change {
    Change { kind, days, effect: Effect::Absence, situation }
}

/// Draws what a habit changes; none for people who cannot have it.
fn habit(kind: SituationKind, person: &Person, rng: &mut ChaCha8Rng) -> Option<Effect> {
    let is_technical = DEPARTMENTS[person.job(0).department].is_technical;
    match kind {
        SituationKind::MobileHabit if person.lives_elsewhere().is_none() => {
            Some(Effect::Mobile(rng.random_range(0.3..0.9)))
        }
        SituationKind::EgressHabit => {
            Some(Effect::Egress { share: rng.random_range(0.4..0.95), exits: three_exits(rng) })
        }
        SituationKind::SharedMachine => Some(Effect::SharedMachine),
        SituationKind::NewHours => Some(Effect::Later(rng.random_range(2.0..5.5))),
        SituationKind::OnCall if is_technical => Some(Effect::OnCall),
        _ => None,
    }
}

/// Draws three different exits of an egress service.
pub(super) fn three_exits(rng: &mut ChaCha8Rng) -> [City; 3] {
    let mut exits = EXITS;
    exits.shuffle(rng);
    let [first, second, third, ..] = exits;
    [first, second, third]
}

/// Draws a change that begins on a day.
fn change(kind: SituationKind, day: u32, person: &Person, rng: &mut ChaCha8Rng) -> Change {
    let office = &OFFICES[person.office];
    let staying = |effect| Change::staying(kind, day, effect);
    match kind {
        SituationKind::NewHome => {
            let provider = office.providers[usize::from(rng.random_bool(0.5))];
            let network = person.lives_elsewhere().map_or(provider, |city| city.carrier);
            staying(Effect::Home(address(network, rng)))
        }
        SituationKind::NewTeam => staying(Effect::Job(another_job(person.job(day).department, rng))),
        SituationKind::NewProject => staying(Effect::Projects(WorkingSet::new(person.job(day).department, rng))),
        SituationKind::Travel => stay(kind, day, rng.random_range(1..6), rng),
        SituationKind::LongStay => stay(kind, day, rng.random_range(14..57), rng),
        SituationKind::Return => {
            let back = day + rng.random_range(14..46);
            absence(kind, day..back, back..back + SETTLING_DAYS)
        }
        SituationKind::Deadline => Change::passing(kind, day..day + rng.random_range(6..13), Effect::Overtime),
        _ if rng.random_bool(0.35) => staying(Effect::Handheld(handheld(rng))),
        _ => staying(Effect::Computer(new_computer(rng))),
    }
}

/// Draws a stay in another city.
fn stay(kind: SituationKind, day: u32, days: u32, rng: &mut ChaCha8Rng) -> Change {
    let city = elsewhere(rng);
    Change::passing(kind, day..day + days, Effect::Stay { city, address: address(city.carrier, rng) })
}

//! Ordinary life: honest changes in the circumstances of people and of the organisation, as a detector meets them.
//!
//! A situation, such as a new home network or an office that moves, changes the events of the people concerned from a
//! day on or for some days. It changes nothing else: the rest of the log is the one that the seed gives without it.

mod account;
mod attacks;
mod calendar;
mod change;
mod extra_work;
mod kind;
mod organisation;
mod people;
mod rates;
mod situation;

pub use self::{
    kind::{Scope, SituationKind},
    rates::{InvalidLife, LifeRates},
    situation::{Situation, write_csv as write_situations},
};

pub(super) use self::{change::Life, situation::all as situations};

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

use super::{
    organisation::{Organisation, Person},
    plan::OrganisationPlan,
    random::whole,
};

/// The first days, in which nothing changes: nobody has habits yet that a change could be told from.
const SETTLED_DAYS: u32 = 28;
/// Days for which a change that stays counts as a situation.
const SETTLING_DAYS: u32 = 14;
/// The stream of random choices of sessions.
pub(super) const SESSIONS: u64 = 1002;
/// The stream of random choices of extra work.
pub(super) const EXTRA_WORK: u64 = 1003;
/// The days of a year.
const YEAR: f64 = 365.0;

/// Plans the situations of an organisation, and puts a share of the attacks on days of them.
pub(super) fn plan_life(organisation: &mut Organisation, plan: &OrganisationPlan) {
    if plan.life == LifeRates::NONE {
        return; // nothing to put attacks into either
    }
    people::plan_all(&mut organisation.people, plan);
    organisation::plan_all(&mut organisation.people, plan);
    for person in &mut organisation.people {
        person.life.sort();
    }
    attacks::put_into_situations(&mut organisation.people, plan);
}

/// Draws the days on which something begins that happens at a yearly rate; their number differs by less than 1 from
/// the expected one.
fn beginnings(rate: f64, plan: &OrganisationPlan, rng: &mut ChaCha8Rng) -> Vec<u32> {
    let days = plan.days.saturating_sub(SETTLED_DAYS);
    let count = whole(rate * f64::from(days) / YEAR + rng.random_range(0.0..1.0));
    if days == 0 {
        return Vec::new();
    }
    let mut beginnings: Vec<u32> = (0..count).map(|_| rng.random_range(SETTLED_DAYS..plan.days)).collect();
    beginnings.sort_unstable();
    beginnings
}

/// Draws the day on which a habit begins that people take up at a yearly rate and then keep; 0 for one that is older
/// than the log.
fn habit_beginning(rate: f64, plan: &OrganisationPlan, rng: &mut ChaCha8Rng) -> Option<u32> {
    let days = plan.days.saturating_sub(SETTLED_DAYS);
    let since = rng.random_range(-YEAR..f64::from(days).max(1.0));
    let takes_it_up = rng.random_bool((rate * (YEAR + f64::from(days)) / YEAR).min(1.0));
    takes_it_up.then(|| if since < 0.0 { 0 } else { SETTLED_DAYS + whole(since) })
}

/// Returns the person's stream of random choices for a kind of situation.
fn stream(kind: SituationKind, person: &Person, plan: &OrganisationPlan) -> ChaCha8Rng {
    plan.life_stream(kind as u64, person.number)
}

//! A made-up organisation and what its people do, with attacks whose every trait has harmless look-alikes.
//!
//! A detector that is to be trusted must be tried where it is known what happened. Nothing here is a giveaway: people
//! mistype passwords, travel, work at night, move gigabytes and clean up folders; attackers also just look around.

mod attack;
mod cloudtrail;
mod daily;
mod departments;
mod diary;
mod organisation;
mod places;
mod random;
mod resources;
mod scene;

pub use attack::Attack;
pub use cloudtrail::write as write_cloudtrail;

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use self::{
    diary::{DAY, Diary},
    organisation::{Organisation, Person},
};
use crate::{
    labelled::{Label, Labelled},
    places::places,
};

/// What world to make.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many users there are, service accounts among them.
    pub users: u32,
    /// How many days pass.
    pub days: u32,
    /// When the first day begins: midnight UTC.
    pub start: Timestamp,
    /// Kinds of attack, taken in turn.
    pub attacks: Vec<Attack>,
    /// How many attacks there are for each user in a hundred days; nobody is attacked twice.
    pub rate: f64,
    /// What everything depends on.
    pub seed: u64,
}

/// Makes the events of a world, in order of time.
pub fn generate(plan: &Plan) -> Vec<Labelled> {
    let organisation = Organisation::new(plan);
    let lives: Vec<_> = organisation.people.par_iter().map(|person| life(&organisation, person, plan)).collect();
    let mut rows: Vec<Labelled> = lives.into_iter().flatten().collect();
    rows.sort_by_key(|row| row.event.time);
    finish(&mut rows);
    rows
}

/// Returns what happens in a person's account, whoever acts.
fn life(organisation: &Organisation, person: &Person, plan: &Plan) -> Vec<Labelled> {
    let mut rng = stream(plan.seed, 1 + u64::from(person.number));
    let mut diary = Diary::new(organisation, person, plan, &mut rng);
    for day in 0..plan.days {
        diary.day(day, &mut rng);
    }
    if let Some(strike) = person.strike.filter(|strike| diary.begins_before(strike.day)) {
        attack::attack(strike, &mut diary, &mut rng);
    }
    let end = time(plan, f64::from(plan.days) * DAY);
    diary.rows.retain(|row| row.event.time < end);
    diary.rows
}

/// Returns a stream of random numbers of its own.
fn stream(seed: u64, number: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number);
    rng
}

/// Returns the time some seconds after the world began, to the millisecond.
fn time(plan: &Plan, seconds: f64) -> Timestamp {
    let elapsed = SignedDuration::from_secs_f64(seconds).as_millis();
    let elapsed = SignedDuration::from_millis(i64::try_from(elapsed).unwrap_or(i64::MAX));
    plan.start.checked_add(elapsed).unwrap_or(Timestamp::MAX)
}

/// Gives every event its number as an id, and says where it was and whether the place differs from the user's last.
fn finish(rows: &mut [Labelled]) {
    let mut last: HashMap<Box<str>, Box<str>> = HashMap::new();
    for (number, Labelled { event, .. }) in rows.iter_mut().enumerate() {
        event.sender_id = Some(format!("e{number:07}").into());
        let here = event.location.as_deref().unwrap_or_default();
        event.coordinates = places().coordinates(here);
        event.location_change = Some(match last.get_mut(event.user.as_str()) {
            None => {
                last.insert(event.user.as_str().into(), here.into());
                false
            }
            Some(before) if **before == *here => false,
            Some(before) => {
                *before = here.into();
                true
            }
        });
    }
}

/// How many events there are to try a batch with, and how many of them are attacks'.
const BATCH: usize = 50;
const BATCH_ATTACKS: usize = 8;

/// Returns a few events of a world, some of them attacks', in order of time.
pub fn test_batch(rows: &[Labelled]) -> Vec<Labelled> {
    let is_attack = |row: &&Labelled| matches!(row.label, Label::Attack { .. });
    let (attacks, benign): (Vec<&Labelled>, Vec<&Labelled>) = rows.iter().partition(is_attack);
    let spread = |rows: &[&Labelled], count: usize| {
        let step = (rows.len() / count).max(1);
        rows.iter().step_by(step).take(count).map(|row| (*row).clone()).collect::<Vec<_>>()
    };
    let mut batch = spread(&attacks, BATCH_ATTACKS);
    batch.extend(spread(&benign, BATCH - batch.len()));
    batch.sort_by_key(|row| row.event.time);
    batch
}

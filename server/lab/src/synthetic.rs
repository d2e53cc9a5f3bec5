//! Labelled logs of made-up organisations, whose attacks have harmless look-alikes for every single trait.
//!
//! No feature alone gives an attack away: people mistype passwords, travel, work at night, move gigabytes and clean up
//! folders, and attackers also just look around.

mod access;
mod account_log;
mod attack;
mod cities;
mod cloudtrail;
mod daily;
mod departments;
mod life;
mod organisation;
mod plan;
mod planned_attack;
mod random;
mod resources;

pub use cloudtrail::write as write_cloudtrail;
pub use life::{InvalidLife, LifeRates, Scope, Situation, SituationKind, write_situations};
pub use plan::OrganisationPlan;
pub use planned_attack::AttackKind;

use std::collections::HashMap;

use rayon::prelude::*;

use self::{
    account_log::{AccountLog, DAY},
    organisation::{Organisation, Person},
};
use crate::{dataset::LabelledEvent, place_tables::places};

/// Generates the events of a made-up organisation, in order of time.
pub fn generate(plan: &OrganisationPlan) -> Vec<LabelledEvent> {
    let organisation = organisation(plan);
    let accounts: Vec<_> =
        organisation.people.par_iter().map(|person| simulate_account(&organisation, person, plan)).collect();
    let mut rows: Vec<LabelledEvent> = accounts.into_iter().flatten().collect();
    rows.sort_by_key(|row| row.event.time);
    complete(&mut rows);
    rows
}

/// Lists the situations of a made-up organisation, by user and kind.
pub fn situations(plan: &OrganisationPlan) -> Vec<Situation> {
    life::situations(&organisation(plan), plan)
}

fn organisation(plan: &OrganisationPlan) -> Organisation {
    let mut organisation = Organisation::new(plan);
    life::plan_life(&mut organisation, plan);
    organisation
}

/// Returns the events of a person's account, those of an attack on it included.
fn simulate_account(organisation: &Organisation, person: &Person, plan: &OrganisationPlan) -> Vec<LabelledEvent> {
    let mut rng = plan.random_stream(1 + u64::from(person.number));
    let mut extra_rng = plan.life_stream(life::EXTRA_WORK, person.number);
    let mut log = AccountLog::new(organisation, person, plan, &mut rng);
    for day in 0..plan.days {
        let before = log.rows.len();
        log.simulate_day(day, &mut rng);
        if person.life.is_absent(day) {
            log.rows.truncate(before); // simulated all the same, so that an absence changes no other day
        } else {
            log.extra_work(&mut extra_rng);
        }
    }
    if let Some(planned) = person.planned_attack.filter(|planned| log.begins_before(planned.day)) {
        attack::carry_out(planned, &mut log, &mut rng);
    }
    let end = plan.time(f64::from(plan.days) * DAY);
    log.rows.retain(|row| row.event.time < end);
    log.rows
}

/// Sets the id, the coordinates and `location_change` of each event; `rows` are in order of time.
fn complete(rows: &mut [LabelledEvent]) {
    let mut last: HashMap<Box<str>, Box<str>> = HashMap::new();
    for (number, LabelledEvent { event, .. }) in rows.iter_mut().enumerate() {
        event.event_id = Some(format!("e{number:07}").into());
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

/// Number of events of a test batch.
const BATCH: usize = 50;
/// Number of events of attacks in a test batch.
const BATCH_ATTACKS: usize = 8;

/// Returns a small batch of events, some of them of attacks, in order of time.
pub fn test_batch(rows: &[LabelledEvent]) -> Vec<LabelledEvent> {
    let (attacks, benign): (Vec<&LabelledEvent>, Vec<&LabelledEvent>) = rows.iter().partition(|row| row.is_attack());
    let mut batch = spread(&attacks, BATCH_ATTACKS);
    batch.extend(spread(&benign, BATCH - batch.len()));
    batch.sort_by_key(|row| row.event.time);
    batch
}

/// Returns `count` of the rows at equal distances, or all where there are fewer.
fn spread(rows: &[&LabelledEvent], count: usize) -> Vec<LabelledEvent> {
    let step = (rows.len() / count).max(1);
    rows.iter().step_by(step).take(count).map(|row| (*row).clone()).collect()
}

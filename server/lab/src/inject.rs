//! Attacks injected into a real log, to evaluate detectors and to train them where no attack has been labelled.
//!
//! As little as possible is invented. Attacks consist of days of other users or of acts on resources of the log; only
//! the account under which they run and the number of acts are changed. Fields that the log does not have are missing
//! in attacks too.

mod attack;
mod event_log;
mod identity;
mod mass;
mod merge;
mod plan;
mod resources;
mod target;

pub use plan::{AttackSizes, Injection, InjectionPlan, MIN_ACTIVE_DAYS};

use std::{collections::HashSet, ops::Range};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use shared::{calendar::Day, event::Event};

use self::{
    attack::{Injector, LabelledAttack},
    event_log::EventLog,
    target::Relation,
};
use crate::{
    boundary::boundary_day,
    dataset::{Label, LabelledEvent},
};

/// Active days between two attacks on one user in a training stream.
const TRAINING_DISTANCE: Range<usize> = 24..56;

/// No attack could be injected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "nobody in the log can be attacked: it takes people with {MIN_ACTIVE_DAYS} active days, and others to act in their name"
)]
pub struct NobodyFits;

/// Injects attacks into a log whose own events are all taken to be benign.
///
/// Each user is attacked at most once. The days and resources used are alternately those of a peer and of somebody
/// else. A log with too few users of sufficient history gets fewer attacks than planned.
pub fn inject(events: Vec<Event>, plan: &InjectionPlan) -> Result<Vec<LabelledEvent>, NobodyFits> {
    let start = boundary_day(&events, plan.after);
    let log = EventLog::new(events, start);
    let mut injector = Injector::new(&log, plan.sizes.clone(), ChaCha8Rng::seed_from_u64(plan.seed));
    let mut attacks = Vec::new();
    for case in 0..plan.cases {
        let relation = if case % 2 == 0 { Relation::Same } else { Relation::Cross };
        attacks.extend(plan.kinds.iter().filter_map(|kind| injector.attack_somebody(*kind, relation, case)));
    }
    if attacks.is_empty() { Err(NobodyFits) } else { Ok(merge::merge(&log, attacks)) }
}

/// Returns the number of attacks of a kind in `rows`.
pub fn placed(kind: Injection, rows: &[LabelledEvent]) -> usize {
    let cases = rows.iter().filter_map(|row| match &row.label {
        Label::Attack { kind: name, case } if **name == *kind.name() => Some(case),
        _ => None,
    });
    cases.collect::<HashSet<_>>().len()
}

/// Injects takeovers and transient intrusions into the events before the day `before`, repeatedly for every user with a
/// sufficient history: the examples from which the weights of the evidence are learnt.
pub fn for_training(events: &[Event], before: Day, seed: u64) -> Vec<LabelledEvent> {
    let earlier = events.iter().filter(|event| event.day() < before);
    let log = EventLog::new(earlier.cloned().collect(), Day(i32::MIN));
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut injector = Injector::new(&log, AttackSizes::USUAL, ChaCha8Rng::seed_from_u64(rng.random()));
    let mut attacks = Vec::new();
    for victim in &log.users {
        let mut position = MIN_ACTIVE_DAYS + rng.random_range(0..TRAINING_DISTANCE.end);
        while position < victim.days.len() {
            let kind = if rng.random_bool(0.6) { Injection::Takeover } else { Injection::TransientIntrusion };
            let relation = if rng.random_bool(0.5) { Relation::Same } else { Relation::Cross };
            let attack = injector.attack(kind, victim, position, relation, attacks.len());
            let end = attack.as_ref().and_then(LabelledAttack::last_day).unwrap_or(victim.days[position].0);
            attacks.extend(attack);
            position = victim.days.partition_point(|(day, _)| *day <= end) + rng.random_range(TRAINING_DISTANCE);
        }
    }
    merge::merge(&log, attacks)
}

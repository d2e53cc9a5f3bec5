//! Attacks in a real log: what a detector can be tested with, and learn from, where nobody has labelled anything.
//!
//! Nothing about an attack is invented but whose name it runs under, or how much is done: days are other people's,
//! acts are on resources of the log, and what the log does not say of its events no attack says of its own.

mod attack;
mod identity;
mod log;
mod mass;
mod merge;
mod resources;

use std::{collections::HashSet, ops::Range};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use shared::{
    calendar::{Day, second_of},
    event::Event,
};
use strum::{EnumString, IntoStaticStr, VariantArray};

use self::{
    attack::{Case, Injector, Relation},
    log::Log,
};
use crate::labelled::{Label, Labelled};

/// A kind of attack that can be put into a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Injection {
    /// Some of a user's days are replaced by two to seven active days of another person.
    Takeover,
    /// Two users go on under each other's names; the first seven active days of each are judged.
    Switch,
    /// One or two busy days of another person are added to a user's own.
    Visit,
    /// A day like a user's own, from a place, an address and a program of somebody else's.
    NewPlace,
    /// A user's own kind of act, at many times their usual rate, within minutes.
    Burst,
    /// Many resources read that the user never touched.
    BulkRead,
    /// Many resources deleted, the user's own and their peers'.
    MassDeletion,
    /// Many resources shared, the user's own and their peers'.
    Sharing,
}

impl Injection {
    /// Returns the name used for `anomaly_type` and on the command line.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A user is attacked only after so many active days: before, nobody could tell.
pub const KNOWN_DAYS: usize = 20;
/// How far apart two attacks on one person are in a training stream, in active days: as far as this, a little less or
/// a little more.
const TRAINING_DISTANCE: Range<usize> = 24..56;

/// What is to be put into a log.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Kinds of attack, taken in turn.
    pub kinds: Vec<Injection>,
    /// How many attacks of each kind.
    pub cases: usize,
    /// The share of the log's user-days that comes before the first attack.
    pub after: f64,
    /// How large mass changes are.
    pub sizes: Sizes,
    /// What the choice of people, days and resources depends on.
    pub seed: u64,
}

/// How large mass changes are: any size between the bounds, evenly by its logarithm.
#[derive(Debug, Clone, PartialEq)]
pub struct Sizes {
    /// Resources that are read, deleted or shared a day.
    pub resources: Range<f64>,
    /// How many times the usual acts of a day a burst has.
    pub burst: Range<f64>,
}

impl Sizes {
    /// Sizes of somebody in a hurry.
    pub const USUAL: Self = Self { resources: 15.0..120.0, burst: 10.0..40.0 };
    /// Sizes of somebody who does not want to be noticed.
    pub const WEAK: Self = Self { resources: 4.0..15.0, burst: 3.0..10.0 };
}

/// No attack could be put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "nobody in the log can be attacked: it takes people with {KNOWN_DAYS} active days, and others to act in their name"
)]
pub struct NobodyFits;

/// Puts attacks into a log, of which every event is taken to be benign.
///
/// Each person is attacked once at most, and the days and resources are by turns those of a peer and of somebody else.
/// A log with too few people who were active long enough gets fewer attacks than planned.
pub fn inject(events: Vec<Event>, plan: &Plan) -> Result<Vec<Labelled>, NobodyFits> {
    let start = log::day_after(&events, plan.after);
    let log = Log::new(events, start);
    let mut injector = Injector::new(&log, plan.sizes.clone(), ChaCha8Rng::seed_from_u64(plan.seed));
    let mut attacks = Vec::new();
    for case in 0..plan.cases {
        let relation = if case % 2 == 0 { Relation::Same } else { Relation::Cross };
        attacks.extend(plan.kinds.iter().filter_map(|kind| injector.attack_somebody(*kind, relation, case)));
    }
    if attacks.is_empty() { Err(NobodyFits) } else { Ok(merge::merge(&log, attacks)) }
}

/// Returns how many attacks of a kind there are among `rows`.
pub fn placed(kind: Injection, rows: &[Labelled]) -> usize {
    let cases = rows.iter().filter_map(|row| match &row.label {
        Label::Attack { kind: name, case } if **name == *kind.name() => Some(case),
        _ => None,
    });
    cases.collect::<HashSet<_>>().len()
}

/// Puts takeovers and visits into every person's days before `before`, again and again: what the weights of evidence
/// are learnt from.
pub fn for_training(events: &[Event], before: Day, seed: u64) -> Vec<Labelled> {
    let earlier = events.iter().filter(|event| Day::of(second_of(event.time)) < before);
    let log = Log::new(earlier.cloned().collect(), Day(i32::MIN));
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut injector = Injector::new(&log, Sizes::USUAL, ChaCha8Rng::seed_from_u64(rng.random()));
    let mut attacks = Vec::new();
    for victim in &log.people {
        let mut position = KNOWN_DAYS + rng.random_range(0..TRAINING_DISTANCE.end);
        while position < victim.days.len() {
            let kind = if rng.random_bool(0.6) { Injection::Takeover } else { Injection::Visit };
            let relation = if rng.random_bool(0.5) { Relation::Same } else { Relation::Cross };
            let attack = injector.attack(kind, victim, position, relation, attacks.len());
            let end = attack.as_ref().and_then(Case::last_day).unwrap_or(victim.days[position].0);
            attacks.extend(attack);
            position = victim.days.partition_point(|(day, _)| *day <= end) + rng.random_range(TRAINING_DISTANCE);
        }
    }
    merge::merge(&log, attacks)
}

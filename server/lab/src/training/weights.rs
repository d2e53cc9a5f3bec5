//! Learning how much each part of the evidence counts, from attacks put into an organisation's own history.

use std::{collections::BTreeMap, sync::Arc};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use shared::{
    calendar::Day,
    detector::{Detector, WARM_DAYS},
    event::{Event, UserId},
    family::{FAMILIES, Family},
    logistic::{self, Example},
    model::{INPUTS, Model, Weights},
    population::EPOCH,
    profile::Limits,
};

use super::day_of;
use crate::{
    inject,
    labelled::{Label, Labelled},
};

/// How many streams with attacks are made of the history.
const STREAMS: u64 = 4;

/// Learns weights from the part of a log before a day, in which nothing is taken to be hostile.
///
/// Into the history are put days of other people, and the weights are those by which these are told best. What the log
/// does not say keeps the weights set by hand; families `without` which it is to be done count for nothing.
pub(super) fn learn(events: &[Event], before: Day, without: &[Family]) -> Weights {
    let streams = (0..STREAMS).into_par_iter();
    let mut examples: Vec<_> =
        streams.flat_map_iter(|seed| examples(&inject::for_training(events, before, seed), seed)).collect();
    for input in without.iter().flat_map(|family| [family.index(), FAMILIES + family.index()]) {
        for example in &mut examples {
            example.inputs[input] = 0.0;
        }
    }
    let prior = Weights::UNTRAINED.without(without).coefficients();
    Weights::of_coefficients(&logistic::fit(&examples, &prior))
}

/// One user's day: what the evidence was made of at each event, and whether the event was an attack's.
type Moments = Vec<([f64; INPUTS], bool)>;

/// Returns the end of each day of a known user, and one moment within it, as far as the day was already what it became.
fn examples(rows: &[Labelled], seed: u64) -> Vec<Example<INPUTS>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut examples = Vec::new();
    for days in moments(rows).into_values() {
        for moments in days.into_values().skip(WARM_DAYS as usize) {
            let is_attack = moments.iter().any(|(_, is_attack)| *is_attack);
            for at in [moments.len() - 1, rng.random_range(0..moments.len())] {
                if moments[..=at].iter().any(|(_, is_attack)| *is_attack) == is_attack {
                    examples.push(Example { inputs: moments[at].0, is_attack });
                }
            }
        }
    }
    examples
}

fn moments(rows: &[Labelled]) -> BTreeMap<&UserId, BTreeMap<Day, Moments>> {
    let mut detector = Detector::new(Arc::new(Model::uncalibrated(Weights::UNTRAINED)), Limits::PRODUCT);
    let mut users: BTreeMap<&UserId, BTreeMap<Day, Moments>> = BTreeMap::new();
    for epoch in rows.chunks(EPOCH) {
        let events: Vec<Event> = epoch.iter().map(|row| row.event.clone()).collect();
        for (row, scored) in epoch.iter().zip(detector.observe(&events, EPOCH)) {
            let day = users.entry(&row.event.user).or_default().entry(day_of(&row.event)).or_default();
            day.push((scored.assessment.inputs, row.label != Label::Benign));
        }
    }
    users
}

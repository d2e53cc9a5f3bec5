//! Learning the weights of the evidence from attacks injected into an organisation's own history.

use std::{collections::BTreeMap, sync::Arc};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use shared::{
    calendar::Day,
    engine::InMemoryEngine,
    event::{Event, UserId},
    families::{FAMILIES, Family},
    inputs::IDENTITY_INPUTS,
    logistic::{self, Example},
    model::{Model, Weights},
    population::EPOCH,
    profile::{Limits, WARM_UP_DAYS},
};

use crate::{
    dataset::{Label, LabelledEvent},
    inject,
};

/// Number of streams with injected attacks that are made of the history.
const STREAMS: u64 = 4;

/// Learns weights from the events before the day `before`, all of which are taken to be benign.
///
/// The weights are those that best separate injected days of other users from a user's own, by logistic regression. Its
/// prior mean are the weights set by hand, which evidence that the log does not have keeps. The weights of the families
/// in `without` are zero.
pub(super) fn learn(events: &[Event], before: Day, without: &[Family]) -> Weights {
    let streams = (0..STREAMS).into_par_iter();
    let mut examples: Vec<_> =
        streams.flat_map_iter(|seed| examples(&inject::for_training(events, before, seed), seed)).collect();
    for input in without.iter().flat_map(|family| [family.index(), FAMILIES + family.index()]) {
        for example in &mut examples {
            example.inputs[input] = 0.0;
        }
    }
    let prior = Weights::untrained().without(without).coefficients();
    Weights::of_coefficients(&logistic::fit(&examples, &prior))
}

/// The events of a user-day: the inputs of the evidence at each event, and whether the event belongs to an attack.
type Moments = Vec<([f64; IDENTITY_INPUTS], bool)>;

/// Returns up to two examples per warm user-day: its last event and a random one, if the day's label already held then.
fn examples(rows: &[LabelledEvent], seed: u64) -> Vec<Example<IDENTITY_INPUTS>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut examples = Vec::new();
    for days in moments(rows).into_values() {
        for moments in days.into_values().skip(WARM_UP_DAYS as usize) {
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

/// Runs an untrained engine over a stream and returns its inputs at each event, by user and day.
fn moments(rows: &[LabelledEvent]) -> BTreeMap<&UserId, BTreeMap<Day, Moments>> {
    let model = Arc::new(Model::uncalibrated(Weights::untrained()));
    let mut engine = InMemoryEngine::new(model, Limits::PRODUCT);
    let mut users: BTreeMap<&UserId, BTreeMap<Day, Moments>> = BTreeMap::new();
    for epoch in rows.chunks(EPOCH) {
        let events: Vec<Event> = epoch.iter().map(|row| row.event.clone()).collect();
        for (row, scored) in epoch.iter().zip(engine.observe(&events)) {
            let day = users.entry(&row.event.user).or_default().entry(row.event.day()).or_default();
            day.push((scored.assessment.inputs.identity(), row.label != Label::Benign));
        }
    }
    users
}

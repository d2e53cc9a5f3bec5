//! A reference detector without memory: a random forest on the fields of single events, trained on the labels.
//!
//! Many products work in this way: without profiles and peers, on the fields of the event alone, and on labels that a
//! real organisation never has. Each half of the users is scored by a forest that was trained on the other half, so
//! that no forest has seen the attacks that it scores.
//!
//! Where attacks consist of ordinary events of other users, no field of an event reveals them. The forest then
//! memorises the users that it was trained on, and may rank the attacks on others worse than chance. How much worse
//! depends on the split of the users, which the bootstrap does not vary.

mod features;

use rand::{SeedableRng as _, seq::index};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use shared::{
    calendar::second_of,
    event::Event,
    forest::{BinnedRow, Bins, Forest, InvalidBins},
};

use self::features::{COLUMNS, EventFeatures, NAMES};
use super::{evaluation_set::EvaluationSet, scores::EventScore};
use crate::{
    dataset::{Label, LabelledEvent, LabelledLog},
    estimate::float,
    training::forest::{ForestParams, GrowError, TrainingRow, grow},
};

/// The hyperparameters; `max_features` is the square root of the number of features, as is usual.
const PARAMS: ForestParams = ForestParams {
    trees: 100,
    max_depth: 11,
    max_leaf_nodes: u32::MAX,
    min_samples_leaf: 5,
    max_features: 3,
    class_weight: None,
    seed: 0,
};
/// Maximum number of rows that a forest is trained on.
const ROWS: usize = 20_000;
/// Maximum number of rows of attacks among them.
const ATTACKS: usize = ROWS / 2;
/// Number of events scored by one task.
const CHUNK: usize = 4096;

/// Why the reference detector cannot be trained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// One half of the users has too few attacks, or no benign events.
    #[error(
        "the reference learns from each half of the users in turn, and one half has attacks on fewer than two, or nothing else"
    )]
    OneClass,
    /// A forest cannot be grown.
    #[error("the reference forest failed: {0}")]
    Forest(String),
}

impl From<GrowError> for ReferenceError {
    fn from(error: GrowError) -> Self {
        match error {
            GrowError::OneClass => Self::OneClass,
            other => Self::Forest(other.to_string()),
        }
    }
}

impl From<InvalidBins> for ReferenceError {
    fn from(error: InvalidBins) -> Self {
        Self::Forest(error.to_string())
    }
}

/// Returns the same user-days and events with the scores of the reference detector.
pub(super) fn rescore<'a>(log: &LabelledLog, set: &EvaluationSet<'a>) -> Result<EvaluationSet<'a>, ReferenceError> {
    let mut scores = vec![EventScore::MISSING; log.events.len()];
    for half in [0, 1] {
        let all = log.events.iter().map(|indexed| &indexed.labelled);
        let training: Vec<&LabelledEvent> = all.filter(|row| half_of(&row.event) != half).collect();
        let to_score: Vec<_> = set.events.iter().filter(|evaluated| half_of(evaluated.event) == half).collect();
        let events: Vec<&Event> = to_score.iter().map(|evaluated| evaluated.event).collect();
        let predictions = Reference::fit(&training, half)?.predict(&events);
        for (evaluated, probability) in to_score.iter().zip(predictions) {
            scores[evaluated.place] = EventScore { rank: probability, probability: Some(probability) };
        }
    }
    Ok(set.rescored(|event| scores[event.place]))
}

/// Returns the half of the users, 0 or 1, that an event's user belongs to.
fn half_of(event: &Event) -> u64 {
    event.user.seeded_hash(7) % 2
}

/// A forest with the features that it uses.
struct Reference {
    features: EventFeatures,
    bins: Bins,
    forest: Forest,
}

impl Reference {
    fn fit(training: &[&LabelledEvent], half: u64) -> Result<Self, ReferenceError> {
        let features = EventFeatures::of(training.iter().map(|row| &row.event));
        let sample = sample(training, half)?;
        let values: Vec<_> = sample.iter().map(|(row, _)| features.row(&row.event)).collect();
        let bins = Bins::fit(&NAMES, &values)?;
        let training_row = |((row, weight), values): (&(&LabelledEvent, f64), &[f32; COLUMNS])| TrainingRow {
            bins: bins.row(values),
            is_attack: row.label != Label::Benign,
            weight: *weight,
            user: user_number(&row.event),
            time: second_of(row.event.time),
        };
        let rows: Vec<TrainingRow> = sample.iter().zip(&values).map(training_row).collect();
        let seed = u32::try_from(half).expect("one of two halves");
        let forest = grow(&rows, COLUMNS, &ForestParams { seed, ..PARAMS })?.forest;
        Ok(Self { features, bins, forest })
    }

    /// Returns the predicted probability that each event belongs to an attack.
    fn predict(&self, events: &[&Event]) -> Vec<f64> {
        events.par_chunks(CHUNK).map(|chunk| self.predict_chunk(chunk)).collect::<Vec<_>>().concat()
    }

    fn predict_chunk(&self, events: &[&Event]) -> Vec<f64> {
        let rows: Vec<BinnedRow> = events.iter().map(|event| self.bins.row(&self.features.row(event))).collect();
        let mut predictions = vec![0.0; rows.len()];
        self.forest.probabilities(&rows, &mut predictions);
        predictions
    }
}

/// Returns a number of an event's user; it is a hash, and two users may share one.
#[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
fn user_number(event: &Event) -> u32 {
    event.user.seeded_hash(8) as u32
}

/// Samples events of attacks and benign ones, with weights that keep the proportion of the two in the log: predicted
/// probabilities are those of the log.
fn sample<'a>(rows: &[&'a LabelledEvent], seed: u64) -> Result<Vec<(&'a LabelledEvent, f64)>, ReferenceError> {
    let judged = rows.iter().copied().filter(|row| row.label != Label::Unjudged);
    let (benign, attacks): (Vec<&LabelledEvent>, Vec<_>) = judged.partition(|row| row.label == Label::Benign);
    if benign.is_empty() || attacks.is_empty() {
        return Err(ReferenceError::OneClass);
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut sampled = Vec::new();
    let attacks_taken = attacks.len().min(ATTACKS);
    for (of_class, taken) in [(&attacks, attacks_taken), (&benign, benign.len().min(ROWS - attacks_taken))] {
        let weight = float(of_class.len()) / float(taken);
        sampled
            .extend(index::sample(&mut rng, of_class.len(), taken).into_iter().map(|place| (of_class[place], weight)));
    }
    Ok(sampled)
}

//! What a detector without a memory sees: a random forest on the fields of single events, taught by the labels.
//!
//! It is the method of many products: no profile, no peers, only what the event itself says, and labels that a real
//! organisation never has. Each half of the users is scored by a forest that learnt from the other half, so no attack
//! on a person is known to the forest that judges them.
//!
//! Where attacks are other people's ordinary events, nothing in one event tells them apart. The forest then learns by
//! heart the people it was taught on, and may rank those of the other half worse than chance; how much depends on the
//! split of the users, which the bootstrap holds fast.

mod features;

use rand::{SeedableRng as _, seq::index};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use shared::{event::Event, hash::hash};
use smartcore::{
    ensemble::random_forest_regressor::{RandomForestRegressor, RandomForestRegressorParameters},
    error::Failed,
    linalg::basic::matrix::DenseMatrix,
};

use self::features::{COLUMNS, Features};
use super::{judged::Judged, labels::LabelledLog, level::float, scores::Score};
use crate::labelled::{Label, Labelled};

/// Forests that are fitted side by side; their trees make one forest.
const GROUPS: u64 = 4;
const TREES_A_GROUP: usize = 25;
const DEPTH: u16 = 12;
const LEAF: usize = 5;
/// Columns tried at each split: the root of their number.
const TRIED: usize = 3;
/// Rows that a forest learns from at most.
const ROWS: usize = 20_000;
/// Attacks among them at most.
const ATTACKS: usize = ROWS / 2;
/// Rows that are judged in one piece.
const PIECE: usize = 4096;

type Forest = RandomForestRegressor<f64, f64, DenseMatrix<f64>, Vec<f64>>;

/// Why the reference cannot be measured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// One half of the users has only one class.
    #[error("the reference learns from each half of the users in turn, and one half has no attack, or nothing else")]
    OneClass,
    /// The forest cannot be fitted or asked.
    #[error("the reference forest failed: {0}")]
    Forest(String),
}

impl From<Failed> for ReferenceError {
    fn from(failed: Failed) -> Self {
        Self::Forest(failed.to_string())
    }
}

/// Returns the same user-days and events as the forests see them.
pub(super) fn rescore<'a>(log: &LabelledLog, judged: &Judged<'a>) -> Result<Judged<'a>, ReferenceError> {
    let mut scores = vec![Score::SILENT; log.events.len()];
    for half in [0, 1] {
        let lessons: Vec<&Labelled> =
            log.events.iter().map(|event| &event.labelled).filter(|one| half_of(&one.event) != half).collect();
        let students: Vec<_> = judged.events.iter().filter(|event| half_of(event.event) == half).collect();
        let events: Vec<&Event> = students.iter().map(|student| student.event).collect();
        let said = Forests::fit(&lessons, half)?.judge(&events)?;
        for (student, probability) in students.iter().zip(said) {
            scores[student.place] = Score { rank: probability, probability: Some(probability) };
        }
    }
    Ok(judged.rescored(|event| scores[event.place]))
}

/// Returns which half of the users an event's user is in.
fn half_of(event: &Event) -> u64 {
    hash(event.user.as_str(), 7) % 2
}

/// A forest in several parts, and how it sees events.
struct Forests {
    features: Features,
    parts: Vec<Forest>,
}

impl Forests {
    fn fit(lessons: &[&Labelled], seed: u64) -> Result<Self, ReferenceError> {
        let features = Features::of(lessons.iter().map(|lesson| &lesson.event));
        let Lessons { rows, labels, weights } = Lessons::sample(lessons, &features, seed)?;
        let rows = matrix(&rows)?;
        let fit = |group| {
            let parameters = RandomForestRegressorParameters::default()
                .with_n_trees(TREES_A_GROUP)
                .with_max_depth(DEPTH)
                .with_min_samples_leaf(LEAF)
                .with_m(TRIED)
                .with_seed(seed * 10_000 + group * 1000); // each tree takes the next seed: groups must not meet
            RandomForestRegressor::fit_with_weights(&rows, &labels, &weights, parameters)
        };
        let parts = (0..GROUPS).into_par_iter().map(fit).collect::<Result<_, Failed>>()?;
        Ok(Self { features, parts })
    }

    /// Returns the probability of an attack that the forest gives each event.
    fn judge(&self, events: &[&Event]) -> Result<Vec<f64>, ReferenceError> {
        let judge = |events: &[&Event]| {
            let rows: Vec<_> = events.iter().map(|event| self.features.row(event)).collect();
            let rows = matrix(&rows)?;
            let mut sums = vec![0.0; events.len()];
            for part in &self.parts {
                for (sum, said) in sums.iter_mut().zip(part.predict(&rows)?) {
                    *sum += said;
                }
            }
            Ok(sums.into_iter().map(|sum| (sum / float(self.parts.len())).clamp(0.0, 1.0)).collect())
        };
        let pieces: Vec<Vec<f64>> = events.par_chunks(PIECE).map(judge).collect::<Result<_, ReferenceError>>()?;
        Ok(pieces.concat())
    }
}

fn matrix(rows: &[[f64; COLUMNS]]) -> Result<DenseMatrix<f64>, Failed> {
    DenseMatrix::new(rows.len(), COLUMNS, rows.as_flattened().to_vec(), false)
}

/// What a forest learns from.
struct Lessons {
    rows: Vec<[f64; COLUMNS]>,
    labels: Vec<f64>,
    weights: Vec<f64>,
}

impl Lessons {
    /// Takes all attacks and some of the rest; weights make up for what is left out, so that the probabilities are
    /// those of the log.
    fn sample(lessons: &[&Labelled], features: &Features, seed: u64) -> Result<Self, ReferenceError> {
        let known = lessons.iter().copied().filter(|lesson| lesson.label != Label::Unjudged);
        let (benign, attacks): (Vec<&Labelled>, Vec<_>) = known.partition(|lesson| lesson.label == Label::Benign);
        if benign.is_empty() || attacks.is_empty() {
            return Err(ReferenceError::OneClass);
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut sampled = Self { rows: Vec::new(), labels: Vec::new(), weights: Vec::new() };
        let attacks_taken = attacks.len().min(ATTACKS);
        for (of_class, label, taken) in
            [(&attacks, 1.0, attacks_taken), (&benign, 0.0, benign.len().min(ROWS - attacks_taken))]
        {
            for place in index::sample(&mut rng, of_class.len(), taken) {
                sampled.rows.push(features.row(&of_class[place].event));
                sampled.labels.push(label);
                sampled.weights.push(float(of_class.len()) / float(taken));
            }
        }
        Ok(sampled)
    }
}

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
use shared::{
    calendar::second_of,
    event::Event,
    forest::{Bins, Forest, InvalidBins, Row},
    hash::hash,
};

use self::features::{COLUMNS, Features, NAMES};
use super::{judged::Judged, labels::LabelledLog, level::float, scores::Score};
use crate::{
    labelled::{Label, Labelled},
    training::forest::{GrowError, Lesson, Params, grow},
};

/// How the forest is grown; as many features are tried at each split as the root of their number.
const PARAMS: Params =
    Params { trees: 100, depth: 11, leaves: u32::MAX, least_rows: 5, tried: 3, attack_share: None, seed: 0 };
/// Rows that a forest learns from at most.
const ROWS: usize = 20_000;
/// Attacks among them at most.
const ATTACKS: usize = ROWS / 2;
/// Rows that are judged in one piece.
const PIECE: usize = 4096;

/// Why the reference cannot be measured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// One half of the users has too few attacks, or only attacks.
    #[error(
        "the reference learns from each half of the users in turn, and one half has attacks on fewer than two, or nothing else"
    )]
    OneClass,
    /// The forest cannot be grown.
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

/// Returns the same user-days and events as the forests see them.
pub(super) fn rescore<'a>(log: &LabelledLog, judged: &Judged<'a>) -> Result<Judged<'a>, ReferenceError> {
    let mut scores = vec![Score::SILENT; log.events.len()];
    for half in [0, 1] {
        let lessons: Vec<&Labelled> =
            log.events.iter().map(|event| &event.labelled).filter(|one| half_of(&one.event) != half).collect();
        let students: Vec<_> = judged.events.iter().filter(|event| half_of(event.event) == half).collect();
        let events: Vec<&Event> = students.iter().map(|student| student.event).collect();
        let said = Reference::fit(&lessons, half)?.judge(&events);
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

/// A forest, and how it sees events.
struct Reference {
    features: Features,
    bins: Bins,
    forest: Forest,
}

impl Reference {
    fn fit(lessons: &[&Labelled], half: u64) -> Result<Self, ReferenceError> {
        let features = Features::of(lessons.iter().map(|lesson| &lesson.event));
        let sample = sample(lessons, half)?;
        let rows: Vec<_> = sample.iter().map(|(lesson, _)| features.row(&lesson.event)).collect();
        let bins = Bins::fit(&NAMES, &rows)?;
        let lesson = |((lesson, weight), row): (&(&Labelled, f64), &[f32; COLUMNS])| Lesson {
            row: bins.row(row),
            is_attack: lesson.label != Label::Benign,
            weight: *weight,
            user: user_number(&lesson.event),
            time: second_of(lesson.event.time),
        };
        let lessons: Vec<Lesson> = sample.iter().zip(&rows).map(lesson).collect();
        let seed = u32::try_from(half).expect("one of two halves");
        let forest = grow(&lessons, COLUMNS, &Params { seed, ..PARAMS })?.forest;
        Ok(Self { features, bins, forest })
    }

    /// Returns the probability of an attack that the forest gives each event.
    fn judge(&self, events: &[&Event]) -> Vec<f64> {
        let judge = |events: &[&Event]| {
            let rows: Vec<Row> = events.iter().map(|event| self.bins.row(&self.features.row(event))).collect();
            let mut said = vec![0.0; rows.len()];
            self.forest.probabilities(&rows, &mut said);
            said
        };
        events.par_chunks(PIECE).map(judge).collect::<Vec<_>>().concat()
    }
}

/// Returns a number that hardly two users share.
#[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
fn user_number(event: &Event) -> u32 {
    hash(event.user.as_str(), 8) as u32
}

/// Takes all attacks and some of the rest, each with a weight: weights make up for what is left out, so that the
/// probabilities are those of the log.
fn sample<'a>(lessons: &[&'a Labelled], seed: u64) -> Result<Vec<(&'a Labelled, f64)>, ReferenceError> {
    let known = lessons.iter().copied().filter(|lesson| lesson.label != Label::Unjudged);
    let (benign, attacks): (Vec<&Labelled>, Vec<_>) = known.partition(|lesson| lesson.label == Label::Benign);
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

//! The reasons for a score: the parts of the evidence that raise it, each with what it adds to the score.

use super::{Attribution, Cause, EvidencePart, SentenceWriter, attribution::of_parts};
use crate::{calibration::Calibration, model::Model, scoring::Score};

/// The minimum rarity of an event with reasons, in powers of ten: one in ten user-days.
const NOTABLE_RARITY: f64 = 1.0;
/// The minimum contribution of a reason to the anomaly score; the strongest reason may have less.
const LEAST_CONTRIBUTION: f64 = 0.02;

/// The reasons for a score.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reasons {
    /// The anomaly score at an ordinary moment of the user. With the contributions of all reasons and of the many causes
    /// that are none it adds up to the score of the event. None if there are no reasons.
    pub base_value: Option<f64>,
    /// The reasons, the strongest first, but likeness to known attacks after all others.
    pub told: Vec<Reason>,
}

/// One reason for a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The part of the evidence.
    pub part: EvidencePart,
    /// What the part adds to the anomaly score.
    pub contribution: f64,
    /// The reason as a sentence.
    pub sentence: String,
}

impl Reasons {
    /// Returns the reasons for the score of an event of which the `writer` tells: the parts of the evidence that add at
    /// least a fiftieth to it, and at least one if there is any. An event that is not notable has none.
    ///
    /// The contributions are those of [`Explainer::attributions`](super::Explainer::attributions), and that of the
    /// attack classifier is the sum over its features. `usual_attack_bits` is the classifier's signal at an ordinary
    /// moment (see [`usual_attack_bits`](crate::scoring::usual_attack_bits)).
    pub fn of(
        writer: &SentenceWriter,
        score: &Score,
        model: &Model,
        calibration: &Calibration,
        usual_attack_bits: f64,
    ) -> Self {
        if score.log10_rarity.total < NOTABLE_RARITY {
            return Self::default();
        }
        let attributions = of_parts(writer.inputs, score, model, calibration, usual_attack_bits);
        let mut parts: Vec<(EvidencePart, f64)> = attributions.values.iter().filter_map(raising).collect();
        let told = parts.iter().take_while(|(_, contribution)| *contribution >= LEAST_CONTRIBUTION).count().max(1);
        parts.truncate(told);
        parts.sort_by_key(|(part, _)| *part == EvidencePart::AttackClassifier);
        let reason = |(part, contribution)| Reason { part, contribution, sentence: writer.sentence(part) };
        let told: Vec<Reason> = parts.into_iter().map(reason).collect();
        Self { base_value: (!told.is_empty()).then_some(attributions.base_value), told }
    }
}

/// Returns the part and the contribution of a cause that is a reason.
fn raising(value: &Attribution) -> Option<(EvidencePart, f64)> {
    match value.cause {
        Cause::Evidence(part) if value.is_against_user() => Some((part, value.contribution)),
        _ => None,
    }
}

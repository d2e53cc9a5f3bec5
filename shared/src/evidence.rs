//! Evidence files: one scored event with all that its score follows from, so that anybody can compute the score again
//! without the server.

mod input_value;
mod verification;

pub use input_value::{InputValue, OtherInputs};
pub use verification::{Difference, Unverifiable, Verification};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    calibration::Calibration,
    event::Event,
    explanation::{
        Explainer, Explanation, ExplanationRequest, LimeRequest, Reason, Reasons, Reference, SentenceWriter,
        lime::TabularStatistics,
    },
    facts::Facts,
    inputs::Inputs,
    population::Population,
    prediction::{Explained, Prediction},
    profile::Profile,
    scored_event::ScoredEvent,
    scoring::{Score, score, usual_attack_bits},
    signals::Signal,
};

/// The version of the format.
const FORMAT: u32 = 1;

/// The evidence of a scored event, as a JSON file holds it.
///
/// The score follows from the inputs, the model and the calibration, the sentences from the event, the inputs and the
/// facts. The inputs and the facts follow from the profile and the population, where these are there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceFile {
    /// The version of the format.
    pub format: u32,
    /// The version of the model.
    pub model_version: String,
    /// The event.
    pub event: Event,
    /// The prediction.
    pub prediction: Prediction,
    /// Why its score is what it is.
    pub explanation: Explanation,
    /// The inputs of the score.
    pub inputs: Vec<InputValue>,
    /// The facts that the sentences need.
    pub facts: Facts,
    /// The calibration by which the event was scored.
    pub calibration: Calibration,
    /// The statistics of the inputs of other events that the linear model was drawn from, if there is one.
    pub statistics: Option<TabularStatistics>,
    /// The user's profile before the event ([`Profile::to_bytes`] in base64), where it was kept.
    pub profile: Option<String>,
    /// The part of the population's counts that the score depends on ([`Population::to_bytes`] in base64), as before the
    /// event, where it was kept.
    pub population: Option<String>,
    /// The SHA-256 of the file with this field empty, in hexadecimal digits.
    pub sha256: String,
}

/// What an event's evidence is made of, beside the event.
#[derive(Debug)]
pub struct EvidenceSource<'a> {
    /// The model that scored the event.
    pub explainer: &'a Explainer,
    /// The calibration by which it was scored.
    pub calibration: &'a Calibration,
    /// The statistics for a linear model, if one is wanted.
    pub statistics: Option<&'a TabularStatistics>,
    /// The user's profile and the population before the event, where they were kept.
    pub before: Option<(&'a Profile, &'a Population)>,
}

impl EvidenceFile {
    /// Makes the evidence of a scored event.
    pub fn of(scored: &ScoredEvent, source: &EvidenceSource) -> Self {
        let EvidenceSource { explainer, calibration, statistics, before } = *source;
        let before = before.map(|(profile, population)| {
            let population = population.extract(&scored.event, profile);
            [profile.to_bytes(), population.to_bytes()].map(|bytes| BASE64_STANDARD.encode(bytes))
        });
        let (profile, population) = before.map(|[profile, population]| (profile, population)).unzip();
        let material = Material {
            event: &scored.event,
            inputs: &scored.inputs,
            facts: &scored.facts,
            is_anomaly: scored.is_anomaly,
            explainer,
            calibration,
            statistics,
        };
        Self {
            format: FORMAT,
            model_version: scored.model_version.to_string(),
            event: scored.event.clone(),
            prediction: material.with_reasons(scored.prediction()),
            explanation: material.explanation(),
            inputs: InputValue::all_of(&scored.inputs),
            facts: scored.facts.clone(),
            calibration: calibration.clone(),
            statistics: statistics.cloned(),
            profile,
            population,
            sha256: String::new(),
        }
        .sealed()
    }

    /// Returns the file.
    ///
    /// # Panics
    ///
    /// Never: evidence is plain data.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("evidence is plain data") + "\n"
    }

    fn sealed(mut self) -> Self {
        self.sha256.clear();
        self.sha256 = format!("{:x}", Sha256::digest(self.to_json()));
        self
    }
}

/// What the score and the explanation of an event are computed from.
#[derive(Clone, Copy)]
struct Material<'a> {
    event: &'a Event,
    inputs: &'a Inputs,
    facts: &'a Facts,
    is_anomaly: bool,
    explainer: &'a Explainer,
    calibration: &'a Calibration,
    statistics: Option<&'a TabularStatistics>,
}

impl<'a> Material<'a> {
    fn score(&self) -> Score {
        score(self.inputs, self.explainer.model(), self.calibration)
    }

    #[expect(clippy::cast_possible_truncation, reason = "the precision of a stored signal")]
    fn writer(&self) -> SentenceWriter<'a> {
        let attack_bits = self.score().signals[Signal::AttackClassifier] as f32;
        SentenceWriter { event: self.event, inputs: self.inputs, facts: self.facts, attack_bits }
    }

    /// Returns a prediction with the reasons that are computed for it.
    fn with_reasons(&self, prediction: Prediction) -> Prediction {
        let (model, writer) = (self.explainer.model(), self.writer());
        let reasons = Reasons::of(&writer, &self.score(), model, self.calibration, usual_attack_bits(model));
        let explained = |reason: &Reason| Explained::of(&writer, reason.part, reason.contribution);
        Prediction {
            base_value: reasons.base_value,
            reasons: reasons.told.iter().map(explained).collect(),
            ..prediction
        }
    }

    fn explanation(&self) -> Explanation {
        self.explainer.explain(ExplanationRequest {
            writer: self.writer(),
            is_anomaly: self.is_anomaly,
            calibration: self.calibration,
            reference: &Reference::of_user(self.inputs, self.explainer.model()),
            lime: self.statistics.map(|statistics| LimeRequest { statistics, runs: 1 }),
            counterfactual: None,
        })
    }
}

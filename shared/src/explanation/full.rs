//! The whole explanation of one event's score, in the form in which it is sent.

use serde::{Deserialize, Serialize};

use super::{
    Agreement, Attribution, Attributions, Cause, Counterfactual, EvidencePart, Explainer, Reference, ReferenceKind,
    SentenceWriter,
    lime::{self, LimeFit, TabularStatistics},
    resemblance,
};
use crate::{
    calibration::Calibration,
    event::{Event, EventKey},
    hash::Hasher,
    inputs::{self, Inputs},
    scoring::{Score, score_all},
    signals::Signal,
};

/// The number of reasons in the text.
const TOLD: usize = 3;

/// The explanation of the score of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The verdict and the strongest reasons, as a text.
    pub text_explanation: String,
    /// What each cause adds to the score.
    pub shap_explanation: ShapExplanation,
    /// The linear model of the score around the event, if it was asked for.
    pub lime_explanation: Option<LimeExplanation>,
    /// How far the two agree, if both are there.
    pub agreement: Option<Agreement>,
    /// The smallest change that turns the verdict; empty if none was found or asked for.
    pub counterfactual: Vec<Counterfactual>,
}

/// The contributions to an anomaly score. With the base value they add up to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShapExplanation {
    /// The anomaly score at the reference.
    pub base_value: f64,
    /// The anomaly score that the base value and the contributions add up to. It is the score of the event if it is
    /// explained by the model and the calibration that it was scored by.
    pub anomaly_score: f64,
    /// The reference.
    pub reference: ReferenceKind,
    /// The contributions, the largest first.
    pub values: Vec<ShapValue>,
}

/// A contribution to an anomaly score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShapValue {
    /// The name of the signal.
    pub signal: String,
    /// The name of the part of the evidence, or of the attack classifier's feature.
    pub feature: String,
    /// Its value; none if it is unknown.
    pub value: Option<f64>,
    /// Its usual value; none if it is unknown.
    pub usual: Option<f64>,
    /// What it adds to the score.
    pub contribution: f64,
    /// The contribution as a sentence.
    pub sentence: String,
}

/// A linear model of the anomaly score around an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LimeExplanation {
    /// The model's output where no condition holds.
    pub intercept: f64,
    /// The share of the weighted variance of the score that the model explains.
    pub r2: Option<f64>,
    /// The conditions, the largest weight first.
    pub values: Vec<LimeCondition>,
}

/// A condition of a linear model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LimeCondition {
    /// The condition, which holds for the event.
    pub condition: String,
    /// What the model adds to the score if it holds.
    pub weight: f64,
    /// The standard deviation of the weight over other draws; none if there were none.
    pub spread: Option<f64>,
}

/// What an explanation is made of.
#[derive(Debug)]
pub struct ExplanationRequest<'a> {
    /// The event, its inputs and the facts about it.
    pub writer: SentenceWriter<'a>,
    /// Whether the event is an anomaly.
    pub is_anomaly: bool,
    /// The calibration by which it was scored.
    pub calibration: &'a Calibration,
    /// The reference.
    pub reference: &'a Reference,
    /// What is needed for a linear model, if one is wanted.
    pub lime: Option<LimeRequest<'a>>,
    /// A change that turns the verdict, if one was searched for and found.
    pub counterfactual: Option<Counterfactual>,
}

/// What a linear model of the score is made of.
#[derive(Debug, Clone, Copy)]
pub struct LimeRequest<'a> {
    /// The statistics of the inputs of other events.
    pub statistics: &'a TabularStatistics,
    /// The number of models of different draws: the first is shown, the others tell the spread of its weights.
    pub runs: u64,
}

impl Explainer {
    /// Explains the score of an event.
    pub fn explain(&self, request: ExplanationRequest) -> Explanation {
        let ExplanationRequest { writer, is_anomaly, calibration, reference, lime, counterfactual } = request;
        let attributions = self.attributions(writer.inputs, calibration, reference);
        let fits: Vec<LimeFit> = lime.iter().flat_map(|lime| self.lime_runs(&writer, calibration, lime)).collect();
        let lime_explanation = lime.zip(fits.first()).map(|(lime, _)| lime_explanation(&writer, &lime, &fits));
        let shap_explanation = shap_explanation(&writer, &attributions);
        Explanation {
            text_explanation: text(is_anomaly, &shap_explanation, &attributions),
            agreement: fits.first().map(|fit| Agreement::of(&attributions, fit)),
            shap_explanation,
            lime_explanation,
            counterfactual: counterfactual.into_iter().collect(),
        }
    }

    /// Returns the linear model of the anomaly score around an event with these inputs, from draws by the `seed` from the
    /// `statistics` of other events' inputs.
    pub fn lime(
        &self,
        inputs: &Inputs,
        calibration: &Calibration,
        statistics: &TabularStatistics,
        seed: u64,
    ) -> LimeFit {
        lime::sampled(statistics, inputs.values(), seed, |rows| {
            let stored = |row: &Vec<f64>| Inputs::stored(row.as_slice().try_into().expect("a row has every input"));
            let drawn: Vec<Inputs> = rows.iter().map(stored).collect();
            score_all(drawn.iter(), &self.model, calibration).iter().map(Score::anomaly_score).collect()
        })
    }

    fn lime_runs(&self, writer: &SentenceWriter, calibration: &Calibration, request: &LimeRequest) -> Vec<LimeFit> {
        let seed = seed_of(writer.event);
        let run = |number| self.lime(writer.inputs, calibration, request.statistics, seed.wrapping_add(number));
        (0..request.runs).map(run).collect()
    }
}

/// Returns the seed of the draws around an event: the same event always has the same ones.
pub fn seed_of(event: &Event) -> u64 {
    let key = EventKey::of(event);
    let mut hasher = Hasher::default();
    hasher.number(key.hash_within_time());
    hasher.number(key.time_ms.cast_unsigned());
    hasher.finish()
}

fn shap_explanation(writer: &SentenceWriter, attributions: &Attributions) -> ShapExplanation {
    let known = |number: f64| (!number.is_nan()).then_some(number);
    let values = attributions.values.iter().map(|value| ShapValue {
        signal: value.signal.name().to_owned(),
        feature: value.cause.name().to_owned(),
        value: known(value.value),
        usual: known(value.usual),
        contribution: value.contribution,
        sentence: sentence(writer, value),
    });
    ShapExplanation {
        base_value: attributions.base_value,
        anomaly_score: attributions.sum(),
        reference: attributions.reference,
        values: values.collect(),
    }
}

fn sentence(writer: &SentenceWriter, of: &Attribution) -> String {
    let raises = of.contribution > 0.0;
    match of.cause {
        Cause::Evidence(EvidencePart::Family(family)) if of.value <= 0.0 || !raises => {
            let likeness = if raises { "Less typical of this user than usual" } else { "Typical of this user" };
            format!("{likeness}: {}", family.spec().plural)
        }
        Cause::Evidence(part) => writer.sentence(part),
        Cause::Feature(feature) => {
            let likeness = if raises { "Similar to" } else { "Unlike" };
            format!("{likeness} known attacks: {}", resemblance::phrase(feature, of.value))
        }
    }
}

fn lime_explanation(writer: &SentenceWriter, request: &LimeRequest, fits: &[LimeFit]) -> LimeExplanation {
    let spread = if fits.len() > 1 { lime::spread(fits) } else { Vec::new() };
    let first = &fits[0];
    let condition = |(at, (input, weight)): (usize, &(usize, f64))| LimeCondition {
        condition: request.statistics.condition(*input, &inputs::table()[*input].name, writer.inputs.values()[*input]),
        weight: *weight,
        spread: spread.get(at).map(|(_, deviation)| *deviation),
    };
    let values = first.weights.iter().enumerate().map(condition).collect();
    LimeExplanation { intercept: first.intercept, r2: first.r2, values }
}

/// Returns the verdict, and for an anomaly the strongest reasons: the user's facts first, then the likeness to known
/// attacks with the features that the classifier goes by, as far as they are out of the ordinary.
fn text(is_anomaly: bool, shap: &ShapExplanation, attributions: &Attributions) -> String {
    if !is_anomaly {
        return "This event looks normal.".to_owned();
    }
    let raising = |value: &&Attribution| value.contribution > 0.0;
    let of_classifier: Vec<&Attribution> =
        attributions.values.iter().filter(raising).filter(|value| value.signal == Signal::AttackClassifier).collect();
    let mut told: Vec<&str> = Vec::new();
    for (value, attribution) in shap.values.iter().zip(&attributions.values) {
        let is_fact = attribution.is_against_user() && attribution.signal != Signal::AttackClassifier;
        if is_fact && told.len() < TOLD && !told.contains(&value.sentence.as_str()) {
            told.push(&value.sentence);
        }
    }
    let resemblance = resemblance_of(&of_classifier);
    let verdict = ["This event was flagged as anomalous"].into_iter();
    let mut text = verdict.chain(told).chain(resemblance.as_deref()).collect::<Vec<_>>().join(". ");
    text.push('.');
    text
}

/// Returns the sentence about the likeness to known attacks, by the features that raise the score the most; none if none
/// raises it.
fn resemblance_of(raising: &[&Attribution]) -> Option<String> {
    let features = raising.iter().filter_map(|value| match value.cause {
        Cause::Feature(feature) => Some((feature, value.value, value.contribution)),
        Cause::Evidence(_) => None,
    });
    let features: Vec<(usize, f64, f64)> = features.collect();
    if features.is_empty() {
        return None;
    }
    let known = features.iter().filter(|(feature, value, _)| !resemblance::is_ordinary(*feature, *value));
    let facts: Vec<String> =
        known.take(TOLD).map(|(feature, value, _)| resemblance::phrase(*feature, *value)).collect();
    let weights: Vec<(usize, f64)> =
        features.iter().map(|(feature, _, contribution)| (*feature, *contribution)).collect();
    let kind = resemblance::kind(&weights).unwrap_or("known attacks");
    Some(if facts.is_empty() {
        format!("Similar to {kind}")
    } else {
        format!("Similar to {kind}: {}", facts.join(", "))
    })
}

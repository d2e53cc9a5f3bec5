//! The verification of an evidence file: everything that follows from its content is computed again and compared.

use std::sync::Arc;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;

use super::{EvidenceFile, FORMAT, InputValue, Material, OtherInputs};
use crate::{
    assessment::Assessment,
    context::EventContext,
    explanation::Explainer,
    field_mismatch::FieldMismatch,
    inputs::Inputs,
    model::Model,
    population::Population,
    prediction::{Prediction, maturity},
    profile::Profile,
    scoring::score,
};
/// The maximum number of differences that are told.
const MOST_DIFFERENCES: usize = 10;

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// What was computed again is the file to the byte.
    Reproduced {
        /// Whether the inputs were computed from the profile and the population, too.
        from_profile: bool,
    },
    /// Something differs.
    Differs(Vec<Difference>),
}

/// A value of the file that was computed otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The place of the value, as a JSON pointer.
    pub pointer: String,
    /// The value in the file.
    pub found: String,
    /// The value that was computed.
    pub computed: String,
}

/// Why a file cannot be verified.
#[derive(Debug, thiserror::Error)]
pub enum Unverifiable {
    /// The file is no evidence file.
    #[error("it is no evidence file")]
    NoEvidence(#[from] serde_json::Error),
    /// The file has a format that this program does not know.
    #[error("it has format {0}, this program knows format {FORMAT}")]
    Format(u32),
    /// The event was scored by another model.
    #[error("the event was scored by the model {wanted}, not by {given}")]
    OtherModel {
        /// The version of the model that scored the event.
        wanted: String,
        /// The version of the given model.
        given: String,
    },
    /// The inputs have other names.
    #[error(transparent)]
    Inputs(#[from] OtherInputs),
    /// The profile or the population cannot be read.
    #[error("the {0} in it cannot be read")]
    State(&'static str),
}

impl EvidenceFile {
    /// Computes everything again that follows from the content of a file, by the model that scored the event, and
    /// compares it with the file.
    ///
    /// # Errors
    ///
    /// Returns [`Unverifiable`] if the file cannot be read or names another model.
    pub fn verify(file: &str, model: Arc<Model>) -> Result<Verification, Unverifiable> {
        let format = serde_json::from_str::<Value>(file)?["format"].as_u64();
        if let Some(other) = format.and_then(|format| u32::try_from(format).ok()).filter(|format| *format != FORMAT) {
            return Err(Unverifiable::Format(other));
        }
        let evidence: Self = serde_json::from_str(file)?;
        let given = model.version();
        if given != evidence.model_version {
            return Err(Unverifiable::OtherModel { wanted: evidence.model_version, given });
        }
        let from_profile = evidence.profile.is_some();
        let computed = evidence.computed(&Explainer::of(model))?.to_json();
        if computed == file {
            return Ok(Verification::Reproduced { from_profile });
        }
        let mut differences = differences(&serde_json::from_str(file)?, &serde_json::from_str(&computed)?);
        if differences.is_empty() {
            let texts =
                ["other spaces or another order of fields", "the form in which it is written"].map(str::to_owned);
            let [found, computed] = texts;
            differences.push(Difference { pointer: String::new(), found, computed });
        }
        Ok(Verification::Differs(differences))
    }

    /// Returns the evidence as it is computed from what is given in this one.
    fn computed(&self, explainer: &Explainer) -> Result<Self, Unverifiable> {
        let mut computed = self.clone();
        let mut inputs = InputValue::inputs(&self.inputs)?;
        if let Some((profile, population)) = self.before()? {
            inputs = computed.follow_from(&profile, &population, explainer.model());
        }
        let score = score(&inputs, explainer.model(), &self.calibration);
        let material = Material {
            event: &self.event,
            inputs: &inputs,
            facts: &computed.facts,
            is_anomaly: self.prediction.is_anomaly,
            explainer,
            calibration: &self.calibration,
            statistics: self.statistics.as_ref(),
        };
        let (anomaly_score, is_anomaly) = (score.anomaly_score(), self.prediction.is_anomaly);
        let prediction = Prediction {
            event_id: self.event.id(),
            user_id: self.event.user.to_string(),
            timestamp: self.event.time,
            anomaly_score,
            p_value: score.p_value(),
            confidence: if is_anomaly { anomaly_score } else { 1.0 - anomaly_score },
            model_version: self.model_version.clone(),
            ..computed.prediction.clone()
        };
        let (prediction, explanation) = (material.with_reasons(prediction), material.explanation());
        Ok(Self { prediction, explanation, ..computed }.sealed())
    }

    fn before(&self) -> Result<Option<(Profile, Population)>, Unverifiable> {
        let (Some(profile), Some(population)) = (&self.profile, &self.population) else { return Ok(None) };
        let decoded = |text: &str| BASE64_STANDARD.decode(text).ok();
        let profile = decoded(profile).and_then(|bytes| Profile::from_bytes(&bytes).ok());
        let population = decoded(population).and_then(|bytes| Population::from_bytes(&bytes));
        let profile = profile.ok_or(Unverifiable::State("profile"))?;
        Ok(Some((profile, population.ok_or(Unverifiable::State("population"))?)))
    }

    /// Replaces what follows from a profile and a population, and returns the inputs.
    fn follow_from(&mut self, profile: &Profile, population: &Population, model: &Model) -> Inputs {
        let context = Box::new(EventContext::of(&self.event, profile, population));
        let inputs = Inputs::of(&self.event, &context);
        self.inputs = InputValue::all_of(&inputs);
        self.facts = context.facts.clone();
        self.prediction.disagreements = FieldMismatch::between(&self.event, &context);
        let active_days = context.active_days;
        let score = score(&inputs, model, &self.calibration);
        let assessment = Assessment::of(context, inputs.clone(), score, profile);
        self.prediction = Prediction {
            severity: assessment.severity(&self.event),
            user_risk: assessment.user_risk(),
            active_days,
            profile_maturity: maturity(active_days),
            ..self.prediction.clone()
        };
        inputs
    }
}

/// Returns the values in which two files differ, those that a reader asks for first before the others.
fn differences(found: &Value, computed: &Value) -> Vec<Difference> {
    const FIRST: [&str; 4] = ["prediction", "inputs", "facts", "explanation"];
    let mut differences = Vec::new();
    for name in FIRST {
        compare(&found[name], &computed[name], format!("/{name}"), &mut differences);
    }
    let [found, computed] = [found, computed].map(|file| {
        let fields = file.as_object().into_iter().flatten().filter(|(name, _)| !FIRST.contains(&name.as_str()));
        fields.map(|(name, value)| (name.clone(), value.clone())).collect()
    });
    compare(&Value::Object(found), &Value::Object(computed), String::new(), &mut differences);
    differences
}

/// Adds the values in which two JSON texts differ.
fn compare(found: &Value, computed: &Value, pointer: String, differences: &mut Vec<Difference>) {
    if found == computed || differences.len() == MOST_DIFFERENCES {
        return;
    }
    match (found, computed) {
        (Value::Object(found), Value::Object(computed)) if found.keys().eq(computed.keys()) => {
            for ((name, found), computed) in found.iter().zip(computed.values()) {
                compare(found, computed, format!("{pointer}/{name}"), differences);
            }
        }
        (Value::Array(found), Value::Array(computed)) if found.len() == computed.len() => {
            for (place, (found, computed)) in found.iter().zip(computed).enumerate() {
                compare(found, computed, format!("{pointer}/{place}"), differences);
            }
        }
        _ => differences.push(Difference { pointer, found: shown(found), computed: shown(computed) }),
    }
}

/// Returns a value as a text of one line that is not too long.
fn shown(value: &Value) -> String {
    /// The maximum number of characters.
    const MOST: usize = 80;
    let text = value.to_string();
    let short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() { short + "…" } else { text }
}

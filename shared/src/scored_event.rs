//! A scored event as it is stored: everything that its prediction and its explanation are made of, and no texts.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    calibration::{anomaly_score, p_value},
    engine::Scored,
    event::Event,
    explanation::{EvidencePart, SentenceWriter},
    facts::Facts,
    field_mismatch::FieldMismatch,
    inputs::{Inputs, Measure},
    prediction::{Explained, Prediction, maturity},
    severity::Severity,
    signals::{PerSignal, Signal},
};

/// A scored event: the event, the numbers of its score, and the facts from which its explanation is written.
///
/// ```
/// use std::sync::Arc;
///
/// use shared::{
///     engine::Engine,
///     event::{Action, Event},
///     model::Model,
///     population::Population,
///     profile::Profile,
///     scored_event::ScoredEvent,
/// };
///
/// let engine = Engine::new(Model::shipped(), Population::default());
/// let login = Event::new("ann".parse()?, "2024-01-15T14:30:00Z".parse()?, Action::Login);
/// let scored = engine.assess(&login, &Profile::default());
/// let version: Arc<str> = engine.model().version().into();
/// let now = login.time;
/// let prediction = ScoredEvent::of(login, &scored, 0.7, now, &version).prediction();
/// assert_eq!((prediction.is_anomaly, prediction.model_version.as_str()), (false, &*version));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredEvent {
    /// The event.
    pub event: Event,
    /// The inputs of its score.
    pub inputs: Inputs,
    /// The signals.
    pub signals: PerSignal<f32>,
    /// The rarity of each signal, in powers of ten.
    pub signal_rarities: PerSignal<f32>,
    /// The rarity of all signals together, in powers of ten: p-value and anomaly score follow from it.
    pub log10_rarity: f64,
    /// The facts that the sentences need.
    pub facts: Facts,
    /// The anomaly score at an ordinary moment of the user; none if there are no reasons.
    pub base_value: Option<f64>,
    /// The parts of the evidence that are reasons, in the order of [`Reasons::told`](crate::explanation::Reasons::told), with what they add to the anomaly
    /// score.
    pub reasons: Vec<(EvidencePart, f64)>,
    /// The differences between the sender's values and those derived from the profile.
    pub disagreements: Vec<FieldMismatch>,
    /// The severity.
    pub severity: Severity,
    /// The user's risk after the event, from 0 to 100.
    pub user_risk: f64,
    /// Whether the score reached the threshold that was in force.
    pub is_anomaly: bool,
    /// The time of the prediction.
    pub scored_at: Timestamp,
    /// The version of the model.
    pub model_version: Arc<str>,
    /// The version of the calibration by which it was scored; none in rows that do not tell.
    pub calibration_version: Option<u64>,
}

impl ScoredEvent {
    /// Returns what is stored of an event that was scored at `now` by the model of this version; the event is an anomaly
    /// if its score is at least `threshold`.
    #[expect(clippy::cast_possible_truncation, reason = "the precision in which signals are stored")]
    pub fn of(event: Event, scored: &Scored, threshold: f64, now: Timestamp, model_version: &Arc<str>) -> Self {
        let Scored { assessment, reasons, calibration_version } = scored;
        let score = &assessment.score;
        Self {
            inputs: assessment.inputs.clone(),
            signals: score.signals.map(|signal| signal as f32),
            signal_rarities: score.log10_rarity.signals.map(|rarity| rarity as f32),
            log10_rarity: score.log10_rarity.total,
            facts: assessment.context.facts.clone(),
            base_value: reasons.base_value,
            reasons: reasons.told.iter().map(|reason| (reason.part, reason.contribution)).collect(),
            disagreements: FieldMismatch::between(&event, &assessment.context),
            severity: assessment.severity(&event),
            user_risk: assessment.user_risk(),
            is_anomaly: assessment.anomaly_score() >= threshold,
            scored_at: now,
            model_version: Arc::clone(model_version),
            calibration_version: Some(*calibration_version),
            event,
        }
    }

    /// Returns the anomaly score, from 0 to 1.
    pub fn anomaly_score(&self) -> f64 {
        anomaly_score(self.p_value())
    }

    /// Returns the p-value: the share of benign user-days that reach the rarity of the event.
    pub fn p_value(&self) -> f64 {
        p_value(self.log10_rarity)
    }

    /// Returns the number of earlier days on which the user was active.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of days")]
    pub fn active_days(&self) -> u32 {
        self.inputs.measure(Measure::ActiveDays) as u32
    }

    /// Returns the prediction, with its reasons in words.
    pub fn prediction(&self) -> Prediction {
        let anomaly_score = self.anomaly_score();
        let active_days = self.active_days();
        Prediction {
            event_id: self.event.id(),
            user_id: self.event.user.to_string(),
            timestamp: self.event.time,
            is_anomaly: self.is_anomaly,
            anomaly_score,
            confidence: if self.is_anomaly { anomaly_score } else { 1.0 - anomaly_score },
            severity: self.severity,
            p_value: self.p_value(),
            user_risk: self.user_risk,
            prediction_time: self.scored_at,
            active_days,
            profile_maturity: maturity(active_days),
            base_value: self.base_value,
            reasons: self.explained(),
            disagreements: self.disagreements.clone(),
            model_version: self.model_version.to_string(),
        }
    }

    /// Returns the writer of the sentences about the event.
    pub fn writer(&self) -> SentenceWriter<'_> {
        SentenceWriter {
            event: &self.event,
            inputs: &self.inputs,
            facts: &self.facts,
            attack_bits: self.signals[Signal::AttackClassifier],
        }
    }

    fn explained(&self) -> Vec<Explained> {
        let writer = self.writer();
        let explained = |(part, contribution): &(EvidencePart, f64)| Explained::of(&writer, *part, *contribution);
        self.reasons.iter().map(explained).collect()
    }
}

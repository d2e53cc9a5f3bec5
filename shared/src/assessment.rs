//! The assessment of an event: its context, inputs, score, and the user's risk after it.

use crate::{
    calibration::Calibration,
    context::EventContext,
    event::Event,
    families::FAMILIES,
    inputs::Inputs,
    model::Model,
    population::Contribution,
    profile::{DayScores, FirstOfDay, Profile, ScoreUpdate},
    risk::Risk,
    scoring::Score,
    sensitivity::{MOST_SENSITIVE, sensitivity},
    severity::Severity,
};

/// The result of assessing one event.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The comparison of the event with the user's profile and the population.
    pub context: Box<EventContext>,
    /// The numbers from which the score was computed.
    pub inputs: Inputs,
    /// The signals of the event and their rarity.
    pub score: Score,
    /// The user's risk after this event.
    pub risk: Risk,
}

impl Assessment {
    /// Returns the assessment of an event with this score. The user's `profile` may already have learnt from the event,
    /// but not from its score.
    pub fn of(context: Box<EventContext>, inputs: Inputs, score: Score, profile: &Profile) -> Self {
        let risk = profile.risk_after(context.second, score.log10_rarity.total, context.is_service);
        Self { context, inputs, score, risk }
    }

    /// Returns the p-value: the share of benign user-days that reach the rarity of the event.
    pub fn p_value(&self) -> f64 {
        self.score.p_value()
    }

    /// Returns the anomaly score, from 0 to 1.
    pub fn anomaly_score(&self) -> f64 {
        self.score.anomaly_score()
    }

    /// Returns the user's risk at the event, from 0 to 100.
    pub fn user_risk(&self) -> f64 {
        self.risk.level(self.context.second)
    }

    /// Returns the severity of the assessed `event`, by its rarity, its sensitivity and the user's earlier risk.
    pub fn severity(&self, event: &Event) -> Severity {
        let risk_of_days_before = self.risk.level(self.context.day.day.first_second() - 1);
        Severity::of(self.p_value(), sensitivity(event) / MOST_SENSITIVE, risk_of_days_before)
    }

    /// Returns each family's share of the identity evidence, in bits, by the weights of `model`.
    pub fn shares(&self, model: &Model) -> [f64; FAMILIES] {
        model.weights.shares(&self.inputs.identity())
    }

    /// Lets `profile` learn the score; the scores must come in the order of the user's events. Returns the highest
    /// scores of the day that the event closed, if it closed one.
    pub fn learn_score(&self, profile: &mut Profile, calibration: &Calibration) -> Option<DayScores> {
        profile.learn_score(&ScoreUpdate {
            signals: &calibration.known(&self.score.signals),
            evidence: self.score.log10_rarity.evidence,
            risk: &self.risk,
            closes_day: self.context.closed_day.is_some(),
            is_late: self.context.is_late,
        })
    }

    /// Returns the event's contribution to the population, given the results of [`Profile::learn`] and
    /// [`Assessment::learn_score`].
    pub fn contribution(&self, first_of_day: FirstOfDay, closed: Option<DayScores>) -> Contribution {
        let EventContext { second, peer_group, closed_day, .. } = *self.context;
        Contribution { second, peer_group, first_of_day, closed_day: closed_day.zip(closed) }
    }
}

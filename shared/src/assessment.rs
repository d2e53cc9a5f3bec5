//! What an event means against what was known before it, and what is learnt from it.

use crate::{
    calibration::Calibration,
    context::EventContext,
    event::Event,
    families::FAMILIES,
    inputs::Inputs,
    model::Model,
    population::Contribution,
    profile::{DayScores, FirstOfDay, Profile, ProfileUpdate, ScoreUpdate},
    risk::Risk,
    scoring::{Score, identity_evidence},
    sensitivity::{MOST_SENSITIVE, sensitivity},
    severity::Severity,
};

/// What an event means.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// What the event is compared by.
    pub context: Box<EventContext>,
    /// The numbers that the score was computed from.
    pub inputs: Inputs,
    /// How odd the event is.
    pub score: Score,
    /// The user's risk, this event included.
    pub risk: Risk,
}

impl Assessment {
    /// Returns what an event means that has this score; `profile` is that of its user, as it was or as it has learnt
    /// from the event.
    pub fn of(context: Box<EventContext>, inputs: Inputs, score: Score, profile: &Profile) -> Self {
        let risk = profile.risk_after(context.second, score.log10_rarity.total, context.is_service);
        Self { context, inputs, score, risk }
    }

    /// Returns the share of benign user-days that reach such an event.
    pub fn p_value(&self) -> f64 {
        self.score.p_value()
    }

    /// Returns how likely the event is to be hostile, from 0 to 1.
    pub fn anomaly_score(&self) -> f64 {
        self.score.anomaly_score()
    }

    /// Returns the user's risk at the event, from 0 to 100.
    pub fn user_risk(&self) -> f64 {
        self.risk.level(self.context.second)
    }

    /// Returns how urgent it is to look, given what `event`, which this is of, can do.
    pub fn severity(&self, event: &Event) -> Severity {
        let risk_of_days_before = self.risk.level(self.context.day.day.first_second() - 1);
        Severity::of(self.p_value(), sensitivity(event) / MOST_SENSITIVE, risk_of_days_before)
    }

    /// Returns each family's share of the identity evidence, in bits, by the weights of `model`.
    pub fn shares(&self, model: &Model) -> [f64; FAMILIES] {
        model.weights.shares(&self.inputs.identity())
    }

    /// Lets `profile` learn the score, in the order of the user's events; returns how high the events of the day scored
    /// that the event closed.
    pub fn learn_score(&self, profile: &mut Profile, calibration: &Calibration) -> Option<DayScores> {
        profile.learn_score(&ScoreUpdate {
            signals: &calibration.known(&self.score.signals),
            evidence: self.score.log10_rarity.evidence,
            risk: &self.risk,
            closes_day: self.context.closed_day.is_some(),
            is_late: self.context.is_late,
        })
    }

    /// Returns what the event adds to the population, given what its profile said on learning from it.
    pub fn contribution(&self, first_of_day: FirstOfDay, closed: Option<DayScores>) -> Contribution {
        let EventContext { second, peer_group, closed_day, .. } = *self.context;
        Contribution { second, peer_group, first_of_day, closed_day: closed_day.zip(closed) }
    }
}

/// Lets `profile` learn from `event`, all but its score; returns what of it the population has not counted on this day.
pub fn learn(
    event: &Event,
    context: &EventContext,
    inputs: &Inputs,
    profile: &mut Profile,
    model: &Model,
) -> FirstOfDay {
    let day = context.day.with_identity(identity_evidence(inputs, model));
    profile.learn(&ProfileUpdate {
        event,
        second: context.second,
        values: &context.values,
        paths: &context.paths,
        day: &day,
        baseline: context.baseline,
        is_service: context.is_service,
        given_group: context.given_group,
    })
}

//! What an event means against what was known before it, and what is learnt from it afterwards.

use crate::{
    calibration::Calibration,
    context::EventContext,
    event::Event,
    families::FAMILIES,
    inputs::Inputs,
    model::Model,
    population::{Contribution, Population},
    profile::{Profile, ProfileUpdate},
    risk::Risk,
    scoring::{Score, score},
    severity::Severity,
    vocabulary::{MOST_SENSITIVE, sensitivity},
};

/// What an event means. Assessing changes nothing; [`Assessment::learn`] makes a profile remember the event.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// What the event is compared by.
    pub context: EventContext,
    /// The numbers that the score was computed from.
    pub inputs: Inputs,
    /// How odd the event is.
    pub score: Score,
    /// The user's risk, this event included.
    pub risk: Risk,
}

impl Assessment {
    /// Assesses `event` against the user's `profile` and the `population`, both as they were before it.
    pub fn of(
        event: &Event,
        profile: &Profile,
        population: &Population,
        model: &Model,
        calibration: &Calibration,
    ) -> Self {
        let context = EventContext::of(event, profile, population);
        let inputs = Inputs::of(event, &context);
        let score = score(&inputs, model, calibration);
        Self::scored(event, profile, context, inputs, score)
    }

    /// Puts an assessment together whose score is known.
    pub(crate) fn scored(
        event: &Event,
        profile: &Profile,
        context: EventContext,
        inputs: Inputs,
        score: Score,
    ) -> Self {
        let risk = profile.risk_after(event, context.second, score.log10_rarity.total);
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

    /// Makes `profile` remember `event`, which this is of; returns what the population is to learn from it.
    pub fn learn(&self, event: &Event, profile: &mut Profile, calibration: &Calibration) -> Contribution {
        let Score { identity, signals, log10_rarity } = &self.score;
        let context = &self.context;
        let mut day = context.day;
        day.add_score(*identity, &calibration.known(signals), log10_rarity.evidence);
        let first_of_day = profile.learn(&ProfileUpdate {
            event,
            second: context.second,
            values: &context.values,
            paths: &context.paths,
            day: &day,
            baseline: context.baseline,
            risk: &self.risk,
        });
        Contribution {
            second: context.second,
            peer_group: context.peer_group,
            first_of_day,
            closed_day: context.closed_day,
        }
    }
}

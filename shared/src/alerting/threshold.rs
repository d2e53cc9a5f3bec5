//! The threshold in force: set by hand, or so that alerts keep to a number a day.

use serde::{Deserialize, Serialize};

use super::ScoreHistory;

/// The number of days whose scores decide the threshold of a budget.
const WINDOW_DAYS: i32 = 28;
/// The minimum number of those days; the threshold that was set by hand holds until then.
const FEWEST_DAYS: i32 = 7;

/// The rule by which the threshold follows from the settings and the scores of the last weeks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ThresholdRule {
    /// The score that was set by hand, from 0 to 1.
    by_hand: f64,
    /// The number of alerts a day, if there is a budget.
    daily_budget: Option<f64>,
}

/// The error for a daily budget that is out of range.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("daily_budget is {0}, must be a number from {least} to {most} of alerts a day", least = ThresholdRule::LEAST_BUDGET, most = ThresholdRule::MOST_BUDGET)]
pub struct InvalidBudget(pub f64);

/// The threshold in force, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ThresholdInForce {
    /// The score that was set by hand.
    ByHand(f64),
    /// The score that was set by hand, since there are too few days for the budget.
    BeforeBudget(f64),
    /// The score by which the last days would have kept to the budget.
    OfBudget {
        /// The score.
        score: f64,
        /// The number of days that it follows from.
        days: i32,
    },
}

impl ThresholdInForce {
    /// Returns the score from which on an event is an anomaly.
    pub fn score(self) -> f64 {
        match self {
            Self::ByHand(score) | Self::BeforeBudget(score) | Self::OfBudget { score, .. } => score,
        }
    }
}

impl ThresholdRule {
    /// The minimum number of alerts a day: one in some three months.
    pub const LEAST_BUDGET: f64 = 0.01;
    /// The maximum number of alerts a day.
    pub const MOST_BUDGET: f64 = 100_000.0;

    /// Returns the rule of a threshold that is set by hand.
    pub fn by_hand(score: f64) -> Self {
        Self { by_hand: score, daily_budget: None }
    }

    /// Returns the rule with a budget instead of the threshold that was set by hand, or without one.
    ///
    /// # Errors
    ///
    /// Fails if the number of alerts is out of range.
    pub fn with_budget(self, daily_budget: Option<f64>) -> Result<Self, InvalidBudget> {
        match daily_budget.filter(|alerts| !(Self::LEAST_BUDGET..=Self::MOST_BUDGET).contains(alerts)) {
            Some(wrong) => Err(InvalidBudget(wrong)),
            None => Ok(Self { daily_budget, ..self }),
        }
    }

    /// Returns the number of alerts a day, if there is a budget.
    pub fn daily_budget(&self) -> Option<f64> {
        self.daily_budget
    }

    /// Returns the score that was set by hand.
    pub fn score_by_hand(&self) -> f64 {
        self.by_hand
    }

    /// Returns the threshold in force on the newest day of a history. It stays the same during that day, except for
    /// events of earlier days that come late.
    pub fn in_force(&self, history: &ScoreHistory) -> ThresholdInForce {
        let Some(alerts) = self.daily_budget else { return ThresholdInForce::ByHand(self.by_hand) };
        let of_budget = history.newest().and_then(|day| history.score_of_budget(alerts, day, WINDOW_DAYS, FEWEST_DAYS));
        match of_budget {
            Some((score, days)) => ThresholdInForce::OfBudget { score, days },
            None => ThresholdInForce::BeforeBudget(self.by_hand),
        }
    }
}

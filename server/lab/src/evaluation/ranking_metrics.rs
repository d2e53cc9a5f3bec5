//! Metrics of the ranking of user-days or events, with confidence intervals.

use serde::Serialize;
use shared::{
    calibration::DEFAULT_THRESHOLD,
    metrics::{BINS, Curve, Ranking, Reliability, Sample},
};

use super::{evaluation_set::EvaluationSet, scores::EventScore, settings::Settings};
use crate::estimate::{Estimate, ReliabilityBin, bootstrap, brier_and_ece, float, with_intervals};

/// Length of the list from the top of the ranking that an analyst reads.
const TOP: f64 = 50.0;

/// The unit that is ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A user's events of one day.
    UserDays,
    /// A single event.
    Events,
}

/// Metrics of the ranking of one kind of unit.
#[derive(Debug, Clone, Serialize)]
pub struct RankingMetrics {
    /// Number of attacked units.
    pub attacked: usize,
    /// Number of benign units.
    pub benign: usize,
    /// Average precision: the area under the precision-recall curve.
    pub pr_auc: Estimate,
    /// Probability that an attacked unit ranks above a benign one.
    pub roc_auc: Estimate,
    /// Share of attacked units above the score that 0.1 % of the benign ones exceed.
    pub recall_at_0_1_percent: Estimate,
    /// Share of attacked units above the score that 1 % of the benign ones exceed.
    pub recall_at_1_percent: Estimate,
    /// Share of attacked units among the fifty at the top.
    pub precision_at_50: Estimate,
    /// Precision and recall within the daily budget of alarms.
    pub budget: Budget,
    /// The score that 1 % of the benign units exceed.
    pub threshold_at_1_percent: f64,
    /// Metrics of the predicted probabilities; `None` if any event has none.
    pub probability: Option<ProbabilityMetrics>,
    /// The counts at every threshold, to be drawn.
    #[serde(skip)]
    pub curve: Curve,
}

/// Precision and recall within a budget of alarms.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Budget {
    /// Number of alarms a calendar day.
    pub alarms_a_day: f64,
    /// Number of alarms in all, at most the number of units.
    pub alarms: f64,
    /// Share of attacked units among the alarms.
    pub precision: Estimate,
    /// Share of the attacked units that are among the alarms.
    pub recall: Estimate,
}

/// Metrics of predicted probabilities.
#[derive(Debug, Clone, Serialize)]
pub struct ProbabilityMetrics {
    /// Brier score: the mean squared difference between probability and outcome.
    pub brier: Estimate,
    /// Expected calibration error over 15 bins of equal width.
    pub ece: Estimate,
    /// Mean negative log-likelihood in nats.
    pub log_loss: f64,
    /// The alarms at the default threshold.
    pub default_threshold: DefaultThreshold,
    /// The reliability diagram, from the lowest probabilities to the highest.
    pub bins: Vec<ReliabilityBin>,
}

/// The alarms at the default threshold.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct DefaultThreshold {
    /// The lowest probability that is flagged.
    pub threshold: f64,
    /// Number of flagged units a calendar day.
    pub alarms_a_day: f64,
    /// Number of flagged benign units a calendar day.
    pub false_alarms_a_day: f64,
    /// Share of attacked units among the flagged.
    pub precision: Option<f64>,
    /// Share of attacked units that are flagged.
    pub recall: Option<f64>,
}

impl RankingMetrics {
    /// Computes the metrics of one kind of unit.
    pub(super) fn of(set: &EvaluationSet, unit: Unit, settings: &Settings) -> Self {
        let samples = samples(set, unit, |score| score.rank);
        let attacked = samples.iter().filter(|sample| sample.is_attack).count();
        let benign = samples.len() - attacked;
        let calendar_days = float(set.calendar_days());
        let budgeted = settings.budget * calendar_days;
        let alarms = budgeted.min(float(samples.len()));
        let ranking = Ranking::new(samples);
        let curve = ranking.curve();
        let metrics = |curve: &Curve| metrics_of(curve, settings.prevalence, budgeted); // a draw may hold more units
        let draws = bootstrap(set.users, |weights, curve| {
            ranking.resample(weights, curve);
            metrics(curve)
        });
        let [pr_auc, roc_auc, recall_at_0_1_percent, recall_at_1_percent, precision_at_50, precision, recall] =
            with_intervals(metrics(&curve), &draws);
        let budget = Budget { alarms_a_day: settings.budget, alarms, precision, recall };
        Self {
            attacked,
            benign,
            pr_auc,
            roc_auc,
            recall_at_0_1_percent,
            recall_at_1_percent,
            precision_at_50,
            budget,
            threshold_at_1_percent: curve.threshold_at_fpr(0.01).unwrap_or(f64::INFINITY),
            probability: ProbabilityMetrics::of(set, unit, settings, calendar_days),
            curve,
        }
    }
}

fn samples(set: &EvaluationSet, unit: Unit, value: fn(&EventScore) -> f64) -> Vec<Sample> {
    match unit {
        Unit::UserDays => set.day_samples(value, |_| true),
        Unit::Events => set.event_samples(value, |_| true),
    }
}

fn metrics_of(curve: &Curve, prevalence: Option<f64>, budgeted: f64) -> [Option<f64>; 7] {
    let budget = curve.top(budgeted);
    [
        curve.average_precision(prevalence),
        curve.roc_auc(),
        curve.recall_at_fpr(0.001),
        curve.recall_at_fpr(0.01),
        curve.top(TOP).precision,
        budget.precision,
        budget.recall,
    ]
}

impl ProbabilityMetrics {
    fn of(set: &EvaluationSet, unit: Unit, settings: &Settings, calendar_days: f64) -> Option<Self> {
        if set.events.iter().any(|event| event.score.probability.is_none()) {
            return None;
        }
        let samples = samples(set, unit, |score| score.probability.unwrap_or_default());
        let prevalence = settings.prevalence;
        let whole = Reliability::of(&samples);
        let [brier, ece] = brier_and_ece(&samples, set.users, prevalence);
        Some(Self {
            brier,
            ece,
            log_loss: whole.log_loss(prevalence)?,
            default_threshold: DefaultThreshold::of(samples, calendar_days),
            bins: whole.bins(prevalence)?.map(ReliabilityBin::from).into(),
        })
    }

    /// Returns the bounds of a bin.
    pub fn bounds(bin: usize) -> (f64, f64) {
        (float(bin) / float(BINS), float(bin + 1) / float(BINS))
    }
}

impl DefaultThreshold {
    fn of(samples: Vec<Sample>, calendar_days: f64) -> Self {
        let flagged = Ranking::new(samples).curve().at_least(DEFAULT_THRESHOLD);
        Self {
            threshold: DEFAULT_THRESHOLD,
            alarms_a_day: flagged.weight / calendar_days,
            false_alarms_a_day: flagged.benign / calendar_days,
            precision: flagged.precision,
            recall: flagged.recall,
        }
    }
}

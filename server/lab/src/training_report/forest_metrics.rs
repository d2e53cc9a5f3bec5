//! Metrics of a forest's out-of-fold predictions.

use std::collections::BTreeSet;

use serde::Serialize;
use shared::{
    calibration::{DEFAULT_THRESHOLD, SCORE_PREVALENCE},
    metrics::{Curve, Ranking, Reliability, Sample},
};

use super::out_of_fold::{OutOfFoldRow, OutOfFoldRows};
use crate::{
    estimate::{Estimate, ReliabilityBin, bootstrap, brier_and_ece, with_intervals},
    training::attack_classifier::Source,
};

/// Metrics of the ranking of rows.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct ForestMetrics {
    /// The share of attacks among the events that the rows represent.
    pub(super) share_of_attacks: f64,
    /// Average precision: the area under the precision-recall curve.
    pub(super) pr_auc: Estimate,
    /// Probability that a row of an attack ranks above a benign one.
    pub(super) roc_auc: Estimate,
    /// Share of attacks above the prediction that 0.1 % of the benign rows exceed.
    pub(super) recall_at_0_1_percent: Estimate,
    /// Share of attacks above the prediction that 1 % of the benign rows exceed.
    pub(super) recall_at_1_percent: Estimate,
}

impl ForestMetrics {
    pub(super) fn of(samples: Vec<Sample>, users: usize) -> Self {
        let sum = |is_counted: fn(&Sample) -> bool| -> f64 {
            samples.iter().filter(|sample| is_counted(sample)).map(|sample| sample.weight).sum()
        };
        let share_of_attacks = sum(|sample| sample.is_attack) / sum(|_| true);
        let ranking = Ranking::new(samples);
        let draws = bootstrap(users, |weights, curve| {
            ranking.resample(weights, curve);
            metrics_of(curve)
        });
        let [pr_auc, roc_auc, recall_at_0_1_percent, recall_at_1_percent] =
            with_intervals(metrics_of(&ranking.curve()), &draws);
        Self { share_of_attacks, pr_auc, roc_auc, recall_at_0_1_percent, recall_at_1_percent }
    }
}

fn metrics_of(curve: &Curve) -> [Option<f64>; 4] {
    [curve.average_precision(None), curve.roc_auc(), curve.recall_at_fpr(0.001), curve.recall_at_fpr(0.01)]
}

/// Metrics of a group of rows.
#[derive(Debug, Clone, Serialize)]
pub(super) struct GroupMetrics {
    /// The name of the group.
    pub(super) name: String,
    /// Number of rows of the group; benign ones that a kind of attack is compared with are not counted.
    pub(super) rows: usize,
    /// Number of users of these rows.
    pub(super) users: usize,
    /// The ranking of the rows.
    pub(super) figures: ForestMetrics,
}

impl GroupMetrics {
    /// Ranks the rows that belong to a group together with those it is compared with; `None` unless there are both
    /// attacks and benign rows.
    fn of(
        name: &str,
        rows: &OutOfFoldRows,
        belongs: impl Fn(&OutOfFoldRow) -> bool,
        is_compared: impl Fn(&OutOfFoldRow) -> bool,
    ) -> Option<Self> {
        let own: Vec<&OutOfFoldRow> = rows.rows.iter().filter(|row| belongs(row)).collect();
        let samples = rows.samples(|row| row.prediction, |row| belongs(row) || is_compared(row));
        let has = |class: bool| samples.iter().any(|sample| sample.is_attack == class);
        (has(true) && has(false)).then(|| Self {
            name: name.to_owned(),
            rows: own.len(),
            users: own.iter().map(|row| row.user).collect::<BTreeSet<_>>().len(),
            figures: ForestMetrics::of(samples, rows.users),
        })
    }
}

/// Measures the rows of each source.
pub(super) fn by_source(rows: &OutOfFoldRows) -> Vec<GroupMetrics> {
    let group = |source: Source| GroupMetrics::of(source.name(), rows, |row| row.origin.source == source, |_| false);
    Source::ALL.into_iter().filter_map(group).collect()
}

/// Measures the rows of each kind of attack among all benign rows, in the order of their names.
pub(super) fn by_kind(rows: &OutOfFoldRows) -> Vec<GroupMetrics> {
    let kinds: BTreeSet<&str> = rows.rows.iter().filter_map(|row| row.origin.kind.as_deref()).collect();
    let group = |kind: &str| GroupMetrics::of(kind, rows, |row| row.is_of(kind), |row| !row.row.is_attack);
    kinds.into_iter().filter_map(group).collect()
}

/// Metrics of the predicted probabilities, at the share of attacks among the rows.
#[derive(Debug, Clone, Serialize)]
pub(super) struct CalibrationMetrics {
    /// Brier score: the mean squared difference between probability and outcome.
    pub(super) brier: Estimate,
    /// Expected calibration error over bins of equal width.
    pub(super) ece: Estimate,
    /// The reliability diagram.
    pub(super) bins: Vec<ReliabilityBin>,
}

impl CalibrationMetrics {
    pub(super) fn of(rows: &OutOfFoldRows) -> Self {
        let samples = rows.samples(|row| row.probability, |_| true);
        let [brier, ece] = brier_and_ece(&samples, rows.users, None);
        let bins = Reliability::of(&samples).bins(None);
        Self { brier, ece, bins: bins.into_iter().flatten().map(ReliabilityBin::from).collect() }
    }
}

/// The confusion matrix of the events that the rows represent, at the default threshold.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Confusion {
    /// The lowest probability that is flagged.
    pub(super) threshold: f64,
    /// The share of attacks among all events for which probabilities are stated.
    pub(super) share_of_attacks: f64,
    /// Events of attacks that are flagged.
    pub(super) found: f64,
    /// Events of attacks that are not flagged.
    pub(super) missed: f64,
    /// Benign events that are flagged.
    pub(super) false_alarms: f64,
    /// Benign events that are not flagged.
    pub(super) quiet: f64,
    /// Share of the events of attacks that are flagged.
    pub(super) recall: Estimate,
    /// Share of the benign events that are flagged.
    pub(super) false_alarm_rate: Estimate,
}

impl Confusion {
    pub(super) fn of(rows: &OutOfFoldRows) -> Self {
        let ranking = Ranking::new(rows.samples(|row| row.score, |_| true));
        let draws = bootstrap(rows.users, |weights, curve| {
            ranking.resample(weights, curve);
            rates(curve)
        });
        let curve = ranking.curve();
        let [recall, false_alarm_rate] = with_intervals(rates(&curve), &draws);
        let flagged = curve.at_least(DEFAULT_THRESHOLD);
        let all = curve.at_least(f64::NEG_INFINITY);
        let found = flagged.weight - flagged.benign;
        Self {
            threshold: DEFAULT_THRESHOLD,
            share_of_attacks: SCORE_PREVALENCE,
            found,
            missed: all.weight - all.benign - found,
            false_alarms: flagged.benign,
            quiet: all.benign - flagged.benign,
            recall,
            false_alarm_rate,
        }
    }
}

fn rates(curve: &Curve) -> [Option<f64>; 2] {
    let flagged = curve.at_least(DEFAULT_THRESHOLD);
    let benign = curve.at_least(f64::NEG_INFINITY).benign;
    [flagged.recall, (benign > 0.0).then(|| flagged.benign / benign)]
}

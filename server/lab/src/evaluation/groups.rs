//! Metrics by kind of attack, and by the length of a user's history.

use std::collections::BTreeSet;

use serde::Serialize;
use shared::metrics::{Curve, Ranking};

use super::{
    detection::Detection,
    evaluation_set::{EvaluationSet, UserDay},
    settings::Settings,
};
use crate::estimate::float;

/// Metrics of one kind of attack against all benign user-days and events.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KindMetrics {
    /// The `anomaly_type`.
    #[serde(rename = "kind")]
    pub name: String,
    /// Number of attacked user-days.
    pub user_days: usize,
    /// The attacks found at the score that 1 % of the benign user-days exceed.
    pub detection: Detection,
    /// Share of attacked user-days above the score that 0.1 % of the benign ones exceed.
    pub recall_at_0_1_percent: Option<f64>,
    /// Share of attacked user-days above the score that 1 % of the benign ones exceed.
    pub recall_at_1_percent: Option<f64>,
    /// Average precision of user-days.
    pub pr_auc: Option<f64>,
    /// ROC-AUC of user-days.
    pub roc_auc: Option<f64>,
    /// Average precision of single events.
    pub event_pr_auc: Option<f64>,
    /// ROC-AUC of single events.
    pub event_roc_auc: Option<f64>,
}

/// Measures each kind of attack, in the order of their names.
pub(super) fn by_kind(set: &EvaluationSet, threshold: f64, settings: &Settings) -> Vec<KindMetrics> {
    let kinds: BTreeSet<&str> = set.days.iter().flat_map(|day| day.kinds.iter().copied()).collect();
    kinds.into_iter().map(|kind| KindMetrics::of(kind, set, threshold, settings)).collect()
}

impl KindMetrics {
    fn of(kind: &str, set: &EvaluationSet, threshold: f64, settings: &Settings) -> Self {
        let is_of = |day: &UserDay| day.kinds.contains(kind);
        let days = Ranking::new(set.day_samples(|score| score.rank, is_of)).curve();
        let events = Ranking::new(set.event_samples(|score| score.rank, |event| event.is_of(kind))).curve();
        let pr_auc = |curve: &Curve| curve.average_precision(settings.prevalence);
        Self {
            name: kind.to_owned(),
            user_days: set.days.iter().filter(|day| is_of(day)).count(),
            detection: Detection::of(set, threshold, |event| event.is_of(kind)),
            recall_at_0_1_percent: days.recall_at_fpr(0.001),
            recall_at_1_percent: days.recall_at_fpr(0.01),
            pr_auc: pr_auc(&days),
            roc_auc: days.roc_auc(),
            event_pr_auc: pr_auc(&events),
            event_roc_auc: events.roc_auc(),
        }
    }
}

/// Metrics of the user-days before which their user had a number of active days in a range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HistoryMetrics {
    /// Minimum number of active days before.
    pub from: u32,
    /// Maximum number of active days before; `None`: any number.
    pub to: Option<u32>,
    /// Number of benign user-days.
    pub benign: usize,
    /// Share of them above the score that 1 % of all benign user-days exceed.
    pub false_positive_rate: Option<f64>,
    /// Number of attacked user-days.
    pub attacked: usize,
    /// Share of them above that score.
    pub recall: Option<f64>,
}

/// Ranges of the number of active days before.
const LENGTHS: [(u32, Option<u32>); 5] = [(0, Some(3)), (4, Some(15)), (16, Some(30)), (31, Some(100)), (101, None)];

/// Measures user-days by the number of active days before.
pub(super) fn by_history(set: &EvaluationSet, threshold: f64) -> Vec<HistoryMetrics> {
    LENGTHS.map(|(from, to)| HistoryMetrics::of(from, to, set, threshold)).into()
}

impl HistoryMetrics {
    fn of(from: u32, to: Option<u32>, set: &EvaluationSet, threshold: f64) -> Self {
        let is_within =
            |day: &&UserDay| day.active_days_before >= from && to.is_none_or(|to| day.active_days_before <= to);
        let (attacked, benign): (Vec<_>, Vec<_>) = set.days.iter().filter(is_within).partition(|day| day.is_attacked());
        Self {
            from,
            to,
            benign: benign.len(),
            false_positive_rate: share_above(&benign, threshold),
            attacked: attacked.len(),
            recall: share_above(&attacked, threshold),
        }
    }
}

fn share_above(days: &[&UserDay], threshold: f64) -> Option<f64> {
    let above = days.iter().filter(|day| day.score.rank > threshold).count();
    (!days.is_empty()).then(|| float(above) / float(days.len()))
}

//! Figures by kind of attack, and by how long a user has been known.

use std::collections::BTreeSet;

use serde::Serialize;
use shared::metrics::{Curve, Ranking};

use super::{
    Settings,
    detection::Detection,
    judged::{Judged, UserDay},
    level::float,
};

/// How well one kind of attack is seen, against everything benign.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kind {
    /// The `anomaly_type`.
    #[serde(rename = "kind")]
    pub name: String,
    /// Number of attacked user-days.
    pub user_days: usize,
    /// How soon attacks are seen, at 1 % of benign user-days above the threshold.
    pub detection: Detection,
    /// Share of attacked user-days above the score that 0.1 % of benign ones pass.
    pub recall_at_0_1_percent: Option<f64>,
    /// Share of attacked user-days above the score that 1 % of benign ones pass.
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
pub(super) fn by_kind(judged: &Judged, threshold: f64, settings: &Settings) -> Vec<Kind> {
    let kinds: BTreeSet<&str> = judged.days.iter().flat_map(|day| day.kinds.iter().copied()).collect();
    kinds.into_iter().map(|kind| Kind::of(kind, judged, threshold, settings)).collect()
}

impl Kind {
    fn of(kind: &str, judged: &Judged, threshold: f64, settings: &Settings) -> Self {
        let is_of = |day: &UserDay| day.kinds.contains(kind);
        let days = Ranking::new(judged.day_samples(|score| score.rank, is_of)).curve();
        let events = Ranking::new(judged.event_samples(|score| score.rank, |event| event.is_of(kind))).curve();
        let pr_auc = |curve: &Curve| curve.average_precision(settings.prevalence);
        Self {
            name: kind.to_owned(),
            user_days: judged.days.iter().filter(|day| is_of(day)).count(),
            detection: Detection::of(judged, threshold, |event| event.is_of(kind)),
            recall_at_0_1_percent: days.recall_at_fpr(0.001),
            recall_at_1_percent: days.recall_at_fpr(0.01),
            pr_auc: pr_auc(&days),
            roc_auc: days.roc_auc(),
            event_pr_auc: pr_auc(&events),
            event_roc_auc: events.roc_auc(),
        }
    }
}

/// How the detector does with users of one length of history.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct History {
    /// Active days before the user-day, at least.
    pub from: u32,
    /// Active days before the user-day, at most; nothing: any number.
    pub to: Option<u32>,
    /// Number of benign user-days.
    pub benign: usize,
    /// Share of them above the score that 1 % of all benign user-days pass.
    pub false_positive_rate: Option<f64>,
    /// Number of attacked user-days.
    pub attacked: usize,
    /// Share of them above that score.
    pub recall: Option<f64>,
}

/// Lengths of history in active days.
const LENGTHS: [(u32, Option<u32>); 5] = [(0, Some(3)), (4, Some(15)), (16, Some(30)), (31, Some(100)), (101, None)];

/// Measures user-days by how many active days their user had before.
pub(super) fn by_history(judged: &Judged, threshold: f64) -> Vec<History> {
    LENGTHS.map(|(from, to)| History::of(from, to, judged, threshold)).into()
}

impl History {
    fn of(from: u32, to: Option<u32>, judged: &Judged, threshold: f64) -> Self {
        let is_within =
            |day: &&UserDay| day.active_days_before >= from && to.is_none_or(|to| day.active_days_before <= to);
        let (attacked, benign): (Vec<_>, Vec<_>) =
            judged.days.iter().filter(is_within).partition(|day| day.is_attacked());
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

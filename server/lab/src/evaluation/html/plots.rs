//! The plots of an evaluation.

use crate::{
    evaluation::{DetectorMetrics, groups::KindMetrics},
    html_report::{
        charts::{self, SHARE, UnitLabels},
        key,
        plot::{BENIGN, OTHER, OURS},
    },
};

const USER_DAYS: UnitLabels =
    UnitLabels { benign: "share of benign user-days", attacked: "share of attacked user-days" };

/// Draws the ROC curve of user-days, on a logarithmic scale, and their precision-recall curve.
pub(super) fn ranking(
    detector: &DetectorMetrics,
    reference: Option<&DetectorMetrics>,
    prevalence: Option<f64>,
) -> String {
    let mut curves = vec![(OURS, &detector.user_days.curve)];
    curves.extend(reference.map(|reference| (OTHER, &reference.user_days.curve)));
    let key = match reference {
        Some(_) => key(&[("ours", "this detector"), ("other", "a forest without a memory")]),
        None => String::new(),
    };
    let roc = charts::roc(USER_DAYS, &curves);
    let precision_recall = charts::precision_recall(USER_DAYS, &curves, prevalence);
    format!("<div class=\"plots\">\n{}{}</div>\n{key}", roc.figure(), precision_recall.figure())
}

/// Draws the distribution of the scores of user-days and, if there are probabilities, the reliability diagram.
pub(super) fn scores(detector: &DetectorMetrics) -> String {
    let days = &detector.user_days;
    let histogram = charts::histogram("score by which user-days are ranked", &days.curve).figure();
    let calibration = days.probability.as_ref().map_or_else(String::new, |probability| {
        charts::calibration("anomaly score", USER_DAYS.attacked, &probability.bins).figure()
    });
    let key = key(&[("benign", "benign user-days"), ("attacked", "attacked user-days")]);
    format!("<div class=\"plots\">\n{histogram}{calibration}</div>\n{key}")
}

/// Draws the recall of each kind of attack as bars.
pub(super) fn kinds(kinds: &[KindMetrics]) -> String {
    let row = |kind: &KindMetrics| {
        let loose = kind.recall_at_1_percent.unwrap_or_default();
        let strict = kind.recall_at_0_1_percent.unwrap_or_default();
        (kind.name.clone(), vec![(BENIGN, loose), (OURS, strict)])
    };
    let x = SHARE.named("share of attacked user-days above the threshold");
    let plot = charts::bars("Recall of attacked user-days", x, &kinds.iter().map(row).collect::<Vec<_>>());
    plot.figure() + &key(&[("ours", "at 0.1 % false alarms"), ("benign", "more of them at 1 %")])
}

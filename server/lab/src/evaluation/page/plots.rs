//! The drawings of an evaluation: what is drawn, and what it says.

use crate::{
    evaluation::{Measured, groups::Kind},
    page::{
        drawings::{self, SHARE, Units},
        key,
        plot::{BENIGN, OTHER, OURS},
    },
};

const USER_DAYS: Units = Units { benign: "share of benign user-days", attacked: "share of attacked user-days" };

/// Draws how well user-days are ranked: the ROC curve with its left end stretched, and precision against recall.
pub(super) fn ranking(detector: &Measured, reference: Option<&Measured>, prevalence: Option<f64>) -> String {
    let mut curves = vec![(OURS, &detector.user_days.curve)];
    curves.extend(reference.map(|reference| (OTHER, &reference.user_days.curve)));
    let key = match reference {
        Some(_) => key(&[("ours", "this detector"), ("other", "a forest without a memory")]),
        None => String::new(),
    };
    let roc = drawings::roc(USER_DAYS, &curves);
    let precision_recall = drawings::precision_recall(USER_DAYS, &curves, prevalence);
    format!("<div class=\"plots\">\n{}{}</div>\n{key}", roc.figure(), precision_recall.figure())
}

/// Draws how scores of user-days are spread, and whether probabilities come true.
pub(super) fn scores(detector: &Measured) -> String {
    let days = &detector.user_days;
    let histogram = drawings::histogram("score by which user-days are ranked", &days.curve).figure();
    let calibration = days.probability.as_ref().map_or_else(String::new, |probability| {
        drawings::calibration("anomaly score", USER_DAYS.attacked, &probability.bins).figure()
    });
    let key = key(&[("benign", "benign user-days"), ("attacked", "attacked user-days")]);
    format!("<div class=\"plots\">\n{histogram}{calibration}</div>\n{key}")
}

/// Draws the recall of each kind of attack as bars.
pub(super) fn kinds(kinds: &[Kind]) -> String {
    let row = |kind: &Kind| {
        let loose = kind.recall_at_1_percent.unwrap_or_default();
        let strict = kind.recall_at_0_1_percent.unwrap_or_default();
        (kind.name.clone(), vec![(BENIGN, loose), (OURS, strict)])
    };
    let x = SHARE.named("share of attacked user-days above the threshold");
    let plot = drawings::bars("Recall of attacked user-days", x, &kinds.iter().map(row).collect::<Vec<_>>());
    plot.figure() + &key(&[("ours", "at 0.1 % false alarms"), ("benign", "more of them at 1 %")])
}

//! The text of an evaluation for a terminal.

use std::fmt;

use super::{
    DetectorMetrics, Evaluation, detection::Detection, groups::HistoryMetrics, ranking_metrics::RankingMetrics,
};
use crate::estimate::Estimate;

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { records, readable, unscored, users, calendar_days, settings, detector, reference } = self;
        let RankingMetrics { attacked, benign, .. } = &detector.user_days;
        writeln!(
            f,
            "{records} records, {} of them unreadable, {unscored} without a score",
            records - *readable as u64
        )?;
        writeln!(
            f,
            "judged: {attacked} attacked and {benign} benign user-days of {users} users on {calendar_days} calendar days"
        )?;
        if let Some(prevalence) = settings.prevalence {
            writeln!(f, "PR-AUC, Brier score and calibration error for attacks being {prevalence} of all")?;
        }
        rankings(f, detector)?;
        writeln!(f)?;
        detection(f, &detector.detection)?;
        kinds(f, detector)?;
        history(f, &detector.history)?;
        match reference {
            Some(reference) => compared(f, detector, reference),
            None => Ok(()),
        }
    }
}

/// The limits of the intervals of the reference detector.
pub(super) const REFERENCE_CAVEAT: &str = "The forest is trained on one half of the users and predicts for the other, \
     with one split. Its intervals do not vary the split: another one may change its figures by more, and where attacks \
     look like ordinary events it memorises people instead and may rank below chance.";

/// The name of a metric and its estimate.
type MetricLine = (String, fn(&RankingMetrics) -> Option<Estimate>);

fn lines(metrics: &RankingMetrics) -> [MetricLine; 9] {
    let budget = metrics.budget.alarms_a_day;
    [
        ("PR-AUC".into(), |metrics| Some(metrics.pr_auc)),
        ("ROC-AUC".into(), |metrics| Some(metrics.roc_auc)),
        ("recall at 0.1 % FPR".into(), |metrics| Some(metrics.recall_at_0_1_percent)),
        ("recall at 1 % FPR".into(), |metrics| Some(metrics.recall_at_1_percent)),
        ("precision at 50".into(), |metrics| Some(metrics.precision_at_50)),
        (format!("precision, {budget} alarms a day"), |metrics| Some(metrics.budget.precision)),
        (format!("recall, {budget} alarms a day"), |metrics| Some(metrics.budget.recall)),
        ("Brier score".into(), |metrics| Some(metrics.probability.as_ref()?.brier)),
        ("calibration error (ECE)".into(), |metrics| Some(metrics.probability.as_ref()?.ece)),
    ]
}

fn rankings(f: &mut fmt::Formatter<'_>, detector: &DetectorMetrics) -> fmt::Result {
    let DetectorMetrics { user_days, single_events, .. } = detector;
    writeln!(f, "\n{:<28}{:<24}events", "", "user-days")?;
    for (name, metric) in lines(user_days) {
        if let (Some(of_days), Some(of_events)) = (metric(user_days), metric(single_events)) {
            writeln!(f, "{name:<28}{:<24}{}", with_interval(of_days), with_interval(of_events))?;
        }
    }
    if let (Some(days), Some(events)) = (&user_days.probability, &single_events.probability) {
        let (days, events) = (days.default_threshold, events.default_threshold);
        let alarms = |all: f64, not_true: f64| format!("{all:.2}, false {not_true:.2}");
        let name = format!("alarms a day from {}", days.threshold);
        let of_days = alarms(days.alarms_a_day, days.false_alarms_a_day);
        writeln!(f, "{name:<28}{of_days:<24}{}", alarms(events.alarms_a_day, events.false_alarms_a_day))?;
    }
    Ok(())
}

fn with_interval(Estimate { value, low, high }: Estimate) -> String {
    format!("{value:.3} [{low:.3}, {high:.3}]")
}

fn detection(f: &mut fmt::Formatter<'_>, detection: &Detection) -> fmt::Result {
    let Detection { cases, found, median_events, median_hours } = detection;
    write!(f, "attacks seen at 1 % FPR: {found} of {cases}")?;
    if let (Some(events), Some(hours)) = (median_events, median_hours) {
        write!(f, "; median: at event {events} of the attack, {hours:.1} hours after its start")?;
    }
    writeln!(f)
}

fn kinds(f: &mut fmt::Formatter<'_>, detector: &DetectorMetrics) -> fmt::Result {
    let width = detector.kinds.iter().map(|kind| kind.name.chars().count()).max().unwrap_or_default().max(16);
    let name = "kind of attack";
    writeln!(f, "\n{name:<width$}  days  seen     recall 0.1 %  recall 1 %  PR-AUC  ROC-AUC  events  hours")?;
    for kind in &detector.kinds {
        let Detection { cases, found, median_events, median_hours } = kind.detection;
        writeln!(
            f,
            "{:<width$}  {:>4}  {:<7}  {:>12}  {:>10}  {:>6}  {:>7}  {:>6}  {:>5}",
            kind.name,
            kind.user_days,
            format!("{found}/{cases}"),
            decimal(kind.recall_at_0_1_percent),
            decimal(kind.recall_at_1_percent),
            decimal(kind.pr_auc),
            decimal(kind.roc_auc),
            median_events.map_or("-".into(), |events| events.to_string()),
            median_hours.map_or("-".into(), |hours| format!("{hours:.1}")),
        )?;
    }
    Ok(())
}

fn history(f: &mut fmt::Formatter<'_>, rows: &[HistoryMetrics]) -> fmt::Result {
    writeln!(f, "\nactive days before  benign  false alarms  attacked  recall   (at 1 % FPR over all)")?;
    for row in rows {
        writeln!(
            f,
            "{:<18}  {:>6}  {:>12}  {:>8}  {:>6}",
            days(row),
            row.benign,
            row.false_positive_rate.map_or("-".into(), |rate| format!("{:.2} %", rate * 100.0)),
            row.attacked,
            decimal(row.recall),
        )?;
    }
    Ok(())
}

/// Returns the range of active days before in words.
pub(super) fn days(HistoryMetrics { from, to, .. }: &HistoryMetrics) -> String {
    to.map_or_else(|| format!("{from} or more"), |to| format!("{from} to {to}"))
}

/// The name of a metric and its estimate for a detector.
type ComparedMetric = (&'static str, fn(&DetectorMetrics) -> Estimate);

fn compared(f: &mut fmt::Formatter<'_>, ours: &DetectorMetrics, forest: &DetectorMetrics) -> fmt::Result {
    writeln!(
        f,
        "\na detector without memory for comparison: a random forest on the event's own fields, trained on labels"
    )?;
    writeln!(f, "{:<28}{:<24}the forest", "", "this detector")?;
    let rows: [ComparedMetric; 5] = [
        ("events, PR-AUC", |detector| detector.single_events.pr_auc),
        ("events, ROC-AUC", |detector| detector.single_events.roc_auc),
        ("user-days, PR-AUC", |detector| detector.user_days.pr_auc),
        ("user-days, ROC-AUC", |detector| detector.user_days.roc_auc),
        ("user-days, recall at 1 %", |detector| detector.user_days.recall_at_1_percent),
    ];
    for (name, metric) in rows {
        writeln!(f, "{name:<28}{:<24}{}", with_interval(metric(ours)), with_interval(metric(forest)))?;
    }
    for (our, other) in ours.kinds.iter().zip(&forest.kinds) {
        let pair = |pr, roc| format!("{} / {}", decimal(pr), decimal(roc));
        let name = format!("  {}", our.name);
        let (of_ours, of_forest) =
            (pair(our.event_pr_auc, our.event_roc_auc), pair(other.event_pr_auc, other.event_roc_auc));
        writeln!(f, "{name:<28}{of_ours:<24}{of_forest}")?;
    }
    writeln!(f, "(of kinds: PR-AUC / ROC-AUC of events)")?;
    writeln!(f, "{REFERENCE_CAVEAT}")
}

/// Returns a value with three decimal places, or a dash where there is none.
pub(super) fn decimal(value: Option<f64>) -> String {
    value.map_or("-".into(), |value| format!("{value:.3}"))
}

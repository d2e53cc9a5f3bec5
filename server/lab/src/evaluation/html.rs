//! The self-contained HTML page of an evaluation.

mod plots;

use super::{
    DetectorMetrics, Evaluation,
    groups::{HistoryMetrics, KindMetrics},
    ranking_metrics::RankingMetrics,
    summary::{REFERENCE_CAVEAT, days, decimal},
};
use crate::{
    estimate::Estimate,
    html_report::{document, escaped, section, table, tiles, with_interval},
};

/// Returns the page; `title` is the name of the log.
pub fn page(evaluation: &Evaluation, title: &str) -> String {
    let Evaluation { detector, reference, .. } = evaluation;
    let title = escaped(title);
    let beside = reference.as_ref();
    let content = [
        format!("<p class=\"lead\">{}</p>\n", introduction(evaluation, &title)),
        main_metrics(&detector.user_days),
        section("Figures", &rankings(detector, beside)),
        section("Ranking", &plots::ranking(detector, beside, evaluation.settings.prevalence)),
        section("Scores and probabilities", &plots::scores(detector)),
        section("Kinds of attack", &(plots::kinds(&detector.kinds) + &kinds(&detector.kinds, beside))),
        section("By length of history", &history(&detector.history)),
    ];
    document(&format!("Evaluation of {title}"), "How well attacks are seen", &content.concat())
}

fn introduction(evaluation: &Evaluation, title: &str) -> String {
    let Evaluation { readable, users, calendar_days, settings, detector, .. } = evaluation;
    let RankingMetrics { attacked, benign, .. } = &detector.user_days;
    let prevalence = settings.prevalence.map_or_else(String::new, |prevalence| {
        format!(" PR-AUC, Brier score and calibration error are those for attacks being {prevalence} of all.")
    });
    format!(
        "{title}: {readable} events, of which {attacked} attacked and {benign} benign user-days of {users} users on \
         {calendar_days} calendar days are judged. A user-day is as suspicious as its most suspicious event. Brackets \
         hold the figure in 95 of 100 draws of users.{prevalence}"
    )
}

fn main_metrics(days: &RankingMetrics) -> String {
    tiles(&[
        ("PR-AUC".to_owned(), days.pr_auc),
        ("ROC-AUC".to_owned(), days.roc_auc),
        ("Recall at 1 % false alarms".to_owned(), days.recall_at_1_percent),
        ("Precision of the top 50".to_owned(), days.precision_at_50),
        (format!("Recall with {} alarms a day", days.budget.alarms_a_day), days.budget.recall),
    ])
}

/// The name of a metric and its estimate.
type MetricRow = (&'static str, fn(&RankingMetrics) -> Option<Estimate>);

fn rankings(detector: &DetectorMetrics, reference: Option<&DetectorMetrics>) -> String {
    let rows: [MetricRow; 9] = [
        ("PR-AUC", |metrics| Some(metrics.pr_auc)),
        ("ROC-AUC", |metrics| Some(metrics.roc_auc)),
        ("Recall at 0.1 % false alarms", |metrics| Some(metrics.recall_at_0_1_percent)),
        ("Recall at 1 % false alarms", |metrics| Some(metrics.recall_at_1_percent)),
        ("Precision of the top 50", |metrics| Some(metrics.precision_at_50)),
        ("Precision within the budget", |metrics| Some(metrics.budget.precision)),
        ("Recall within the budget", |metrics| Some(metrics.budget.recall)),
        ("Brier score", |metrics| Some(metrics.probability.as_ref()?.brier)),
        ("Calibration error (ECE)", |metrics| Some(metrics.probability.as_ref()?.ece)),
    ];
    let mut columns = vec![("User-days", &detector.user_days), ("Events", &detector.single_events)];
    if let Some(forest) = reference {
        columns.extend([("User-days, forest", &forest.user_days), ("Events, forest", &forest.single_events)]);
    }
    let body = rows.map(|(name, metric)| {
        let cells = columns.iter().map(|(_, metrics)| metric(metrics).map_or("–".into(), with_interval)).collect();
        (name.to_owned(), cells)
    });
    let note = reference.map_or_else(String::new, |_| {
        format!(
            "<p class=\"note\">The forest is a detector without memory: a random forest on the events' own fields, trained on \
             the labels of other users. {REFERENCE_CAVEAT}</p>\n"
        )
    });
    let heads: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    table("", &heads, &body) + &note
}

fn kinds(kinds: &[KindMetrics], reference: Option<&DetectorMetrics>) -> String {
    let mut heads = vec!["User-days", "Attacks seen", "Recall at 0.1 %", "Recall at 1 %", "PR-AUC", "ROC-AUC", "Hours"];
    heads.extend(reference.map(|_| "Events, ROC-AUC"));
    heads.extend(reference.map(|_| "Forest"));
    let row = |(number, kind): (usize, &KindMetrics)| {
        let mut cells = vec![
            kind.user_days.to_string(),
            format!("{} of {}", kind.detection.found, kind.detection.cases),
            decimal(kind.recall_at_0_1_percent),
            decimal(kind.recall_at_1_percent),
            decimal(kind.pr_auc),
            decimal(kind.roc_auc),
            kind.detection.median_hours.map_or("–".into(), |hours| format!("{hours:.1}")),
        ];
        if let Some(forest) = reference {
            cells.push(decimal(kind.event_roc_auc));
            cells.push(decimal(forest.kinds.get(number).and_then(|kind| kind.event_roc_auc)));
        }
        (escaped(&kind.name), cells)
    };
    let rows: Vec<_> = kinds.iter().enumerate().map(row).collect();
    table("Kind", &heads, &rows)
        + "<p class=\"note\">Attacks are seen when an event exceeds the score that 1 % of benign user-days pass; hours \
           are the median from an attack's first event to that.</p>\n"
}

fn history(rows: &[HistoryMetrics]) -> String {
    let heads = ["Benign user-days", "False alarms", "Attacked user-days", "Recall"];
    let row = |row: &HistoryMetrics| {
        let cells = vec![
            row.benign.to_string(),
            row.false_positive_rate.map_or("–".into(), |rate| format!("{:.2} %", rate * 100.0)),
            row.attacked.to_string(),
            decimal(row.recall),
        ];
        (days(row), cells)
    };
    table("Active days before", &heads, &rows.iter().map(row).collect::<Vec<_>>())
}

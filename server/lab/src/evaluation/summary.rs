//! An evaluation as aligned text, for people at a terminal.

use std::fmt;

use super::{
    Evaluation, Measured,
    detection::Detection,
    groups::History,
    level::{Figure, Level},
};

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { records, readable, unscored, users, calendar_days, settings, detector, reference } = self;
        let Level { attacked, benign, .. } = &detector.user_days;
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
        levels(f, detector)?;
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

/// What the intervals of the reference do not say.
pub(super) const REFERENCE_DOUBT: &str = "The forest is taught on one half of the users and asked about the other, by \
     one split. Its intervals hold that split fast: another may move its figures by more, and where attacks look like \
     ordinary events it remembers people instead and may rank below chance.";

/// Names a figure and takes it from a level.
type Line = (String, fn(&Level) -> Option<Figure>);

fn lines(level: &Level) -> [Line; 9] {
    let budget = level.budget.alarms_a_day;
    [
        ("PR-AUC".into(), |level| Some(level.pr_auc)),
        ("ROC-AUC".into(), |level| Some(level.roc_auc)),
        ("recall at 0.1 % FPR".into(), |level| Some(level.recall_at_0_1_percent)),
        ("recall at 1 % FPR".into(), |level| Some(level.recall_at_1_percent)),
        ("precision at 50".into(), |level| Some(level.precision_at_50)),
        (format!("precision, {budget} alarms a day"), |level| Some(level.budget.precision)),
        (format!("recall, {budget} alarms a day"), |level| Some(level.budget.recall)),
        ("Brier score".into(), |level| Some(level.probability.as_ref()?.brier)),
        ("calibration error (ECE)".into(), |level| Some(level.probability.as_ref()?.ece)),
    ]
}

fn levels(f: &mut fmt::Formatter<'_>, Measured { user_days, single_events, .. }: &Measured) -> fmt::Result {
    writeln!(f, "\n{:<28}{:<24}events", "", "user-days")?;
    for (name, figure) in lines(user_days) {
        if let (Some(of_days), Some(of_events)) = (figure(user_days), figure(single_events)) {
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

fn with_interval(Figure { value, low, high }: Figure) -> String {
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

fn kinds(f: &mut fmt::Formatter<'_>, measured: &Measured) -> fmt::Result {
    let width = measured.kinds.iter().map(|kind| kind.name.chars().count()).max().unwrap_or_default().max(16);
    let name = "kind of attack";
    writeln!(f, "\n{name:<width$}  days  seen     recall 0.1 %  recall 1 %  PR-AUC  ROC-AUC  events  hours")?;
    for kind in &measured.kinds {
        let Detection { cases, found, median_events, median_hours } = kind.detection;
        writeln!(
            f,
            "{:<width$}  {:>4}  {:<7}  {:>12}  {:>10}  {:>6}  {:>7}  {:>6}  {:>5}",
            kind.name,
            kind.user_days,
            format!("{found}/{cases}"),
            figure(kind.recall_at_0_1_percent),
            figure(kind.recall_at_1_percent),
            figure(kind.pr_auc),
            figure(kind.roc_auc),
            median_events.map_or("-".into(), |events| events.to_string()),
            median_hours.map_or("-".into(), |hours| format!("{hours:.1}")),
        )?;
    }
    Ok(())
}

fn history(f: &mut fmt::Formatter<'_>, rows: &[History]) -> fmt::Result {
    writeln!(f, "\nactive days before  benign  false alarms  attacked  recall   (at 1 % FPR over all)")?;
    for row in rows {
        writeln!(
            f,
            "{:<18}  {:>6}  {:>12}  {:>8}  {:>6}",
            days(row),
            row.benign,
            row.false_positive_rate.map_or("-".into(), |rate| format!("{:.2} %", rate * 100.0)),
            row.attacked,
            figure(row.recall),
        )?;
    }
    Ok(())
}

/// Returns a length of history in words.
pub(super) fn days(History { from, to, .. }: &History) -> String {
    to.map_or_else(|| format!("{from} or more"), |to| format!("{from} to {to}"))
}

/// Names a figure and takes it from a detector.
type Compared = (&'static str, fn(&Measured) -> Figure);

fn compared(f: &mut fmt::Formatter<'_>, ours: &Measured, forest: &Measured) -> fmt::Result {
    writeln!(
        f,
        "\nwhat a detector without a memory sees: a random forest of the event's own fields, taught by labels"
    )?;
    writeln!(f, "{:<28}{:<24}the forest", "", "this detector")?;
    let rows: [Compared; 5] = [
        ("events, PR-AUC", |measured| measured.single_events.pr_auc),
        ("events, ROC-AUC", |measured| measured.single_events.roc_auc),
        ("user-days, PR-AUC", |measured| measured.user_days.pr_auc),
        ("user-days, ROC-AUC", |measured| measured.user_days.roc_auc),
        ("user-days, recall at 1 %", |measured| measured.user_days.recall_at_1_percent),
    ];
    for (name, figure) in rows {
        writeln!(f, "{name:<28}{:<24}{}", with_interval(figure(ours)), with_interval(figure(forest)))?;
    }
    for (our, other) in ours.kinds.iter().zip(&forest.kinds) {
        let pair = |pr, roc| format!("{} / {}", figure(pr), figure(roc));
        let name = format!("  {}", our.name);
        let (of_ours, of_forest) =
            (pair(our.event_pr_auc, our.event_roc_auc), pair(other.event_pr_auc, other.event_roc_auc));
        writeln!(f, "{name:<28}{of_ours:<24}{of_forest}")?;
    }
    writeln!(f, "(of kinds: PR-AUC / ROC-AUC of events)")?;
    writeln!(f, "{REFERENCE_DOUBT}")
}

/// Returns a figure to three digits, or a dash where there is none.
pub(super) fn figure(figure: Option<f64>) -> String {
    figure.map_or("-".into(), |figure| format!("{figure:.3}"))
}

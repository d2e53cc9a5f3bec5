//! Alerts as pages show them.

use app::page_types::{AlertAct, AlertSummary, AlertView};
use shared::{
    alerting::{Act, AlertKind, HistoryEntry},
    error::Error,
    format::counted,
    prediction::Prediction,
};

use crate::alerts::Alert;

/// Returns an alert's line in the queue.
///
/// # Errors
///
/// Fails with [`Error::Internal`] if its event cannot be read.
pub(super) fn summary(alert: &Alert) -> Result<AlertSummary, Error> {
    Ok(line(alert, &prediction(alert)?))
}

/// Returns an alert in full, as [`summary`].
pub(super) fn view(alert: &Alert) -> Result<AlertView, Error> {
    let prediction = prediction(alert)?;
    let of_days = alert.contributions.iter().map(|day| {
        let reason = day.reasons.first().map_or("unusual activity", String::as_str);
        format!("{:.0} points by {}: {reason}", day.points, app::format::moment(day.time))
    });
    let of_event = prediction.reasons.iter().map(|reason| reason.sentence.clone());
    let is_risk = alert.id.kind == AlertKind::Risk;
    Ok(AlertView {
        summary: line(alert, &prediction),
        reasons: if is_risk { of_days.collect() } else { of_event.collect() },
        history: alert.lifecycle.history().iter().rev().map(act).collect(),
        version: alert.lifecycle.version(),
    })
}

/// Returns what happened, as a sentence.
pub(crate) fn title(alert: &Alert, prediction: &Prediction) -> String {
    if alert.id.kind == AlertKind::Risk {
        let days = counted(alert.contributions.len() as u64, "unusual day");
        return format!("Risk has risen to {:.0} of 100 by {days}", alert.group.risk);
    }
    let strongest = prediction.reasons.first();
    strongest.map_or_else(|| "Unusual activity".to_owned(), |reason| reason.sentence.clone())
}

fn prediction(alert: &Alert) -> Result<Prediction, Error> {
    alert.event.unpack().map(|scored| scored.prediction()).map_err(|_| Error::Internal)
}

fn line(alert: &Alert, prediction: &Prediction) -> AlertSummary {
    let Alert { id, key, group, lifecycle, .. } = alert;
    AlertSummary {
        id: id.to_string(),
        user_id: key.user.to_string(),
        severity: group.severity,
        state: lifecycle.state().name().to_owned(),
        verdict: lifecycle.state().verdict(),
        assignee: lifecycle.assignee().map(str::to_owned),
        sentence: title(alert, prediction),
        events: group.count,
        first_seen: group.first_seen,
        last_seen: group.last_seen,
        anomaly_score: group.score,
    }
}

fn act(HistoryEntry { time, by, act }: &HistoryEntry) -> AlertAct {
    let what = match act {
        Act::Move(state) => match state.verdict() {
            Some(verdict) => format!("closed it as {}", verdict.name().replace('_', " ")),
            None => format!("made it {}", state.name().replace('_', " ")),
        },
        Act::Assign(Some(name)) => format!("gave it to {name}"),
        Act::Assign(None) => "gave it to nobody".to_owned(),
        Act::Note(note) => note.clone(),
    };
    AlertAct { time: *time, by: by.clone(), what }
}

//! Alerts in the shapes that clients rely on.

use axum::http::{HeaderName, HeaderValue, header::ETAG};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    alerting::{Act, AlertKind, HistoryEntry, Verdict},
    error::Error,
    severity::Severity,
};

use super::types::{ReasonBody, RiskContributionBody};
use crate::alerts::Alert;

/// An alert in a list.
#[derive(Debug, Serialize)]
pub(super) struct AlertBody {
    id: String,
    user_id: String,
    kind: AlertKind,
    severity: Severity,
    state: &'static str,
    verdict: Option<Verdict>,
    assignee: Option<String>,
    events: u64,
    first_seen: Timestamp,
    last_seen: Timestamp,
    raised: Timestamp,
    /// The highest anomaly score of its events.
    anomaly_score: f64,
    /// The highest risk of the user after one of its events.
    user_risk: f64,
    /// The id and the time of the event that raised it.
    event_id: String,
    timestamp: Timestamp,
    reasons: Vec<ReasonBody>,
}

/// An alert with what people did about it.
#[derive(Debug, Serialize)]
pub(super) struct AlertDetailsBody {
    #[serde(flatten)]
    alert: AlertBody,
    /// The days that the user's risk consisted of, for an alert about it.
    contributions: Vec<RiskContributionBody>,
    history: Vec<HistoryEntryBody>,
}

/// One thing that somebody did about an alert.
#[derive(Debug, Serialize)]
struct HistoryEntryBody {
    time: Timestamp,
    by: String,
    #[serde(flatten)]
    act: ActBody,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ActBody {
    Move {
        state: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        verdict: Option<Verdict>,
    },
    Assign {
        assignee: Option<String>,
    },
    Note {
        note: String,
    },
}

impl AlertBody {
    /// Returns the body of an alert.
    ///
    /// # Errors
    ///
    /// Fails with [`Error::Internal`] if its event cannot be read, which `uba doctor` tells.
    pub(super) fn of(alert: &Alert) -> Result<Self, Error> {
        let Alert { id, key, group, lifecycle, raised, event, .. } = alert;
        let prediction = event.unpack().map_err(|_| Error::Internal)?.prediction();
        Ok(Self {
            id: id.to_string(),
            user_id: key.user.to_string(),
            kind: id.kind,
            severity: group.severity,
            state: lifecycle.state().name(),
            verdict: lifecycle.state().verdict(),
            assignee: lifecycle.assignee().map(str::to_owned),
            events: group.count,
            first_seen: group.first_seen,
            last_seen: group.last_seen,
            raised: *raised,
            anomaly_score: group.score,
            user_risk: group.risk,
            event_id: prediction.event_id,
            timestamp: prediction.timestamp,
            reasons: prediction.reasons.into_iter().map(Into::into).collect(),
        })
    }
}

impl AlertDetailsBody {
    /// Returns the body of an alert, as [`AlertBody::of`].
    pub(super) fn of(alert: &Alert) -> Result<Self, Error> {
        Ok(Self {
            alert: AlertBody::of(alert)?,
            contributions: alert.contributions.iter().cloned().map(Into::into).collect(),
            history: alert.lifecycle.history().iter().cloned().map(Into::into).collect(),
        })
    }
}

impl From<HistoryEntry> for HistoryEntryBody {
    fn from(HistoryEntry { time, by, act }: HistoryEntry) -> Self {
        let act = match act {
            Act::Move(state) => ActBody::Move { state: state.name(), verdict: state.verdict() },
            Act::Assign(assignee) => ActBody::Assign { assignee },
            Act::Note(note) => ActBody::Note { note },
        };
        Self { time, by, act }
    }
}

/// Returns the header that tells which version of an alert an answer has.
pub(super) fn etag(alert: &Alert) -> [(HeaderName, HeaderValue); 1] {
    let version = format!("\"{}\"", alert.lifecycle.version());
    [(ETAG, HeaderValue::try_from(version).expect("digits between quotation marks"))]
}

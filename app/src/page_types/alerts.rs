//! What the pages of alerts show.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{alerting::Verdict, severity::Severity};

/// A part of the queue of alerts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertQueue {
    /// The alerts, the one that was raised last first.
    pub alerts: Vec<AlertSummary>,
    /// The id of the alert after which the queue goes on, if there may be more.
    pub next: Option<String>,
    /// The score from which on an event is an anomaly.
    pub threshold: f64,
    /// The number of alerts a day that the threshold keeps to, if there is a budget.
    pub daily_budget: Option<f64>,
}

/// An alert in the queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertSummary {
    /// The id.
    pub id: String,
    /// The user.
    pub user_id: String,
    /// The severity.
    pub severity: Severity,
    /// The name of the state: `open`, `acknowledged`, `in_progress` or `closed`.
    pub state: String,
    /// The verdict of a closed alert.
    pub verdict: Option<Verdict>,
    /// The person who works on it.
    pub assignee: Option<String>,
    /// What happened, as a sentence.
    pub sentence: String,
    /// The number of its events.
    pub events: u64,
    /// The time of its earliest event.
    pub first_seen: Timestamp,
    /// The time of its latest event.
    pub last_seen: Timestamp,
    /// The highest anomaly score of its events.
    pub anomaly_score: f64,
}

/// An alert in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertView {
    /// Its line in the queue.
    pub summary: AlertSummary,
    /// The reasons for the score of the event that raised it, the strongest first; for a high risk, those of each of its
    /// days.
    pub reasons: Vec<String>,
    /// What was done about it, the latest first.
    pub history: Vec<AlertAct>,
    /// The number of entries in the alert's history. A change is refused if another person has changed the alert since this
    /// version was read.
    pub version: usize,
}

/// One thing that somebody did about an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertAct {
    /// The time.
    pub time: Timestamp,
    /// The account that did it.
    pub by: String,
    /// What was done, in words.
    pub what: String,
}

//! What is told by a notification.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::severity::Severity;

/// A notification: what is told, independently of the channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The time at which the message was written, which stays the same when delivery is tried again.
    pub time: Timestamp,
    /// The name of the organisation that is watched, for those who receive messages of several.
    pub organisation: Option<String>,
    /// What is told.
    pub content: Content,
}

/// What a message tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// One alert.
    Alert(AlertNotice),
    /// Several alerts together.
    Digest(Digest),
    /// Nothing but that the channel works.
    Test(TestNotice),
}

/// What a message tells about one alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertNotice {
    /// The id of the alert.
    pub alert_id: String,
    /// What the alert has in common with others that belong to the same conversation, such as its fingerprint.
    pub thread_id: String,
    /// The name of the kind of the alert, such as `bulk_activity`.
    pub alert_kind: String,
    /// The user who acted.
    pub user: String,
    /// How urgently the alert should be investigated.
    pub severity: Severity,
    /// The anomaly score, from 0 to 1.
    pub score: f64,
    /// The share of benign user-days that are at least as rare.
    pub p_value: f64,
    /// The anomaly score of an ordinary moment, to which the contributions of the reasons are added.
    pub base_value: f64,
    /// What happened, as a sentence without the user and without a full stop.
    pub title: String,
    /// The reasons, the strongest first.
    pub reasons: Vec<NoticeReason>,
    /// The number of events of the alert.
    pub event_count: u64,
    /// The time of the earliest event.
    pub first_seen: Timestamp,
    /// The time of the latest event.
    pub last_seen: Timestamp,
    /// The address of the alert's page, where the address of the server is known.
    pub link: Option<String>,
}

/// One reason of an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoticeReason {
    /// The reason as a sentence.
    pub sentence: String,
    /// What the reason adds to the anomaly score; negative where it makes the event more ordinary.
    pub contribution: f64,
}

/// Several alerts that are told together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    /// The time since which the alerts were raised.
    pub since: Timestamp,
    /// The alerts that are told one by one, the most urgent first.
    pub alerts: Vec<AlertNotice>,
    /// The number of further alerts, which are only counted, and by syslog and OCSF not told at all.
    pub more: u64,
    /// The address of the page of alerts, where the address of the server is known.
    pub link: Option<String>,
}

/// What a message tells that only tests a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestNotice {
    /// The name of the account that asked for the test.
    pub requested_by: String,
    /// The address of the page of channels, where the address of the server is known.
    pub link: Option<String>,
}

impl Digest {
    /// Returns the number of all alerts.
    pub fn total(&self) -> u64 {
        self.alerts.len() as u64 + self.more
    }
}

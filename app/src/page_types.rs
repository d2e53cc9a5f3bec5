//! The types that pages exchange with the server. They serve pages alone: the API has types of its own.

mod alerts;
mod model_facts;

pub use self::{
    alerts::{AlertAct, AlertQueue, AlertSummary, AlertView},
    model_facts::{EvidenceWeight, FeatureImportance, ModelFacts},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    calendar::Day,
    event::{Action, Device},
    prediction::Prediction,
    risk::RiskContribution,
    severity::Severity,
    travel::Coordinates,
};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// The content of the dashboard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dashboard {
    /// Number of events so far.
    pub events: u64,
    /// Number of users so far.
    pub users: u64,
    /// Score from which on an event is an anomaly.
    pub threshold: f64,
    /// Number of users at a risk of 50 or more.
    pub at_risk: u64,
    /// The first users in the requested order.
    pub riskiest: Vec<UserSummary>,
    /// The notices that users still join, the newest first.
    pub notices: Vec<NoticeWithUsers>,
    /// The latest notable user-days, the newest first.
    pub notable_days: Vec<NotableDay>,
    /// Events and anomalies of each of the last days, the oldest first.
    pub days: Vec<DayCount>,
    /// Progress of the sample log's import, while it runs.
    pub import: Option<ImportProgress>,
}

/// One user in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserSummary {
    /// The user's id.
    pub user_id: String,
    /// Whether the user is a program rather than a person.
    pub is_service_account: bool,
    /// Risk now, from 0 to 100.
    pub risk: f64,
    /// The risk now less that of seven days ago.
    pub gain: f64,
    /// The risk on each of the last 30 days and now, the oldest first.
    pub risk_history: Vec<f64>,
    /// Number of events.
    pub events: u64,
    /// Number of anomalies among them.
    pub anomalies: u64,
    /// Number of days with any event.
    pub active_days: u32,
    /// Time of the latest event.
    pub last_seen: Option<Timestamp>,
    /// Time of the moment that contributes most to the risk.
    pub peak: Option<Timestamp>,
    /// Why that moment stood out, the strongest reason first.
    pub reasons: Vec<String>,
}

/// Which users a list has, and in what order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserQuery {
    /// A part of the user's id, in any case; empty for every user.
    pub search: String,
    /// The order.
    pub order: Order,
    /// The level of the risk; none for every level.
    pub level: Option<Severity>,
    /// The kind of user.
    pub kind: UserKind,
    /// The page, from 0.
    pub page: u64,
}

/// A kind of user.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum UserKind {
    /// Every user.
    #[default]
    Any,
    /// People.
    People,
    /// Service accounts.
    Services,
}

impl UserKind {
    /// Returns the name that addresses have it by.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns the name on pages.
    pub fn title(self) -> &'static str {
        match self {
            Self::Any => "People and services",
            Self::People => "People",
            Self::Services => "Service accounts",
        }
    }
}

/// One page of a list of users.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserList {
    /// The users of the page.
    pub users: Vec<UserSummary>,
    /// Number of users on all pages.
    pub matching: u64,
    /// Number of pages.
    pub pages: u64,
}

/// The order of a list of users, the largest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Order {
    /// By risk now.
    #[default]
    Risk,
    /// By gain over the last seven days.
    Gain,
}

impl Order {
    /// Returns the name that addresses have it by.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A user-day with events that have reasons, and the rarest of these events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NotableDay {
    /// The user.
    pub user_id: String,
    /// Time of the rarest event.
    pub timestamp: Timestamp,
    /// The score of the rarest event.
    pub anomaly_score: f64,
    /// Whether the score reached the threshold.
    pub is_anomaly: bool,
    /// How urgently the event should be looked at.
    pub severity: Severity,
    /// The strongest reason for the score.
    pub reason: Option<String>,
    /// Number of the other events of the day that have reasons.
    pub others: u64,
}

/// A change that many users made on one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// The notice's number: from 1, in the order of opening.
    pub number: u64,
    /// What the users did, as a sentence without an end.
    pub sentence: String,
    /// Whether users still join.
    pub is_open: bool,
    /// The day (UTC) on which it opened.
    pub first_day: Day,
    /// The latest day on which a user joined.
    pub last_day: Day,
    /// Number of users who were active on the first day.
    pub active: u64,
    /// Number of those of them who joined on the first day.
    pub users_of_first_day: u64,
    /// Number of all users who joined.
    pub users: u64,
    /// What they did, each with the name of its family, as reasons have it.
    pub values: Vec<(String, String)>,
}

/// A notice with the users under it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoticeWithUsers {
    /// The notice.
    pub notice: Notice,
    /// Ids of users with the days on which they joined, in the order of the ids; not all of a very large notice.
    pub users: Vec<(String, Day)>,
}

/// Events and anomalies of one day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DayCount {
    /// The day (UTC), counted from 1970-01-01.
    pub day: i32,
    /// Number of events.
    pub events: u64,
    /// Number of anomalies among them.
    pub anomalies: u64,
    /// Number of alerts that were raised; counted for 400 days.
    pub alerts: u64,
}

/// How far the import of a log is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ImportProgress {
    /// Records dealt with so far.
    pub done: u64,
    /// Records in the log.
    pub total: u64,
}

/// The content of a user's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserDetails {
    /// The user.
    pub summary: UserSummary,
    /// The days that contribute to the risk, the largest contribution first.
    pub contributions: Vec<RiskContribution>,
    /// The places where the user usually is.
    pub places: Vec<UsualValue>,
    /// The first parts of the paths of resources that the user usually works on.
    pub projects: Vec<UsualValue>,
    /// The kinds of device that the user works with.
    pub devices: Vec<UsualValue>,
    /// The kinds of action that the user takes.
    pub actions: Vec<UsualValue>,
    /// Shares of the user's days by hour of the day (UTC).
    pub hours: [f64; 24],
    /// How much of the history that a full comparison needs the profile has, from 0 to 1.
    pub maturity: f64,
    /// The latest events, the newest first.
    pub timeline: Vec<TimelineEvent>,
    /// The notices that the user joined on a day that stood out, the newest first.
    pub notices: Vec<Notice>,
}

/// A value that is usual for a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UsualValue {
    /// The value's name.
    pub name: String,
    /// Share of the user's days with the value, from 0 to 1.
    pub share: f64,
}

/// Which events of a user a page has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TimelineQuery {
    /// Which events, by how unusual they are.
    pub show: Shown,
    /// The place in the history before which the page begins; none for the latest events.
    pub before: Option<HistoryPlace>,
}

/// Which events are shown, by how unusual they are.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Shown {
    /// Every event.
    #[default]
    All,
    /// Events that have reasons.
    Notable,
    /// Events that reach the threshold.
    Anomalies,
}

/// A place in a user's history: after all events of earlier times, and after those of the time that were committed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryPlace {
    /// The time, in milliseconds of Unix time.
    pub time_ms: i64,
    /// The number of the first event after the place in the order of commits.
    pub sequence: u64,
}

/// A page of a user's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelinePage {
    /// The events, the newest first.
    pub events: Vec<TimelineEvent>,
    /// The place before which there are older ones; none at the beginning of the history.
    pub older: Option<HistoryPlace>,
}

/// One event on a user's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineEvent {
    /// The kind of action.
    pub action: Action,
    /// The resource it was done to.
    pub resource: Option<String>,
    /// The place where the user was.
    pub location: Option<String>,
    /// The device that the user worked with.
    pub device: Option<Device>,
    /// How the event was judged when it came.
    pub prediction: Prediction,
}

/// What the browser needs to score a user's events by itself, exactly as the server does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhatIf {
    /// The user's profile, as [`Profile::to_bytes`](shared::profile::Profile::to_bytes) writes it, in base64.
    pub profile: String,
    /// The part of the population's counts that the user's scores depend on, in base64.
    pub population: String,
    /// Names of places, the user's usual ones and the requested one, with their coordinates where these are known.
    pub places: Vec<(String, Option<Coordinates>)>,
    /// Score from which on an event is an anomaly.
    pub threshold: f64,
    /// Time of the user's latest event.
    pub last_seen: Option<Timestamp>,
    /// Version of the model in force, which the browser loads by itself where it is not the shipped one.
    pub model_version: String,
}

//! What people ask for, and what they are shown: the questions and answers between pages and server.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use crate::{
    event::{Action, Device},
    prediction::Prediction,
    severity::Severity,
    travel::Coordinates,
};

/// The state of things at a glance.
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
    /// Users at risk, in the order that was asked for.
    pub riskiest: Vec<UserSummary>,
    /// The latest events that stood out, the newest first.
    pub anomalies: Vec<Anomaly>,
    /// How much happened on each of the last days, the oldest first.
    pub days: Vec<DayCount>,
    /// The demonstration that is being loaded, if one is.
    pub loading: Option<Loading>,
}

/// One user in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserSummary {
    /// The user's id.
    pub user_id: String,
    /// Whether the user is no person but a program.
    pub is_service_account: bool,
    /// Risk now, from 0 to 100.
    pub risk: f64,
    /// By how much it is above that of seven days ago; negative where it fell.
    pub gain: f64,
    /// Number of events.
    pub events: u64,
    /// Number of anomalies among them.
    pub anomalies: u64,
    /// Number of days with any event.
    pub active_days: u32,
    /// Time of the latest event.
    pub last_seen: Option<Timestamp>,
    /// When the moment was that weighs most in the risk.
    pub peak: Option<Timestamp>,
    /// Why that moment stood out, the strongest reason first.
    pub reasons: Vec<String>,
}

/// What a list of users is ordered by, the largest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Order {
    /// Risk now.
    #[default]
    Risk,
    /// Gain over the last seven days.
    Gain,
}

/// A day's part in a user's risk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskContribution {
    /// When the day's rarest moment was.
    pub time: Timestamp,
    /// Points of the risk; those of all days add up to it.
    pub points: f64,
    /// Why the moment stood out, the strongest reason first.
    pub reasons: Vec<String>,
}

/// One event that stood out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Anomaly {
    /// Who acted.
    pub user_id: String,
    /// When.
    pub timestamp: Timestamp,
    /// The event's score.
    pub anomaly_score: f64,
    /// How urgent it is to look.
    pub severity: Severity,
    /// Why, the strongest reason first.
    pub reasons: Vec<String>,
}

/// How much happened on a day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DayCount {
    /// The day (UTC), counted from 1970-01-01.
    pub day: i32,
    /// Events.
    pub events: u64,
    /// Anomalies among them.
    pub anomalies: u64,
}

/// How far a file has been loaded.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Loading {
    /// Events loaded.
    pub done: u64,
    /// Events there are.
    pub total: u64,
}

/// One user in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserDetails {
    /// The user.
    pub summary: UserSummary,
    /// The days that make up the risk, the one that weighs most first.
    pub contributions: Vec<RiskContribution>,
    /// Where the user usually is, with shares of their days.
    pub places: Vec<(String, f64)>,
    /// Where the user usually works, with shares of their days.
    pub projects: Vec<(String, f64)>,
    /// What the user usually works with, with shares of their days.
    pub devices: Vec<(Device, f64)>,
    /// Kinds of act, with shares of the user's days.
    pub actions: Vec<(Action, f64)>,
    /// Shares of the user's days by hour of the day (UTC).
    pub hours: [f64; 24],
    /// How much of the memory that a full comparison needs there is, from 0 to 1.
    pub maturity: f64,
    /// The latest events, the newest first.
    pub timeline: Vec<TimelineEvent>,
}

/// One event of a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineEvent {
    /// What kind of act it was.
    pub action: Action,
    /// What it was done to.
    pub resource: Option<String>,
    /// Where the user was.
    pub location: Option<String>,
    /// What the user worked with.
    pub device: Option<Device>,
    /// How it was judged.
    pub prediction: Prediction,
}

/// What the browser needs to judge a user's events by itself, exactly as the server does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhatIf {
    /// The user's profile, as [`crate::profile::Profile::to_bytes`] writes it, in base64.
    pub profile: String,
    /// What the population does, as far as it matters to the user, in base64.
    pub population: String,
    /// Where places are, as far as that is known: the user's own, and those that were asked for.
    pub places: Vec<(String, Option<Coordinates>)>,
    /// Score from which on an event is an anomaly.
    pub threshold: f64,
    /// Latest event of the user.
    pub last_seen: Option<Timestamp>,
}

//! Alerts as the server keeps them, and what a commit raises them by.

mod finder;

pub use self::finder::{Findings, KnownGroups};

pub(crate) use self::finder::{Crossings, EpochProfiles, find};

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use shared::{
    alerting::{AlertGroup, AlertKind, AlertSubject, GroupKey, Lifecycle, Suppression},
    risk::RiskContribution,
};

use crate::store::PackedEvent;

/// The id of an alert: the number of the event that raised it, in the order of commits, and the kind. It is written as
/// in `1234-identity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertId {
    /// The number of the event.
    pub sequence: u64,
    /// The kind of the alert.
    pub kind: AlertKind,
}

impl fmt::Display for AlertId {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}-{}", self.sequence, self.kind.name())
    }
}

/// The error for a text that is no id of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the id of an alert, such as 1234-identity")]
pub struct InvalidAlertId;

impl FromStr for AlertId {
    type Err = InvalidAlertId;

    fn from_str(text: &str) -> Result<Self, InvalidAlertId> {
        /// Numbers that the database can hold.
        const MOST: u64 = i64::MAX as u64;
        let (sequence, kind) = text.split_once('-').ok_or(InvalidAlertId)?;
        let sequence: u64 = sequence.parse().map_err(|_| InvalidAlertId)?;
        let kind = kind.parse().map_err(|_| InvalidAlertId)?;
        (sequence <= MOST).then_some(Self { sequence, kind }).ok_or(InvalidAlertId)
    }
}

/// An alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// What its events have in common.
    pub key: GroupKey,
    /// Its events, counted.
    pub group: AlertGroup,
    /// What people do about it.
    pub lifecycle: Lifecycle,
    /// The time at which it was raised.
    pub raised: Timestamp,
    /// The event that raised it.
    pub event: PackedEvent,
    /// The days that the user's risk consists of, for an alert of that kind.
    pub contributions: Vec<RiskContribution>,
}

impl Alert {
    /// Returns the alert that a finding raises.
    pub fn of(finding: &AlertingEvent) -> Self {
        let AlertingEvent { id, key, subject, found, event, contributions, .. } = finding.clone();
        let (group, lifecycle) = (AlertGroup::of(subject), Lifecycle::default());
        Self { id, key, group, lifecycle, raised: whole_milliseconds(found), event, contributions }
    }
}

/// Returns a time without the fractions of a millisecond, as alerts keep times.
pub(crate) fn whole_milliseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).expect("a time cut to milliseconds")
}

/// An event that raises an alert, or is counted in one.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertingEvent {
    /// The id that a new alert gets.
    pub id: AlertId,
    /// The group of the event.
    pub key: GroupKey,
    /// What the alert takes from the event.
    pub subject: AlertSubject,
    /// The time of the finding.
    pub found: Timestamp,
    /// The event.
    pub event: PackedEvent,
    /// The days that the user's risk consists of, where it has become high.
    pub contributions: Vec<RiskContribution>,
    /// The state before the event, for a new alert.
    pub before: Option<StateBefore>,
}

/// The state that an event was scored against, in the stored forms of `shared`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateBefore {
    /// The user's profile.
    pub profile: Vec<u8>,
    /// The part of the population that matters to the event.
    pub population: Vec<u8>,
}

/// A suppression with its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSuppression {
    /// Its id.
    pub id: String,
    /// What it covers, until when, by whom and why.
    pub suppression: Suppression,
    /// The number of events that it has kept from raising an alert.
    pub hidden: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let id = AlertId { sequence: 1234, kind: AlertKind::BulkActivity };
        assert_eq!((id.to_string().as_str(), "1234-bulk_activity".parse()), ("1234-bulk_activity", Ok(id)));
        for wrong in ["", "1234", "-identity", "1234-weather", "18446744073709551615-risk", "1-identity-2"] {
            assert_eq!(wrong.parse::<AlertId>(), Err(InvalidAlertId), "{wrong}");
        }
    }
}

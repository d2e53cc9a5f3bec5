//! The events that are one alert.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::severity_of_risk;
use crate::{calendar::Day, event::UserId, scored_event::ScoredEvent, severity::Severity};

/// What events of one alert have in common: the user and the day (UTC), and that they are anomalies or that the user's
/// risk became high by them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupKey {
    /// The user.
    pub user: UserId,
    /// The day of the events.
    pub day: Day,
    /// Whether the alert is about the user's risk.
    pub is_risk: bool,
}

impl GroupKey {
    /// Returns the group that an anomaly belongs to.
    pub fn of(scored: &ScoredEvent) -> Self {
        Self { user: scored.event.user.clone(), day: scored.event.day(), is_risk: false }
    }

    /// Returns the group of a user's high risk at an event.
    pub fn of_risk(scored: &ScoredEvent) -> Self {
        Self { is_risk: true, ..Self::of(scored) }
    }
}

/// What an alert takes from one event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AlertSubject {
    /// The time of the event.
    pub time: Timestamp,
    /// The severity of the event, or of the risk.
    pub severity: Severity,
    /// The anomaly score of the event, from 0 to 1.
    pub score: f64,
    /// The user's risk after the event, from 0 to 100.
    pub risk: f64,
}

impl AlertSubject {
    /// Returns what an alert takes from an anomaly.
    pub fn of(scored: &ScoredEvent) -> Self {
        Self {
            time: scored.event.time,
            severity: scored.severity,
            score: scored.anomaly_score(),
            risk: scored.user_risk,
        }
    }

    /// Returns what an alert takes from an event by which the user's risk became high.
    pub fn of_risk(scored: &ScoredEvent) -> Self {
        Self { severity: severity_of_risk(scored.user_risk), ..Self::of(scored) }
    }
}

/// The events of an alert, counted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AlertGroup {
    /// The number of events.
    pub count: u64,
    /// The time of the earliest event.
    pub first_seen: Timestamp,
    /// The time of the latest event.
    pub last_seen: Timestamp,
    /// The highest severity.
    pub severity: Severity,
    /// The highest anomaly score, from 0 to 1.
    pub score: f64,
    /// The user's highest risk, from 0 to 100.
    pub risk: f64,
}

impl AlertGroup {
    /// Returns the group of one event.
    pub fn of(subject: AlertSubject) -> Self {
        let AlertSubject { time, severity, score, risk } = subject;
        Self { count: 1, first_seen: time, last_seen: time, severity, score, risk }
    }

    /// Adds an event. Returns whether the severity rose.
    pub fn add(&mut self, subject: AlertSubject) -> bool {
        let before = self.severity;
        self.count += 1;
        self.first_seen = self.first_seen.min(subject.time);
        self.last_seen = self.last_seen.max(subject.time);
        self.severity = self.severity.max(subject.severity);
        self.score = self.score.max(subject.score);
        self.risk = self.risk.max(subject.risk);
        self.severity > before
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;

    fn subject() -> impl Strategy<Value = AlertSubject> {
        let severity = select(vec![Severity::Low, Severity::Medium, Severity::High, Severity::Critical]);
        (0..86_400_i64, severity, 0.0..=1.0_f64, 0.0..=100.0_f64).prop_map(|(second, severity, score, risk)| {
            let time = Timestamp::from_second(second).expect("a second of 1970");
            AlertSubject { time, severity, score, risk }
        })
    }

    proptest! {
        #[test]
        fn a_group_is_the_same_in_whatever_order_its_events_come(
            (subjects, shuffled) in vec(subject(), 1..20).prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        ) {
            let group = |subjects: &[AlertSubject]| {
                let mut group = AlertGroup::of(subjects[0]);
                let rises = subjects[1..].iter().filter(|subject| group.add(**subject)).count();
                (group, rises)
            };
            let ((in_order, rises), (other, _)) = (group(&subjects), group(&shuffled));
            prop_assert_eq!(in_order, other);
            prop_assert_eq!(in_order.count, subjects.len() as u64);
            prop_assert!(in_order.first_seen <= in_order.last_seen);
            prop_assert!(rises <= 3, "there are four severities");
        }
    }
}

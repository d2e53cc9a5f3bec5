//! Which events a list has, and in which order.

use shared::{
    event::{Action, UserId},
    scored_event::ScoredEvent,
    severity::Severity,
};

/// The place of an event in a list. A later time is greater; of events of one time, the one that was committed last is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The time of the event, in milliseconds of Unix time.
    pub time_ms: i64,
    /// The number of the event in the order of commits.
    pub sequence: u64,
}

impl Place {
    /// Returns the place before which there are all events of earlier times than this.
    pub fn at(time_ms: i64) -> Self {
        Self { time_ms, sequence: 0 }
    }
}

/// What an event can be chosen by, beside its user and time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventTraits {
    /// What was done.
    pub action: Action,
    /// How urgent it is to look.
    pub severity: Severity,
    /// The anomaly score, from 0 to 1.
    pub score: f64,
}

impl EventTraits {
    /// Returns the traits of an event.
    pub fn of(scored: &ScoredEvent) -> Self {
        Self { action: scored.event.action, severity: scored.severity, score: scored.anomaly_score() }
    }
}

/// Which events a list has: those to which everything that is said here applies.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventFilter {
    /// Events of this user.
    pub user: Option<UserId>,
    /// Events from this time on, in milliseconds of Unix time.
    pub from_ms: Option<i64>,
    /// Events before this place.
    pub before: Option<Place>,
    /// Events of this action.
    pub action: Option<Action>,
    /// Events of this severity.
    pub severity: Option<Severity>,
    /// Events with this anomaly score or a higher one.
    pub least_score: Option<f64>,
}

impl EventFilter {
    /// Returns whether the list has an event.
    pub fn takes(&self, user: &UserId, place: Place, traits: &EventTraits) -> bool {
        self.user.as_ref().is_none_or(|wanted| wanted == user)
            && self.from_ms.is_none_or(|from| place.time_ms >= from)
            && self.before.is_none_or(|before| place < before)
            && self.action.is_none_or(|action| traits.action == action)
            && self.severity.is_none_or(|severity| traits.severity == severity)
            && self.least_score.is_none_or(|least| traits.score >= least)
    }
}

/// Events of a list that were looked for from the newest on.
#[derive(Debug, PartialEq)]
pub struct Found<T> {
    /// What was found, in no particular order.
    pub events: Vec<T>,
    /// The time down to which everything was found, in milliseconds of Unix time; none if there is nothing more.
    pub complete_to: Option<i64>,
}

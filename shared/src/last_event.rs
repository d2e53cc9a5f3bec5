//! The user's latest event, as a profile keeps it to compare the next one with it.

use serde::{Deserialize, Serialize};

use crate::{
    event::{Action, Event},
    travel::Position,
    value::Value,
};

/// The maximum pause between consecutive failures, in seconds.
const ATTEMPT_SECONDS: i64 = 3600;

/// The parts of the user's latest event that the values of the next event depend on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LastEvent {
    /// The event's second of Unix time; none before the user's first event.
    pub second: Option<i64>,
    /// The kind of act.
    pub action: Option<Action>,
    /// The number of the user's events in that second.
    pub in_second: u32,
    /// The latest known place, which may be that of an earlier event.
    pub place: Option<Value>,
    /// The number of consecutive failures up to and including the event.
    pub failures: u32,
    /// The latest known coordinates and their time, which may be those of an earlier event.
    pub position: Option<Position>,
}

impl LastEvent {
    /// Returns the latest event once `event` has come, at `second` of Unix time and at `place`; a late event changes
    /// nothing.
    #[must_use]
    pub fn then(self, event: &Event, second: i64, place: Option<Value>) -> Self {
        if self.second.is_some_and(|last| second < last) {
            return self;
        }
        let in_second = if self.second == Some(second) { self.in_second } else { 0 };
        let failures = if event.has_failed() { self.failures_until(second) + 1 } else { 0 };
        Self {
            second: Some(second),
            action: Some(event.action),
            in_second: in_second + 1,
            place: place.or(self.place),
            failures,
            position: event.coordinates.map(|coordinates| Position { coordinates, second }).or(self.position),
        }
    }

    /// Returns the number of consecutive failures right before `second`; 0 if the last one is more than an hour old.
    pub fn failures_until(&self, second: i64) -> u32 {
        if self.second.is_some_and(|last| second - last <= ATTEMPT_SECONDS) { self.failures } else { 0 }
    }
}

//! What a profile keeps of the user's latest event, to compare the next one with it.

use serde::{Deserialize, Serialize};

use crate::{
    event::{Action, Event},
    travel::Position,
    value::Value,
};

/// Failures belong to one attempt only while the pauses between them are not longer.
const ATTEMPT_SECONDS: i64 = 3600;

/// The user's latest event, as far as the values of the next event depend on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LastEvent {
    /// The event's second; none before the user's first event.
    pub second: Option<i64>,
    /// The kind of its action.
    pub action: Option<Action>,
    /// Number of the user's events in that second.
    pub in_second: u32,
    /// The latest known place.
    pub place: Option<Value>,
    /// Number of consecutive failures that end with the event.
    pub failures: u32,
    /// The latest known coordinates, and when the user was there.
    pub position: Option<Position>,
}

impl LastEvent {
    /// Returns the latest event after `event`, which happened at `second` and at `place`; a late event changes nothing.
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

    /// Returns the number of consecutive failures of an attempt that still goes on at `second`.
    pub fn failures_until(&self, second: i64) -> u32 {
        if self.second.is_some_and(|last| second - last <= ATTEMPT_SECONDS) { self.failures } else { 0 }
    }
}

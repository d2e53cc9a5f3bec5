//! Where the sender's `location_change` and `failed_attempts` contradict the user's profile.

use serde::{Deserialize, Serialize};

use crate::{
    context::EventContext,
    event::{Event, Outcome},
    families::Family,
};

/// A value that the sender gave and the different one that was derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "what was given and what was derived, of the field that names the variant")]
pub enum FieldMismatch {
    /// Whether the place differs from the last one.
    LocationChange { given: bool, derived: bool },
    /// The number of consecutive failures right before the event.
    FailedAttempts { given: u32, derived: u32 },
}

impl FieldMismatch {
    /// Returns the differences between the values that `event` gives and those derived in its `context`.
    ///
    /// A late event has none, since nothing is derived for it. Failures are compared only if the user was seen before,
    /// and the outcome of the event or of the events right before it is known.
    pub fn between(event: &Event, context: &EventContext) -> Vec<Self> {
        let is_late = context.values.get(Family::InterEventGap).is_none();
        if is_late {
            return Vec::new();
        }
        let derived = context.derived;
        let place = event.location_change.zip(derived.location_change);
        let are_outcomes_told = event.outcome != Outcome::Unknown || derived.failed_attempts > 0;
        let failures = event.failed_attempts.filter(|_| are_outcomes_told && context.active_days > 0);
        [
            place.map(|(given, derived)| Self::LocationChange { given, derived }),
            failures.map(|given| Self::FailedAttempts { given, derived: derived.failed_attempts }),
        ]
        .into_iter()
        .flatten()
        .filter(Self::is_real)
        .collect()
    }

    fn is_real(&self) -> bool {
        match self {
            Self::LocationChange { given, derived } => given != derived,
            Self::FailedAttempts { given, derived } => given != derived,
        }
    }

    /// Returns the name of the event's field.
    pub fn field(&self) -> &'static str {
        match self {
            Self::LocationChange { .. } => "location_change",
            Self::FailedAttempts { .. } => "failed_attempts",
        }
    }

    /// Returns the difference as a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::LocationChange { derived: true, .. } => {
                "The sender says the place is the last one, but the user's last event was elsewhere".to_owned()
            }
            Self::LocationChange { derived: false, .. } => {
                "The sender says the place has changed, but the user's last event was at the same".to_owned()
            }
            Self::FailedAttempts { given, derived } => {
                format!("The sender counts {given} failed in a row before this event, their outcomes say {derived}")
            }
        }
    }
}

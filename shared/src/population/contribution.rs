//! The part of one event that the population learns from.

use serde::{Deserialize, Serialize};

use crate::profile::{ClosedDay, DayScores, FirstOfDay};

/// The part of one event that is added to the population at the end of the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// The event's second of Unix time.
    pub second: i64,
    /// The user's peer group.
    pub peer_group: Option<u64>,
    /// The values and paths that the user had for the first time on that day.
    pub first_of_day: FirstOfDay,
    /// The user's day that the event closed, and the highest scores of its events.
    pub closed_day: Option<(ClosedDay, DayScores)>,
}

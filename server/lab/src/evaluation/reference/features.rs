//! Features of a single event, without any history.

use std::collections::HashMap;

use shared::{
    calendar::{Day, hour_of, second_of},
    event::{Device, Event, Outcome},
    math::{ln_1p, log10},
};
use strum::VariantArray as _;

use crate::estimate::float;

/// Number of columns.
pub(super) const COLUMNS: usize = 9;
/// Names of the columns.
pub(super) const NAMES: [&str; COLUMNS] = [
    "hour",
    "weekday",
    "action",
    "device",
    "volume",
    "failed_attempts",
    "location_change",
    "is_failure",
    "rarity_of_location",
];
/// The value of a missing field.
const UNKNOWN: f64 = f64::NAN;

/// Turns events into rows of features.
pub(super) struct EventFeatures {
    /// Number of training events at each location.
    locations: HashMap<String, usize>,
    /// Number of training events.
    events: usize,
}

impl EventFeatures {
    /// Counts the locations of the training events.
    pub(super) fn of<'a>(events: impl Iterator<Item = &'a Event>) -> Self {
        let mut features = Self { locations: HashMap::new(), events: 0 };
        for event in events {
            features.events += 1;
            if let Some(location) = event.location.as_deref() {
                *features.locations.entry(location.to_owned()).or_default() += 1;
            }
        }
        features
    }

    /// Returns the row of an event.
    #[expect(clippy::cast_possible_truncation, reason = "bins need no more digits")]
    pub(super) fn row(&self, event: &Event) -> [f32; COLUMNS] {
        let second = second_of(event.time);
        let number = |flag: bool| f64::from(u8::from(flag));
        [
            f64::from(hour_of(second)),
            f64::from(Day::of(second).weekday()),
            f64::from(event.action as u8),
            event.device.map_or(UNKNOWN, device),
            event.volume_mb.map_or(UNKNOWN, ln_1p),
            event.failed_attempts.map_or(UNKNOWN, f64::from),
            event.location_change.map_or(UNKNOWN, number),
            failure(event.outcome),
            event.location.as_deref().map_or(UNKNOWN, |location| self.rarity(location)),
        ]
        .map(|value| value as f32)
    }

    /// Returns the rarity of a location among the training events: -log10 of its share, 2 for one in a hundred.
    fn rarity(&self, location: &str) -> f64 {
        let seen = self.locations.get(location).copied().unwrap_or_default();
        -log10(float(seen + 1) / float(self.events + 1))
    }
}

fn device(device: Device) -> f64 {
    Device::VARIANTS.iter().position(|other| *other == device).map_or(UNKNOWN, float)
}

fn failure(outcome: Outcome) -> f64 {
    match outcome {
        Outcome::Success => 0.0,
        Outcome::Failure => 1.0,
        Outcome::Unknown => UNKNOWN,
    }
}

//! What a single event says of itself, as numbers.

use std::collections::HashMap;

use shared::{
    calendar::{Day, hour_of, second_of},
    event::{Device, Event},
    math::{ln_1p, log10},
};
use strum::VariantArray as _;

use crate::evaluation::level::float;

/// Number of columns.
pub(super) const COLUMNS: usize = 9;
/// What the columns are.
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
/// Stands for what is not known.
const UNKNOWN: f64 = f64::NAN;

/// How events become rows.
pub(super) struct Features {
    /// How often each location was seen.
    locations: HashMap<String, usize>,
    events: usize,
}

impl Features {
    /// Learns how common places are.
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

    /// Returns an event's row.
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
            event.outcome.as_deref().map_or(UNKNOWN, |outcome| number(is_failure(outcome))),
            event.location.as_deref().map_or(UNKNOWN, |location| self.rarity(location)),
        ]
        .map(|value| value as f32)
    }

    /// Returns how rare a place is among all events: 2 is one in a hundred.
    fn rarity(&self, location: &str) -> f64 {
        let seen = self.locations.get(location).copied().unwrap_or_default();
        -log10(float(seen + 1) / float(self.events + 1))
    }
}

fn device(device: Device) -> f64 {
    Device::VARIANTS.iter().position(|other| *other == device).map_or(UNKNOWN, float)
}

/// Tells whether an act failed: vendors name many failures, but few successes.
fn is_failure(outcome: &str) -> bool {
    let outcome = outcome.to_ascii_lowercase();
    !(outcome.contains("succe") || matches!(outcome.as_str(), "" | "ok" | "allow" | "allowed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vendors_successes_are_no_failures() {
        for success in ["success", "Succeeded", "OK", ""] {
            assert!(!is_failure(success), "{success}");
        }
        for failure in ["failure", "AccessDenied", "UnauthorizedOperation"] {
            assert!(is_failure(failure), "{failure}");
        }
    }
}

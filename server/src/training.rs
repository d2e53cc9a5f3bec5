//! Learning a model from an organisation's own log.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use shared::{
    calendar::{Day, second_of},
    calibration::{Tail, TooFewDays},
    detector::{Detector, EPOCH},
    event::{Event, UserId},
    model::{Model, Weights},
    profile::Limits,
};

/// The part of a log's user-days that a model learns from; what comes later is left to judge it.
const TRAINING_SHARE: f64 = 0.6;
/// A user's days count only after so many active ones: before, everything is new.
const WARM_DAYS: u32 = 15;

/// Learns how rare evidence is from a log in which nothing is taken to be hostile.
///
/// `events` must be in the order of their times. The highest evidence of each user-day of the log's earlier
/// part makes the tails.
pub fn calibrate(events: &[Event], weights: Weights) -> Result<Model, TooFewDays> {
    let end = boundary(events);
    let earlier = events.partition_point(|event| day_of(event) < end);
    let mut detector = Detector::new(Arc::new(Model::uncalibrated(weights.clone())), Limits::PRODUCT);
    let mut maxima = DailyMaxima::default();
    for epoch in events[..earlier].chunks(EPOCH) {
        for (event, scored) in epoch.iter().zip(detector.observe(epoch, EPOCH)) {
            maxima.add(event, scored.assessment.identity, scored.assessment.mass);
        }
    }
    let (identity, mass) = maxima.of_warm_users();
    Ok(Model { weights, identity_tail: Tail::fit(identity)?, mass_tail: Tail::fit(mass)? })
}

fn day_of(event: &Event) -> Day {
    Day::of(second_of(event.time))
}

/// Returns the day before which the training share of all user-days lies.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a number of days"
)]
fn boundary(events: &[Event]) -> Day {
    let user_days: HashSet<_> = events.iter().map(|event| (&event.user, day_of(event))).collect();
    let mut days: Vec<_> = user_days.into_iter().map(|(_, day)| day).collect();
    days.sort_unstable();
    days.get((days.len() as f64 * TRAINING_SHARE) as usize).copied().unwrap_or(Day(i32::MAX))
}

/// The highest evidence of each user-day.
#[derive(Default)]
struct DailyMaxima<'a> {
    days: HashMap<&'a UserId, Vec<(Day, f64, f64)>>,
}

impl<'a> DailyMaxima<'a> {
    fn add(&mut self, event: &'a Event, identity: f64, mass: f64) {
        let days = self.days.entry(&event.user).or_default();
        match days.last_mut() {
            Some((day, highest_identity, highest_mass)) if *day == day_of(event) => {
                *highest_identity = highest_identity.max(identity);
                *highest_mass = highest_mass.max(mass);
            }
            _ => days.push((day_of(event), identity, mass)),
        }
    }

    fn of_warm_users(self) -> (Vec<f64>, Vec<f64>) {
        let warm = self.days.into_values().flat_map(|days| days.into_iter().skip(WARM_DAYS as usize));
        warm.map(|(_, identity, mass)| (identity, mass)).unzip()
    }
}

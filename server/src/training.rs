//! Learning a model from an organisation's own log.

pub mod forest;
pub mod isolation;
pub mod tune;
mod weights;

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use shared::{
    calendar::{Day, second_of},
    calibration::{Calibration, SIGNALS, TooFewDays},
    detector::{Detector, EPOCH},
    event::{Event, UserId},
    model::{Model, Weights},
    profile::Limits,
};

/// The part of a log's user-days that a model learns from; what comes later is left to judge it.
const TRAINING_SHARE: f64 = 0.6;
/// A user's days count only after so many active ones: before, everything is new.
const WARM_DAYS: usize = 15;

/// Learns from logs in which nothing is taken to be hostile how much evidence counts, and how rare it is.
///
/// The weights are learnt from the first log's earlier part; the rest is as [`calibrate`] says.
pub fn train(logs: &[Vec<Event>]) -> Result<Model, TooFewDays> {
    let weights = logs.first().map_or(Weights::UNTRAINED, |events| weights::learn(events, boundary(events)));
    calibrate(logs, weights)
}

/// Learns how rare evidence is from logs in which nothing is taken to be hostile, each of another organisation.
///
/// The events of a log must be in the order of their times. The highest signals of each user-day of a log's earlier
/// part make the tails; a log in which a signal never stands out leaves it to the next one.
pub fn calibrate(logs: &[Vec<Event>], weights: Weights) -> Result<Model, TooFewDays> {
    let uncalibrated = Arc::new(Model::uncalibrated(weights.clone()));
    let maxima: Vec<_> = logs.iter().map(|events| daily_maxima(events, &uncalibrated)).collect();
    Ok(Model { weights, calibration: Calibration::fit(&maxima)? })
}

/// Returns the highest signals of each user-day of a log's earlier part, but for those of users who were new.
fn daily_maxima(events: &[Event], model: &Arc<Model>) -> Vec<[f64; SIGNALS]> {
    let end = boundary(events);
    let earlier = events.partition_point(|event| day_of(event) < end);
    let mut detector = Detector::new(model.clone(), Limits::PRODUCT);
    let mut maxima = DailyMaxima::default();
    for epoch in events[..earlier].chunks(EPOCH) {
        for (event, scored) in epoch.iter().zip(detector.observe(epoch, EPOCH)) {
            maxima.add(event, &scored.assessment.signals);
        }
    }
    maxima.of_warm_users()
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

/// The highest signals of each user-day.
#[derive(Default)]
struct DailyMaxima<'a> {
    days: BTreeMap<&'a UserId, Vec<(Day, [f64; SIGNALS])>>,
}

impl<'a> DailyMaxima<'a> {
    fn add(&mut self, event: &'a Event, signals: &[f64; SIGNALS]) {
        let days = self.days.entry(&event.user).or_default();
        match days.last_mut() {
            Some((day, highest)) if *day == day_of(event) => {
                highest.iter_mut().zip(signals).for_each(|(highest, signal)| *highest = highest.max(*signal));
            }
            _ => days.push((day_of(event), *signals)),
        }
    }

    fn of_warm_users(self) -> Vec<[f64; SIGNALS]> {
        let warm = self.days.into_values().flat_map(|days| days.into_iter().skip(WARM_DAYS));
        warm.map(|(_, highest)| highest).collect()
    }
}

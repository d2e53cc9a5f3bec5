//! Learning a model from an organisation's own log.

pub mod forest;
pub mod tune;
mod weights;

use std::{
    collections::{BTreeMap, HashSet},
    str::FromStr,
    sync::Arc,
};

use shared::{
    calendar::{Day, second_of},
    calibration::{Calibration, DailyMaxima, SIGNALS, Signal, TooFewDays},
    detector::{Detector, EPOCH},
    event::{Event, UserId},
    family::Family,
    model::{Model, Weights},
    profile::Limits,
};

/// The part of a log's user-days that a model learns from; what comes later is left to judge it.
const TRAINING_SHARE: f64 = 0.6;
/// A user's signals mean something after so many active days: before, everything is new.
const WARM_DAYS: usize = 15;

/// Learns how much evidence counts from the earlier part of a log in which nothing is taken to be hostile, `without`
/// some of its families.
pub fn weights(events: &[Event], without: &[Family]) -> Weights {
    weights::learn(events, boundary(events), without)
}

/// A part of the evidence that a model can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A family of the identity evidence.
    Family(Family),
    /// A signal.
    Signal(Signal),
}

impl Part {
    /// Returns the family.
    pub fn family(self) -> Option<Family> {
        if let Self::Family(family) = self { Some(family) } else { None }
    }

    /// Returns the signal.
    pub fn signal(self) -> Option<Signal> {
        if let Self::Signal(signal) = self { Some(signal) } else { None }
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let family = Family::ALL.into_iter().find(|family| family.name() == name).map(Self::Family);
        let signal = || Signal::ALL.into_iter().find(|signal| signal.name() == name).map(Self::Signal);
        family.or_else(signal).ok_or_else(|| {
            let names = Family::ALL.map(Family::name).into_iter().chain(Signal::ALL.map(Signal::name));
            format!("must be one of {}", names.collect::<Vec<_>>().join(", "))
        })
    }
}

/// Learns how rare evidence is from logs in which nothing is taken to be hostile, each of another organisation.
///
/// The events of a log must be in the order of their times. The highest signals of each user-day of a log's earlier
/// part make the tails; a log in which a signal never stands out leaves it to the next one. Signals `without` which it
/// is to be done have no tail.
pub fn calibrate(logs: &[Vec<Event>], weights: Weights, without: &[Signal]) -> Result<Model, TooFewDays> {
    let uncalibrated = Arc::new(Model::uncalibrated(weights.clone()));
    let maxima: Vec<_> = logs.iter().map(|events| daily_maxima(events, &uncalibrated)).collect();
    Ok(Model { weights, calibration: Calibration::fit(&maxima, without)? })
}

/// Returns the highest signals of each user-day of a log's earlier part.
fn daily_maxima(events: &[Event], model: &Arc<Model>) -> Vec<DailyMaxima> {
    let end = boundary(events);
    let earlier = events.partition_point(|event| day_of(event) < end);
    let mut detector = Detector::new(model.clone(), Limits::PRODUCT);
    let mut days = UserDays::default();
    for epoch in events[..earlier].chunks(EPOCH) {
        for (event, scored) in epoch.iter().zip(detector.observe(epoch, EPOCH)) {
            days.add(event, &scored.assessment.signals);
        }
    }
    days.maxima()
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
struct UserDays<'a> {
    days: BTreeMap<&'a UserId, Vec<(Day, [f64; SIGNALS])>>,
}

impl<'a> UserDays<'a> {
    fn add(&mut self, event: &'a Event, signals: &[f64; SIGNALS]) {
        let days = self.days.entry(&event.user).or_default();
        match days.last_mut() {
            Some((day, highest)) if *day == day_of(event) => {
                highest.iter_mut().zip(signals).for_each(|(highest, signal)| *highest = highest.max(*signal));
            }
            _ => days.push((day_of(event), *signals)),
        }
    }

    fn maxima(self) -> Vec<DailyMaxima> {
        let of_user = |days: Vec<(Day, [f64; SIGNALS])>| {
            let numbered = days.into_iter().enumerate();
            numbered.map(|(number, (_, signals))| DailyMaxima { signals, is_known: number >= WARM_DAYS })
        };
        self.days.into_values().flat_map(of_user).collect()
    }
}

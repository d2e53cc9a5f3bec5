//! Learning a model from an organisation's own log.

pub mod forest;
pub mod known;
pub mod tune;
mod weights;

use std::{
    collections::{BTreeMap, HashSet},
    str::FromStr,
    sync::Arc,
};

use rayon::prelude::*;
use shared::{
    calendar::{Day, second_of},
    calibration::{Calibration, DailyMaxima, Signal, TooFewDays},
    detector::{Assessment, Detector, WARM_DAYS},
    event::{Event, UserId},
    family::Family,
    forest::InvalidBins,
    model::{Model, Weights},
    population::EPOCH,
    profile::Limits,
};

use self::{
    forest::GrowError,
    known::{NoSuchKind, Sources, Teaching},
};
use crate::labelled::{Label, Labelled};

/// The part of a log's user-days that a model learns from; what comes later is left to judge it.
const TRAINING_SHARE: f64 = 0.6;

/// What is to be learnt.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Whether the weights of the evidence stay as they were set by hand.
    pub is_untrained: bool,
    /// Parts of the evidence that the model does without.
    pub without: Vec<Part>,
    /// Kinds of attack that the forest is not taught.
    pub leave_out: Vec<String>,
    /// How many organisations are made up for the forest to learn from.
    pub worlds: u64,
    /// Whether the best way to grow the forest is searched for.
    pub is_tuned: bool,
}

/// What was learnt.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The model.
    pub model: Model,
    /// What its forest was taught; nothing where it does without one.
    pub teaching: Option<Teaching>,
}

/// Why nothing was learnt.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// Too little is known to tell what is rare.
    #[error(transparent)]
    Days(#[from] TooFewDays),
    /// What is to be left out is not there.
    #[error(transparent)]
    LeftOut(#[from] NoSuchKind),
    /// No forest grew.
    #[error(transparent)]
    Forest(#[from] GrowError),
    /// The features cannot be cut into bins.
    #[error(transparent)]
    Bins(#[from] InvalidBins),
}

/// Learns a model from logs, each of another organisation, in the order of their events' times.
///
/// How much evidence counts is learnt from the first log's earlier part, a forest from that, from made-up organisations
/// and from attacks that the logs label, and how rare all that is from the benign events: the highest signals of each
/// user-day of a log's earlier part make the tails. A log in which a signal never stands out leaves it to the next one.
/// `tell` hears what is being done.
pub fn train(logs: &[Vec<Labelled>], plan: &Plan, tell: &dyn Fn(String)) -> Result<Trained, TrainError> {
    tell("weighing the evidence".to_owned());
    let families: Vec<_> = plan.without.iter().filter_map(|part| part.family()).collect();
    let signals: Vec<_> = plan.without.iter().filter_map(|part| part.signal()).collect();
    let benign: Vec<Vec<Event>> = logs.iter().map(|log| benign(log)).collect();
    let own = benign.first().map_or(&[][..], Vec::as_slice);
    let weights = if plan.is_untrained {
        Weights::UNTRAINED.without(&families)
    } else {
        weights::learn(own, boundary(own), &families)
    };
    let mut model = Model::uncalibrated(weights);
    let mut teaching = None;
    if !signals.contains(&Signal::Known) {
        let memory = Arc::new(model.clone());
        let (before, worlds, leave_out) = (boundary(own), plan.worlds, &plan.leave_out);
        let sources = Sources { history: own, before, logs, memory: &memory, worlds, without: &families, leave_out };
        let (forest, taught) = known::learn(&sources, plan.is_tuned, tell)?;
        (model.forest, teaching) = (Some(forest), Some(taught));
    }
    tell("telling what is rare".to_owned());
    let uncalibrated = Arc::new(model.clone());
    let maxima: Vec<_> = benign.par_iter().map(|events| daily_maxima(events, &uncalibrated)).collect();
    Ok(Trained { model: Model { calibration: Calibration::fit(&maxima, &signals)?, ..model }, teaching })
}

fn benign(log: &[Labelled]) -> Vec<Event> {
    log.iter().filter(|row| row.label == Label::Benign).map(|row| row.event.clone()).collect()
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

/// Returns the highest signals of each user-day of a log's earlier part.
fn daily_maxima(events: &[Event], model: &Arc<Model>) -> Vec<DailyMaxima> {
    let end = boundary(events);
    let earlier = events.partition_point(|event| day_of(event) < end);
    let mut detector = Detector::new(model.clone(), Limits::PRODUCT);
    let mut days = UserDays::default();
    for epoch in events[..earlier].chunks(EPOCH) {
        for (event, scored) in epoch.iter().zip(detector.observe(epoch, EPOCH)) {
            days.add(event, &scored.assessment);
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
    days: BTreeMap<&'a UserId, Vec<(Day, DailyMaxima)>>,
}

impl<'a> UserDays<'a> {
    fn add(&mut self, event: &'a Event, assessment: &Assessment) {
        let days = self.days.entry(&event.user).or_default();
        if days.last().is_none_or(|(day, _)| *day != day_of(event)) {
            let is_known = days.len() >= WARM_DAYS as usize;
            days.push((day_of(event), DailyMaxima { is_known, ..DailyMaxima::NONE }));
        }
        if let Some((_, maxima)) = days.last_mut() {
            maxima.add(&assessment.signals);
        }
    }

    fn maxima(self) -> Vec<DailyMaxima> {
        self.days.into_values().flatten().map(|(_, maxima)| maxima).collect()
    }
}

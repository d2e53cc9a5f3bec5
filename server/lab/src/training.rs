//! Training a model on labelled logs and made-up organisations.

pub mod attack_classifier;
pub mod forest;
pub mod tune;

mod alert_budget;
pub(crate) mod importance;
mod weights;

use std::{collections::BTreeMap, str::FromStr, sync::Arc};

use rayon::prelude::*;
use shared::{
    calendar::Day,
    calibration::{DailyMaxima, TooFewDays},
    engine::InMemoryEngine,
    event::{Event, UserId},
    families::Family,
    model::{Model, Weights},
    population::EPOCH,
    profile::{Limits, WARM_UP_DAYS},
    signals::{PerSignal, Signal},
};

use self::attack_classifier::{ClassifierError, TrainingRun, TrainingSources};
use crate::{
    boundary::boundary_day,
    dataset::{Label, LabelledEvent},
};

/// The first part of a log's user-days, as a share, that a model is trained on; the later part is left to evaluate it.
const TRAINING_SHARE: f64 = 0.6;

/// Parameters of a training.
#[derive(Debug, Clone)]
pub struct TrainingPlan {
    /// Whether the weights of the evidence stay as they were set by hand.
    pub is_untrained: bool,
    /// Parts that the model does without.
    pub without: Vec<ModelPart>,
    /// Kinds of attack that are withheld from the attack classifier.
    pub leave_out: Vec<String>,
    /// Number of made-up organisations that the attack classifier learns from.
    pub worlds: u64,
    /// Whether the hyperparameters of the forest are searched for.
    pub is_tuned: bool,
}

/// A trained model.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The model.
    pub model: Model,
    /// The training of its attack classifier; `None` for a model without one.
    pub run: Option<TrainingRun>,
}

/// Why no model was trained.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The logs have too few user-days to estimate what is rare.
    #[error(transparent)]
    Days(#[from] TooFewDays),
    /// No attack classifier was trained.
    #[error(transparent)]
    Classifier(#[from] ClassifierError),
}

/// Trains a model on logs, each of another organisation and in the order of its events' times.
///
/// The weights of the evidence are learnt from the earlier part of the first log. The attack classifier is learnt from
/// that part too, from made-up organisations, and from the attacks that the logs label; the more of these there are, the
/// less the made-up attacks count. The calibration is fitted to benign events: to the highest signals of each user-day
/// of a log's earlier part. A signal that never stands out in a log is calibrated on the next log. The attack
/// classifier gets a larger part of the alert budget if that ranks the labelled events better by out-of-fold predictions.
/// `on_progress` is called with a short description of each step.
pub fn train(
    logs: &[Vec<LabelledEvent>],
    plan: &TrainingPlan,
    on_progress: &dyn Fn(String),
) -> Result<Trained, TrainError> {
    on_progress("weighing the evidence".to_owned());
    let families: Vec<_> = plan.without.iter().filter_map(|part| part.family()).collect();
    let signals: Vec<_> = plan.without.iter().filter_map(|part| part.signal()).collect();
    let benign: Vec<Vec<Event>> = logs.iter().map(|log| benign(log)).collect();
    let own = benign.first().map_or(&[][..], Vec::as_slice);
    let weights = if plan.is_untrained {
        Weights::untrained().without(&families)
    } else {
        weights::learn(own, end_of_training(own), &families)
    };
    let mut model = Model::uncalibrated(weights);
    let mut run = None;
    if !signals.contains(&Signal::AttackClassifier) {
        let sources = TrainingSources {
            history: own,
            before: end_of_training(own),
            logs,
            base_model: &Arc::new(model.clone()),
            worlds: plan.worlds,
            without: &families,
            leave_out: &plan.leave_out,
        };
        let (classifier, finished) = attack_classifier::learn(&sources, plan.is_tuned, on_progress)?;
        on_progress("measuring the features".to_owned());
        model.importance = importance::measure(classifier.bins(), &finished);
        (model.forest, run) = (Some(classifier), Some(finished));
    }
    on_progress("calibrating".to_owned());
    let uncalibrated = Arc::new(model.clone());
    let maxima: Vec<_> = benign.par_iter().map(|events| daily_maxima(events, &uncalibrated)).collect();
    let calibration = alert_budget::calibrate(&maxima, &signals, run.as_ref())?;
    Ok(Trained { model: Model { calibration, ..model }, run })
}

/// Returns the first day that is not part of the training.
fn end_of_training(events: &[Event]) -> Day {
    boundary_day(events, TRAINING_SHARE)
}

fn benign(log: &[LabelledEvent]) -> Vec<Event> {
    log.iter().filter(|row| row.label == Label::Benign).map(|row| row.event.clone()).collect()
}

/// A part that a model can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelPart {
    /// A family of the identity evidence.
    Family(Family),
    /// A signal by which a user-day can stand out.
    Signal(Signal),
}

impl ModelPart {
    /// Returns the family, if the part is one.
    pub fn family(self) -> Option<Family> {
        if let Self::Family(family) = self { Some(family) } else { None }
    }

    /// Returns the signal, if the part is one.
    pub fn signal(self) -> Option<Signal> {
        if let Self::Signal(signal) = self { Some(signal) } else { None }
    }
}

impl FromStr for ModelPart {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let family = Family::ALL.iter().copied().find(|family| family.name() == name).map(Self::Family);
        let signal = || Signal::ALL.into_iter().find(|signal| signal.name() == name).map(Self::Signal);
        family.or_else(signal).ok_or_else(|| {
            let names = Family::ALL.map(Family::name).into_iter().chain(Signal::ALL.map(Signal::name));
            format!("must be one of {}", names.collect::<Vec<_>>().join(", "))
        })
    }
}

/// Scores the earlier part of a log and returns the highest signals of each user-day.
fn daily_maxima(events: &[Event], model: &Arc<Model>) -> Vec<DailyMaxima> {
    let end = end_of_training(events);
    let earlier = events.partition_point(|event| event.day() < end);
    let mut engine = InMemoryEngine::new(model.clone(), Limits::PRODUCT);
    let mut days = UserDays::default();
    for epoch in events[..earlier].chunks(EPOCH) {
        for (event, scored) in epoch.iter().zip(engine.observe(epoch)) {
            days.add(event, &scored.assessment.score.signals);
        }
    }
    days.maxima()
}

/// The highest signals of each user-day.
#[derive(Default)]
struct UserDays<'a> {
    days: BTreeMap<&'a UserId, Vec<(Day, DailyMaxima)>>,
}

impl<'a> UserDays<'a> {
    fn add(&mut self, event: &'a Event, signals: &PerSignal<f64>) {
        let days = self.days.entry(&event.user).or_default();
        if days.last().is_none_or(|(day, _)| *day != event.day()) {
            let is_known = days.len() >= WARM_UP_DAYS as usize;
            days.push((event.day(), DailyMaxima { is_known, ..DailyMaxima::NONE }));
        }
        if let Some((_, maxima)) = days.last_mut() {
            maxima.signals.raise_to(signals);
        }
    }

    fn maxima(self) -> Vec<DailyMaxima> {
        self.days.into_values().flatten().map(|(_, maxima)| maxima).collect()
    }
}

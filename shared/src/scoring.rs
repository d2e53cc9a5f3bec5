//! From an event's inputs to its score: a pure function of the inputs, the model and the calibration.

use crate::{
    calibration::{Calibration, LogRarity, anomaly_score, p_value},
    features,
    forest::{BinnedRow, Classifier},
    inputs::{Inputs, Measure},
    math::{ln_1p, log2},
    model::Model,
    signals::{PerSignal, Signal},
};

/// The classifier's signal without a classifier: the log odds of the least probability, in bits.
const UNCLASSIFIED: f64 = -14.0;
/// What the classifier says is nowhere nearer to 0 and 1 than this.
const LEAST_PROBABILITY: f64 = 1e-4;
/// How much of a user's own usual evidence is taken off: some people's work is always restless.
const CENTRING: f64 = 0.5;

/// How odd an event is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Identity evidence of the user's day, in bits, before what is usual is taken off.
    pub identity: f64,
    /// The signals: identity evidence less what is usual, in bits; logarithms of counts; log odds of the classifier, in
    /// bits.
    pub signals: PerSignal<f64>,
    /// How rare the signals are among benign user-days.
    pub log10_rarity: LogRarity,
}

impl Score {
    /// Returns the share of benign user-days that reach such an event.
    pub fn p_value(&self) -> f64 {
        p_value(self.log10_rarity.total)
    }

    /// Returns how likely the event is to be hostile, from 0 to 1.
    pub fn anomaly_score(&self) -> f64 {
        anomaly_score(self.p_value())
    }
}

/// Scores an event by its inputs.
pub fn score(inputs: &Inputs, model: &Model, calibration: &Calibration) -> Score {
    let Unclassified { identity, mut signals } = Unclassified::of(inputs, model);
    if let Some(classifier) = &model.forest {
        let row = row(classifier, inputs, &signals);
        signals[Signal::AttackClassifier] = log_odds(classifier.forest().probability(&row));
    }
    Score { identity, log10_rarity: calibration.rarity(&signals), signals }
}

/// Scores many events, each as [`score`] does: their rows go through the forest together, which is faster.
pub fn score_all<'a>(
    inputs: impl Iterator<Item = &'a Inputs> + Clone,
    model: &Model,
    calibration: &Calibration,
) -> Vec<Score> {
    let mut unclassified: Vec<_> = inputs.clone().map(|inputs| Unclassified::of(inputs, model)).collect();
    if let Some(classifier) = &model.forest {
        let events = inputs.zip(&unclassified);
        let rows: Vec<_> = events.map(|(inputs, event)| row(classifier, inputs, &event.signals)).collect();
        let mut probabilities = vec![0.0; rows.len()];
        classifier.forest().probabilities(&rows, &mut probabilities);
        for (event, probability) in unclassified.iter_mut().zip(probabilities) {
            event.signals[Signal::AttackClassifier] = log_odds(probability);
        }
    }
    let score = |Unclassified { identity, signals }| {
        let log10_rarity = calibration.rarity(&signals);
        Score { identity, signals, log10_rarity }
    };
    unclassified.into_iter().map(score).collect()
}

/// Returns the identity evidence of the user's day, in bits, before what is usual is taken off.
pub fn identity_evidence(inputs: &Inputs, model: &Model) -> f64 {
    model.weights.shares(&inputs.identity()).iter().sum()
}

/// Everything of a score that does not need the classifier.
struct Unclassified {
    identity: f64,
    /// The signals, that of the classifier as it is without one.
    signals: PerSignal<f64>,
}

impl Unclassified {
    fn of(inputs: &Inputs, model: &Model) -> Self {
        let identity = identity_evidence(inputs, model);
        let signals = PerSignal::of(|signal| match signal {
            Signal::Identity => centred(identity, inputs),
            Signal::BulkActivity => bulk_activity(inputs),
            Signal::Failures => inputs.measure(Measure::ExcessFailures),
            Signal::Transfer => inputs.measure(Measure::ExcessTransfer),
            Signal::AttackClassifier => UNCLASSIFIED,
        });
        Self { identity, signals }
    }
}

/// Takes off what the organisation's days usually come to, and half of what the user's come to beyond.
fn centred(identity: f64, inputs: &Inputs) -> f64 {
    let usual = inputs.measure(Measure::UsualIdentity);
    identity - usual - CENTRING * (inputs.measure(Measure::UsualIdentityOfUser) - usual)
}

/// Returns how much was touched for the first time, destroyed and given away: the sum of the counts' logarithms.
fn bulk_activity(inputs: &Inputs) -> f64 {
    let counts = [Measure::NewResources, Measure::DestructiveActs, Measure::ExternalShares];
    counts.into_iter().map(|count| ln_1p(inputs.measure(count))).sum()
}

fn row(classifier: &Classifier, inputs: &Inputs, signals: &PerSignal<f64>) -> BinnedRow {
    classifier.bins().row(&features::of(inputs, signals))
}

/// Returns the logarithm of the odds of a probability, in bits; it is nowhere quite 0 or 1.
fn log_odds(probability: f64) -> f64 {
    let probability = probability.clamp(LEAST_PROBABILITY, 1.0 - LEAST_PROBABILITY);
    log2(probability / (1.0 - probability))
}

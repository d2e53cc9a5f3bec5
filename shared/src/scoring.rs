//! The score of an event: its five signals and their rarity, from inputs, model and calibration alone.

use crate::{
    calibration::{Calibration, LogRarity, anomaly_score, p_value},
    features,
    forest::{BinnedRow, Classifier},
    inputs::{Inputs, Measure},
    math::{ln_1p, log2},
    model::Model,
    signals::{PerSignal, Signal},
};

/// The attack classifier's signal if a model has no classifier, in bits: lower than any probability gives.
const UNCLASSIFIED: f64 = -14.0;
/// The minimum distance of the classifier's probability from 0 and from 1.
const LEAST_PROBABILITY: f64 = 1e-4;
/// The share of a user's own mean evidence, beyond the organisation's, that is subtracted: the work of some people
/// varies more from day to day.
const CENTRING: f64 = 0.5;
/// The counts of the day that bulk activity adds up.
pub(crate) const BULK_COUNTS: [Measure; 3] = [Measure::NewResources, Measure::DestructiveActs, Measure::ExternalShares];

/// The score of an event: its signals, and their rarity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The identity evidence of the user's day in bits, before the baselines are subtracted.
    pub identity: f64,
    /// The signals: the identity evidence less the baselines, in bits; logarithms of counts; the log odds of the attack
    /// classifier, in bits.
    pub signals: PerSignal<f64>,
    /// The rarity of the signals among benign user-days.
    pub log10_rarity: LogRarity,
}

impl Score {
    /// Returns the p-value: the share of benign user-days that reach the total rarity.
    pub fn p_value(&self) -> f64 {
        p_value(self.log10_rarity.total)
    }

    /// Returns the anomaly score, from 0 to 1 (see [`anomaly_score`]).
    pub fn anomaly_score(&self) -> f64 {
        anomaly_score(self.p_value())
    }
}

/// Returns the score of an event, given its inputs.
///
/// ```
/// use shared::{
///     event::{Action, Event},
///     inputs::extract,
///     model::Model,
///     population::Population,
///     profile::Profile,
///     scoring::score,
/// };
///
/// let model = Model::shipped();
/// let of = |volume_mb| -> Result<f64, Box<dyn std::error::Error>> {
///     let time = "2024-01-15T14:30:00Z".parse()?;
///     let download = Event { volume_mb: Some(volume_mb), ..Event::new("ann".parse()?, time, Action::Download) };
///     let inputs = extract(&download, &Profile::default(), &Population::default());
///     Ok(score(&inputs, &model, &model.calibration).anomaly_score())
/// };
/// assert!(of(1.0)? < 0.7, "a user's first event is no anomaly");
/// assert!(of(50_000.0)? > of(1.0)?, "50 GB are rarer than 1 MB");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn score(inputs: &Inputs, model: &Model, calibration: &Calibration) -> Score {
    let Unclassified { identity, mut signals } = Unclassified::of(inputs, model);
    if let Some(classifier) = &model.forest {
        let row = row(classifier, inputs, &signals);
        signals[Signal::AttackClassifier] = log_odds(classifier.forest().probability(&row));
    }
    Score { identity, log10_rarity: calibration.rarity(&signals), signals }
}

/// Returns the scores of many events, each equal to that of [`score`]. Their rows go through the forest together, which
/// is faster.
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

/// Returns the identity evidence of the user's day in bits, before the baselines are subtracted.
pub fn identity_evidence(inputs: &Inputs, model: &Model) -> f64 {
    model.weights.shares(&inputs.identity()).iter().sum()
}

/// Returns the signals that need no attack classifier; that of the classifier has no meaning.
pub(crate) fn unclassified_signals(inputs: &Inputs, model: &Model) -> PerSignal<f64> {
    Unclassified::of(inputs, model).signals
}

/// The part of a score that does not need the attack classifier.
struct Unclassified {
    identity: f64,
    /// The signals, with [`UNCLASSIFIED`] for the attack classifier.
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

/// Subtracts the organisation's mean evidence, and half of the difference of the user's mean from it.
fn centred(identity: f64, inputs: &Inputs) -> f64 {
    let usual = inputs.measure(Measure::UsualIdentity);
    identity - usual - CENTRING * (inputs.measure(Measure::UsualIdentityOfUser) - usual)
}

/// Returns the sum of `ln(1 + count)` of the [`BULK_COUNTS`] of the day.
fn bulk_activity(inputs: &Inputs) -> f64 {
    BULK_COUNTS.into_iter().map(|count| ln_1p(inputs.measure(count))).sum()
}

/// Returns the row that the classifier is asked about an event.
pub fn row(classifier: &Classifier, inputs: &Inputs, signals: &PerSignal<f64>) -> BinnedRow {
    classifier.bins().row(&features::of(inputs, signals))
}

/// Returns the attack classifier's signal at an ordinary moment, in bits: that of its mean output over its training rows.
pub fn usual_attack_bits(model: &Model) -> f64 {
    model.forest.as_ref().map_or(UNCLASSIFIED, |classifier| log_odds(classifier.forest().mean_output()))
}

/// Returns the attack classifier's signal: the logarithm of the odds of its probability in bits. The probability is
/// limited to 0.0001 from 0 and from 1.
pub fn log_odds(probability: f64) -> f64 {
    let probability = probability.clamp(LEAST_PROBABILITY, 1.0 - LEAST_PROBABILITY);
    log2(probability / (1.0 - probability))
}

//! The attribution of a score: what each part of the evidence adds to it, exactly.

use std::sync::Arc;

use super::{
    EvidencePart, Reference, ReferenceKind, TreeShap,
    owen::{self, SignalShare, Steps},
    reference::AdditiveParts,
};
use crate::{
    calibration::{Calibration, anomaly_score, p_value},
    families::{FAMILIES, Family},
    features::{self, FEATURES},
    inputs::Inputs,
    math::exp,
    model::Model,
    scoring::{BULK_COUNTS, Score, log_odds, row, score},
    signals::{PerSignal, Signal},
};

/// What a contribution to a score is due to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A part of the evidence.
    Evidence(EvidencePart),
    /// A feature of the attack classifier, by its index in [`features::table`].
    Feature(usize),
}

impl Cause {
    /// Returns the name of the part of the evidence, or of the classifier's feature.
    pub fn name(self) -> &'static str {
        match self {
            Self::Evidence(part) => part.name(),
            Self::Feature(index) => &features::table()[index].name,
        }
    }
}

/// The contribution of one cause to a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attribution {
    /// The signal that the cause belongs to.
    pub signal: Signal,
    /// The cause.
    pub cause: Cause,
    /// Its value at the event: a family's share of the identity evidence in bits, a count, a feature; NaN if unknown.
    pub value: f64,
    /// Its value at the reference; NaN if unknown.
    pub usual: f64,
    /// What it adds to the anomaly score.
    pub contribution: f64,
}

impl Attribution {
    /// Returns whether the cause raises the score and speaks against the user. A family that raises it only because it is
    /// less typical of the user than usual does not: there is nothing to tell of the event.
    pub(super) fn is_against_user(&self) -> bool {
        let is_typical = matches!(self.cause, Cause::Evidence(EvidencePart::Family(_))) && self.value <= 0.0;
        self.contribution > 0.0 && !is_typical
    }
}

/// The attribution of a whole score.
#[derive(Debug, Clone, PartialEq)]
pub struct Attributions {
    /// The reference that the event is compared with.
    pub reference: ReferenceKind,
    /// The anomaly score at the reference. With the contributions it adds up to the anomaly score of the event.
    pub base_value: f64,
    /// The contributions that are not 0, the largest first.
    pub values: Vec<Attribution>,
}

impl Attributions {
    /// Returns the anomaly score: the base value and all contributions.
    pub fn sum(&self) -> f64 {
        self.base_value + self.values.iter().map(|value| value.contribution).sum::<f64>()
    }

    /// Returns the Shapley value of a signal: the sum of the contributions that belong to it.
    pub fn of_signal(&self, signal: Signal) -> f64 {
        self.values.iter().filter(|value| value.signal == signal).map(|value| value.contribution).sum()
    }
}

/// A model prepared for explanations.
///
/// ```
/// use shared::{
///     event::{Action, Event},
///     explanation::{Explainer, Reference},
///     inputs::extract,
///     model::Model,
///     population::Population,
///     profile::Profile,
///     scoring::score,
/// };
///
/// let model = Model::shipped();
/// let time = "2024-01-15T14:30:00Z".parse()?;
/// let download = Event { volume_mb: Some(50_000.0), ..Event::new("ann".parse()?, time, Action::Download) };
/// let inputs = extract(&download, &Profile::default(), &Population::default());
/// let reference = Reference::of_user(&inputs, &model);
/// let attributions = Explainer::of(model.clone()).attributions(&inputs, &model.calibration, &reference);
/// let anomaly_score = score(&inputs, &model, &model.calibration).anomaly_score();
/// assert!((attributions.sum() - anomaly_score).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Explainer {
    pub(super) model: Arc<Model>,
    pub(super) shap: Option<TreeShap>,
}

impl Explainer {
    /// Prepares a model.
    pub fn of(model: Arc<Model>) -> Self {
        let shap = model.forest.as_ref().map(|classifier| TreeShap::of(classifier.forest()));
        Self { model, shap }
    }

    /// Returns the model.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Returns the contribution of each part of the evidence to the anomaly score that the `inputs` have by the
    /// `calibration`, compared with the `reference`.
    ///
    /// The signals divide the score by their Shapley values. Within a signal, the parts that raise it and those that
    /// lower it divide the signal's value by their Owen values, and the parts on each side in proportion to how far
    /// they move the signal. The parts of the attack classifier are its features, which move it by their TreeSHAP
    /// contributions.
    pub fn attributions(&self, inputs: &Inputs, calibration: &Calibration, reference: &Reference) -> Attributions {
        let event = score(inputs, &self.model, calibration);
        let classifier = self.moved_classifier(inputs, &event, reference);
        divided(&moved_signals(inputs, &event, &self.model, reference, classifier), calibration, reference.kind())
    }

    /// Returns how the features move the classifier's signal: they add up to the forest's output, whose log odds the
    /// signal is.
    fn moved_classifier(&self, inputs: &Inputs, event: &Score, reference: &Reference) -> MovedSignal {
        let actual = event.signals[Signal::AttackClassifier];
        let (Some(classifier), Some(shap)) = (&self.model.forest, &self.shap) else {
            return MovedSignal::sum(actual, actual, Vec::new());
        };
        let row = row(classifier, inputs, &event.signals);
        let (shifts, base) = match &reference.rows {
            Some(reference) => {
                let shifts = shap.contributions_against(&row, &reference.rows);
                (shifts, classifier.forest().probability(&row) - shifts.iter().sum::<f64>())
            }
            None => (shap.contributions(&row), shap.base_value()),
        };
        let values = features::of(inputs, &event.signals);
        let usual = |feature: usize| reference.rows.as_ref().map_or(f64::NAN, |rows| rows.usual[feature]);
        let part = |feature: usize| Part {
            cause: Cause::Feature(feature),
            value: values[feature].into(),
            usual: usual(feature),
            shift: shifts[feature],
        };
        MovedSignal { base, actual, signal_of: log_odds, parts: (0..FEATURES).map(part).collect() }
    }
}

/// Returns the contribution of each part of the evidence to the score of an event, as [`Explainer::attributions`], but
/// of the attack classifier as a whole: without the forest it takes a tenth of the time. The classifier's signal at the
/// reference is `usual_attack_bits`.
pub(super) fn of_parts(
    inputs: &Inputs,
    event: &Score,
    model: &Model,
    calibration: &Calibration,
    usual_attack_bits: f64,
) -> Attributions {
    let reference = Reference::of_user(inputs, model);
    let bits = event.signals[Signal::AttackClassifier];
    let classifier = moved_excess(EvidencePart::AttackClassifier, bits, bits, usual_attack_bits);
    divided(&moved_signals(inputs, event, model, &reference, classifier), calibration, reference.kind())
}

/// Divides the score among the signals, and what each gets among its parts.
fn divided(moved: &PerSignal<MovedSignal>, calibration: &Calibration, reference: ReferenceKind) -> Attributions {
    let worth = |rarities| anomaly_score(p_value(calibration.fused(rarities).total));
    let steps = PerSignal::of(|signal| moved[signal].steps(|value| calibration.rarity_of(signal, value)));
    let shares = owen::divide(&steps, worth);
    let of_signal = |signal: Signal| moved[signal].contributions(signal, shares[signal]);
    let mut values: Vec<Attribution> = Signal::ALL.into_iter().flat_map(of_signal).collect();
    values.retain(|value| value.contribution != 0.0);
    values.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
    Attributions { reference, base_value: worth(steps.map(|steps| steps[0])), values }
}

/// Returns how the parts of each signal move it from the reference to the event; those of the `classifier` are given.
fn moved_signals(
    inputs: &Inputs,
    event: &Score,
    model: &Model,
    reference: &Reference,
    classifier: MovedSignal,
) -> PerSignal<MovedSignal> {
    const COUNTED: [EvidencePart; 3] =
        [EvidencePart::NewResources, EvidencePart::Destructive, EvidencePart::ExternalShares];
    let (parts, usual) = (AdditiveParts::of(inputs, model), &reference.usual);
    let count = |at: usize| Part {
        value: inputs.measure(BULK_COUNTS[at]),
        usual: exp(usual.bulk[at]) - 1.0,
        shift: parts.bulk[at] - usual.bulk[at],
        cause: Cause::Evidence(COUNTED[at]),
    };
    let counts = (0..COUNTED.len()).map(count).collect();
    let [identity, bulk, failures, transfer, _] = *event.signals.values();
    PerSignal([
        moved_identity(identity, &parts.identity, &usual.identity),
        MovedSignal::sum(usual.bulk.iter().sum(), bulk, counts),
        moved_excess(EvidencePart::Failures, failures, parts.failures, usual.failures),
        moved_excess(EvidencePart::Transfer, transfer, parts.transfer, usual.transfer),
        classifier,
    ])
}

/// A signal between the reference and the event.
struct MovedSignal {
    /// The sum of the parts at the reference.
    base: f64,
    /// The signal at the event.
    actual: f64,
    /// Returns the signal, given the sum of the parts.
    signal_of: fn(f64) -> f64,
    parts: Vec<Part>,
}

struct Part {
    cause: Cause,
    value: f64,
    usual: f64,
    /// What the part adds to the sum of the reference.
    shift: f64,
}

impl MovedSignal {
    /// Returns a signal that is the sum of its parts.
    fn sum(base: f64, actual: f64, parts: Vec<Part>) -> Self {
        Self { base, actual, signal_of: std::convert::identity, parts }
    }

    /// Returns the sums of the shifts that raise the signal and of those that lower it.
    fn shifts(&self) -> [f64; 2] {
        let sum = |is_wanted: fn(&f64) -> bool| self.parts.iter().map(|part| part.shift).filter(is_wanted).sum();
        [sum(|shift| *shift > 0.0), sum(|shift| *shift < 0.0)]
    }

    fn steps(&self, rarity: impl Fn(f64) -> f64) -> Steps {
        let [up, down] = self.shifts();
        let [reference, actual] = [(self.signal_of)(self.base), self.actual].map(&rarity);
        if down == 0.0 {
            return [reference, actual, reference, actual];
        }
        if up == 0.0 {
            return [reference, reference, actual, actual];
        }
        let [raised, lowered] = [up, down].map(|shift| rarity((self.signal_of)(self.base + shift)));
        [reference, raised, lowered, actual]
    }

    /// Divides the signal's share of the score among its parts.
    fn contributions(&self, signal: Signal, share: SignalShare) -> Vec<Attribution> {
        let [up, down] = self.shifts();
        let contribution = |shift: f64| match shift {
            shift if shift > 0.0 => share.raising * (shift / up),
            shift if shift < 0.0 => share.lowering * (shift / down),
            _ => 0.0,
        };
        let attribution = |part: &Part| {
            let Part { cause, value, usual, shift } = *part;
            Attribution { signal, cause, value, usual, contribution: contribution(shift) }
        };
        let mut contributions: Vec<Attribution> = self.parts.iter().map(attribution).collect();
        if let Some(first) = contributions.first_mut().filter(|_| up == 0.0 && down == 0.0) {
            first.contribution = share.raising; // of rounding alone
        }
        contributions
    }
}

/// Returns how the families move the identity signal. The baselines that are subtracted from it are those of the event's
/// user at the reference too.
fn moved_identity(actual: f64, shares: &[f64; FAMILIES], usual: &[f64; FAMILIES]) -> MovedSignal {
    let part = |family: &Family| {
        let (value, usual) = (shares[family.index()], usual[family.index()]);
        Part { cause: Cause::Evidence(EvidencePart::Family(*family)), value, usual, shift: value - usual }
    };
    let parts: Vec<Part> = Family::ALL.iter().map(part).collect();
    let shift: f64 = parts.iter().map(|part| part.shift).sum();
    MovedSignal::sum(actual - shift, actual, parts)
}

fn moved_excess(part: EvidencePart, actual: f64, value: f64, usual: f64) -> MovedSignal {
    MovedSignal::sum(usual, actual, vec![Part { cause: Cause::Evidence(part), value, usual, shift: value - usual }])
}

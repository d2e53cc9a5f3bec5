//! The reference of an explanation: the ordinary moment that an event is compared with.

use serde::{Deserialize, Serialize};

use crate::{
    families::FAMILIES,
    features::{self, FEATURES, Features},
    forest::BinnedRow,
    inputs::{Inputs, Measure},
    math::ln_1p,
    model::Model,
    scoring::{BULK_COUNTS, unclassified_signals},
};

/// The kind of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceKind {
    /// An ordinary moment of the event's user.
    User,
    /// An ordinary moment of the organisation's users.
    Organisation,
    /// The mean of given events, such as the latest ones of the user or of the user's peers.
    Events,
}

impl ReferenceKind {
    /// Returns the reference in words.
    pub fn text(self) -> &'static str {
        match self {
            Self::User => "an ordinary moment of this user",
            Self::Organisation => "an ordinary moment in this organisation",
            Self::Events => "the mean of the given events",
        }
    }
}

/// A reference: the usual value of each part of the signals.
///
/// An ordinary moment has no bulk activity, no failures and no transfer beyond the usual. Its identity evidence is the
/// mean over the days of the user, or of the organisation. Only the mean of the whole is kept, so it is divided among
/// the families that the event has in proportion to their weights. The classifier is compared with its training rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    kind: ReferenceKind,
    pub(super) usual: AdditiveParts,
    pub(super) rows: Option<ReferenceRows>,
}

/// The parts of the signals that are sums.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct AdditiveParts {
    /// Each family's share of the identity evidence, in bits.
    pub(super) identity: [f64; FAMILIES],
    /// The `ln(1 + count)` of each of [`BULK_COUNTS`].
    pub(super) bulk: [f64; BULK_COUNTS.len()],
    /// The excess of failures.
    pub(super) failures: f64,
    /// The excess of transfer.
    pub(super) transfer: f64,
}

/// The rows of reference events that the classifier is asked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ReferenceRows {
    pub(super) rows: Vec<BinnedRow>,
    /// The mean of each feature over the events that know it.
    pub(super) usual: [f64; FEATURES],
}

impl Reference {
    /// Returns an ordinary moment of the user of an event with these inputs.
    pub fn of_user(inputs: &Inputs, model: &Model) -> Self {
        Self::of_mean(ReferenceKind::User, Measure::UsualIdentityOfUser, inputs, model)
    }

    /// Returns an ordinary moment of the organisation, for an event with these inputs.
    pub fn of_organisation(inputs: &Inputs, model: &Model) -> Self {
        Self::of_mean(ReferenceKind::Organisation, Measure::UsualIdentity, inputs, model)
    }

    fn of_mean(kind: ReferenceKind, mean: Measure, inputs: &Inputs, model: &Model) -> Self {
        let identity = divided(known(inputs.measure(mean)), inputs, model);
        Self { kind, usual: AdditiveParts { identity, ..AdditiveParts::default() }, rows: None }
    }

    /// Returns the mean of events that have these inputs; none if there are no events.
    pub fn of_events(events: &[&Inputs], model: &Model) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "there are few events")]
        let share = 1.0 / events.len() as f64;
        let mut usual = AdditiveParts::default();
        for inputs in events {
            usual.add(&AdditiveParts::of(inputs, model), share);
        }
        let features: Vec<Features> =
            events.iter().map(|inputs| features::of(inputs, &unclassified_signals(inputs, model))).collect();
        let rows = model.forest.as_ref().map(|classifier| ReferenceRows {
            rows: features.iter().map(|features| classifier.bins().row(features)).collect(),
            usual: std::array::from_fn(|feature| mean_of_known(features.iter().map(|row| row[feature].into()))),
        });
        (!events.is_empty()).then_some(Self { kind: ReferenceKind::Events, usual, rows })
    }

    /// Returns the kind of the reference.
    pub fn kind(&self) -> ReferenceKind {
        self.kind
    }
}

impl AdditiveParts {
    pub(super) fn of(inputs: &Inputs, model: &Model) -> Self {
        Self {
            identity: model.weights.shares(&inputs.identity()),
            bulk: BULK_COUNTS.map(|count| known(ln_1p(inputs.measure(count)))),
            failures: known(inputs.measure(Measure::ExcessFailures)),
            transfer: known(inputs.measure(Measure::ExcessTransfer)),
        }
    }

    fn add(&mut self, other: &Self, share: f64) {
        for (sum, part) in self.identity.iter_mut().zip(other.identity) {
            *sum += share * part;
        }
        for (sum, part) in self.bulk.iter_mut().zip(other.bulk) {
            *sum += share * part;
        }
        self.failures += share * other.failures;
        self.transfer += share * other.transfer;
    }
}

/// Divides identity evidence among the families that the event or its day has, in proportion to their weights.
fn divided(evidence: f64, inputs: &Inputs, model: &Model) -> [f64; FAMILIES] {
    let coefficients = model.weights.coefficients();
    let terms = inputs.identity();
    let weight = |family: usize| {
        let is_known = !inputs.values()[family].is_nan() || terms[family] != 0.0;
        if is_known { coefficients[family].abs() + coefficients[FAMILIES + family].abs() } else { 0.0 }
    };
    let weights: [f64; FAMILIES] = std::array::from_fn(weight);
    let all: f64 = weights.iter().sum();
    if all > 0.0 { weights.map(|weight| evidence * weight / all) } else { [0.0; FAMILIES] }
}

/// Returns the mean of the values that are known; NaN if none is.
fn mean_of_known(values: impl Iterator<Item = f64>) -> f64 {
    let add = |(sum, count), value| (sum + value, count + 1.0);
    let (sum, count) = values.filter(|value| !value.is_nan()).fold((0.0, 0.0), add);
    sum / count
}

/// Returns a number, or 0 for one that is unknown.
fn known(number: f64) -> f64 {
    if number.is_nan() { 0.0 } else { number }
}

//! The explanation of a score: one sentence for each part of the evidence, what each part adds to the score, a linear
//! model of the score around the event, and the smallest change that turns the verdict.

mod agreement;
mod attribution;
mod counterfactual;
mod full;
pub mod lime;
mod owen;
mod quadrature;
mod reference;
mod resemblance;
mod sentences;
mod tree_shap;

pub use agreement::Agreement;
pub use attribution::{Attribution, Attributions, Cause, Explainer};
pub use counterfactual::{Alternative, Alternatives, Counterfactual, EventField, FieldChange, Goal, counterfactual};
pub use full::{
    Explanation, ExplanationRequest, LimeCondition, LimeExplanation, LimeRequest, ShapExplanation, ShapValue, seed_of,
};
pub use reference::{Reference, ReferenceKind};
pub use sentences::{Observation, SentenceWriter};
pub use tree_shap::{FeatureContributions, TreeShap};

use crate::{
    assessment::Assessment,
    event::Event,
    families::{FAMILIES, Family},
    model::Model,
    signals::Signal,
};

/// A part of the evidence, which one reason is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidencePart {
    /// A family of the identity evidence.
    Family(Family),
    /// Resources that the user accessed for the first time.
    NewResources,
    /// Deletions.
    Destructive,
    /// Actions that share or export something.
    ExternalShares,
    /// Failed actions.
    Failures,
    /// The volume of data moved.
    Transfer,
    /// Likeness to known kinds of attack.
    AttackClassifier,
}

impl EvidencePart {
    /// The parts that belong to no family.
    const OTHERS: [Self; 6] = [
        Self::NewResources,
        Self::Destructive,
        Self::ExternalShares,
        Self::Failures,
        Self::Transfer,
        Self::AttackClassifier,
    ];

    /// Returns the part with a name.
    pub fn named(name: &str) -> Option<Self> {
        let other = || Self::OTHERS.into_iter().find(|part| part.name() == name);
        Family::named(name).map(Self::Family).or_else(other)
    }

    /// Returns the name in stored predictions and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Family(family) => family.name(),
            Self::NewResources => "new_resources",
            Self::Destructive => "destructive_acts",
            Self::ExternalShares => "exporting_acts",
            Self::Failures => "failures",
            Self::Transfer => "volume_of_day",
            Self::AttackClassifier => "known_attack",
        }
    }
}

/// One reason for a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The part of the evidence.
    pub part: EvidencePart,
    /// The part's share of the event's rarity, in powers of ten.
    pub weight: f64,
    /// The reason as a sentence.
    pub sentence: String,
}

/// The minimum weight of a reason, in powers of ten; the strongest reason may have less.
const LEAST_WEIGHT: f64 = 0.1;

/// Returns the reasons for the score of `event`, the strongest first, but likeness to known attacks after all others.
/// There is at least one if any part of the evidence has a positive weight.
pub fn reasons(event: &Event, assessment: &Assessment, model: &Model) -> Vec<Reason> {
    let families = family_weights(assessment, model).map(|(family, weight)| (EvidencePart::Family(family), weight));
    let mut parts: Vec<_> = families.chain(count_weights(assessment)).filter(|(_, weight)| *weight > 0.0).collect();
    parts.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let told = parts.iter().take_while(|(_, weight)| *weight >= LEAST_WEIGHT).count().max(1);
    parts.truncate(told);
    parts.sort_by_key(|(part, _)| *part == EvidencePart::AttackClassifier);
    let writer = SentenceWriter::of(event, assessment);
    let reason = |(part, weight)| Reason { part, weight: to_single(weight), sentence: writer.sentence(part) };
    parts.into_iter().map(reason).collect()
}

/// Returns the weight of a reason in the precision in which it is stored.
#[expect(clippy::cast_possible_truncation, reason = "the precision of a stored weight")]
fn to_single(weight: f64) -> f64 {
    f64::from(weight as f32)
}

/// Splits the rarity of the identity signal among the families in proportion to their positive shares of the evidence.
fn family_weights(assessment: &Assessment, model: &Model) -> impl Iterator<Item = (Family, f64)> {
    let shares: [f64; FAMILIES] = assessment.shares(model);
    let against: f64 = shares.iter().filter(|share| **share > 0.0).sum();
    let rarity = assessment.score.log10_rarity.signals[Signal::Identity];
    Family::ALL.iter().map(move |family| (*family, shares[family.index()].max(0.0) * rarity / against))
}

/// Splits the rarity of bulk activity among its counts in proportion; each of the other signals is one part.
fn count_weights(assessment: &Assessment) -> [(EvidencePart, f64); 6] {
    let day = &assessment.context.day;
    let rarities = &assessment.score.log10_rarity.signals;
    let [new, destructive, shares] = [day.new_resources, day.destructive_acts, day.external_shares].map(f64::from);
    let all = new + destructive + shares;
    let weight = |count: f64| if count > 0.0 { rarities[Signal::BulkActivity] * count / all } else { 0.0 };
    [
        (EvidencePart::NewResources, weight(new)),
        (EvidencePart::Destructive, weight(destructive)),
        (EvidencePart::ExternalShares, weight(shares)),
        (EvidencePart::Failures, rarities[Signal::Failures]),
        (EvidencePart::Transfer, rarities[Signal::Transfer]),
        (EvidencePart::AttackClassifier, rarities[Signal::AttackClassifier]),
    ]
}

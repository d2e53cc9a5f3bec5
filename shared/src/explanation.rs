//! The explanation of a score: one sentence for each part of the evidence, what each part adds to the score, a linear
//! model of the score around the event, and the smallest change that turns the verdict.

mod agreement;
mod attribution;
mod counterfactual;
mod full;
pub mod lime;
mod owen;
mod quadrature;
mod reasons;
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
pub use reasons::{Reason, Reasons};
pub use reference::{Reference, ReferenceKind};
pub use sentences::{Observation, SentenceWriter};
pub use tree_shap::{FeatureContributions, TreeShap};

use crate::families::Family;

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

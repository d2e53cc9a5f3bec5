//! The model in force, as its page describes it.

use serde::{Deserialize, Serialize};

/// The facts about the model in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelFacts {
    /// The version: a hash of the content.
    pub version: String,
    /// The score from which on an event is an anomaly.
    pub threshold: f64,
    /// The number of trees of the attack classifier; none for a model without one.
    pub trees: Option<u64>,
    /// The weights of each part of the identity evidence.
    pub weights: Vec<EvidenceWeight>,
    /// The features that the attack classifier asks for, the most used first.
    pub features: Vec<FeatureImportance>,
}

/// The weights of a bit of a part of the identity evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvidenceWeight {
    /// The name of the part.
    pub name: String,
    /// The weight of the mean over the day.
    pub day: f64,
    /// The weight of the single event.
    pub event: f64,
}

/// How much the attack classifier uses a feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureImportance {
    /// The description of the feature, with its unit.
    pub meaning: String,
    /// The share of all splits that test it, from 0 to 1.
    pub share: f64,
}

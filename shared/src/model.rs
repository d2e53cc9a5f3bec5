//! What the detector has learnt once and for all: weights and tails.

use std::sync::{Arc, LazyLock};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};

use crate::{
    calibration::Calibration,
    family::{FAMILIES, Family},
    features,
    forest::{Classifier, Unreadable},
    hash::hash_bytes,
};

/// Bits beyond which more evidence of one family says no more.
const LARGEST_EVIDENCE: f64 = 12.0;

/// How much each family counts: of its mean over the day, and of the event itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Weight>", into = "Vec<Weight>")]
pub struct Weights {
    day: [f64; FAMILIES],
    event: [f64; FAMILIES],
}

/// The weights of one family.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Weight {
    family: String,
    day: f64,
    event: f64,
}

impl Weights {
    /// Weights set by hand, for an organisation of which nothing was learnt: how well a family tells people
    /// apart, half for the mean over the day and half for the event itself.
    pub const UNTRAINED: Self = Self { day: Self::PRIOR, event: Self::PRIOR };

    const PRIOR: [f64; FAMILIES] =
        [0.0, 0.25, 0.0, 0.5, 0.4, 0.2, 0.075, 0.0, 0.1, 0.3, 0.4, 0.25, 0.15, 0.15, 0.4, 0.2, 0.1];

    /// Returns each family's share of the identity evidence; their sum is the evidence.
    pub fn shares(&self, inputs: &[f64; INPUTS]) -> [f64; FAMILIES] {
        std::array::from_fn(|family| self.day[family] * inputs[family] + self.event[family] * inputs[FAMILIES + family])
    }

    /// Returns the weights with nothing for some families.
    #[must_use]
    pub fn without(mut self, families: &[Family]) -> Self {
        for family in families {
            self.day[family.index()] = 0.0;
            self.event[family.index()] = 0.0;
        }
        self
    }

    /// Returns the weights in the order of the inputs.
    pub fn coefficients(&self) -> [f64; INPUTS] {
        std::array::from_fn(|input| if input < FAMILIES { self.day[input] } else { self.event[input - FAMILIES] })
    }

    /// Takes weights in the order of the inputs.
    pub fn of_coefficients(coefficients: &[f64; INPUTS]) -> Self {
        Self {
            day: std::array::from_fn(|family| coefficients[family]),
            event: std::array::from_fn(|family| coefficients[FAMILIES + family]),
        }
    }
}

/// How many numbers the identity evidence is made of.
pub const INPUTS: usize = 2 * FAMILIES;

/// Returns what the identity evidence is made of: each family's mean over the day, then its evidence of the event.
pub fn inputs(day_means: &[f64; FAMILIES], event_bits: &[f64; FAMILIES]) -> [f64; INPUTS] {
    std::array::from_fn(|input| clip(if input < FAMILIES { day_means[input] } else { event_bits[input - FAMILIES] }))
}

fn clip(bits: f64) -> f64 {
    bits.clamp(-LARGEST_EVIDENCE, LARGEST_EVIDENCE)
}

impl From<Weights> for Vec<Weight> {
    fn from(weights: Weights) -> Self {
        let weight = |family: Family| Weight {
            family: family.name().to_owned(),
            day: weights.day[family.index()],
            event: weights.event[family.index()],
        };
        Family::ALL.map(weight).into()
    }
}

impl TryFrom<Vec<Weight>> for Weights {
    type Error = OtherFamilies;

    fn try_from(weights: Vec<Weight>) -> Result<Self, OtherFamilies> {
        let names = weights.iter().map(|weight| weight.family.as_str());
        if !names.eq(Family::ALL.map(Family::name)) {
            return Err(OtherFamilies);
        }
        let of = |pick: fn(&Weight) -> f64| std::array::from_fn(|family| pick(&weights[family]));
        Ok(Self { day: of(|weight| weight.day), event: of(|weight| weight.event) })
    }
}

/// Why a model is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the model was made for other families of evidence than this program has")]
pub struct OtherFamilies;

/// An immutable model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredModel", into = "StoredModel")]
pub struct Model {
    /// How much each family counts.
    pub weights: Weights,
    /// How rare evidence is where the organisation's own days do not tell yet.
    pub calibration: Calibration,
    /// What knows the kinds of attack that everybody knows.
    pub forest: Option<Classifier>,
}

impl Model {
    /// A model that weighs evidence and cannot say how rare it is.
    pub fn uncalibrated(weights: Weights) -> Self {
        Self { weights, calibration: Calibration::default(), forest: None }
    }

    /// Returns the version of the model: a hash of all that it says.
    ///
    /// # Panics
    ///
    /// Never: a model is plain data.
    pub fn version(&self) -> String {
        let text = serde_json::to_vec(self).expect("a model is plain data");
        format!("{:016x}", hash_bytes(&text))
    }

    /// The model that comes with the program, as `make model` learns it.
    pub fn shipped() -> Arc<Self> {
        static SHIPPED: LazyLock<Arc<Model>> = LazyLock::new(|| {
            let text = include_str!("../assets/model.json");
            Arc::new(serde_json::from_str(text).expect("a test reads the shipped model"))
        });
        SHIPPED.clone()
    }
}

/// A model as it is written: the forest's bytes in base64.
#[derive(Serialize, Deserialize)]
struct StoredModel {
    weights: Weights,
    calibration: Calibration,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forest: Option<String>,
}

impl From<Model> for StoredModel {
    fn from(Model { weights, calibration, forest }: Model) -> Self {
        Self { weights, calibration, forest: forest.map(|forest| BASE64_STANDARD.encode(forest.to_bytes())) }
    }
}

impl TryFrom<StoredModel> for Model {
    type Error = OtherForest;

    fn try_from(StoredModel { weights, calibration, forest }: StoredModel) -> Result<Self, OtherForest> {
        let read = |text: String| {
            let bytes = BASE64_STANDARD.decode(text).map_err(|_| OtherForest::Text)?;
            Classifier::from_bytes(&bytes, &features::names()).map_err(OtherForest::Bytes)
        };
        Ok(Self { weights, calibration, forest: forest.map(read).transpose()? })
    }
}

/// Why a model's forest is refused.
#[derive(Debug, thiserror::Error)]
enum OtherForest {
    #[error("the model's forest is no base64")]
    Text,
    #[error("the model's forest: {0}")]
    Bytes(Unreadable),
}

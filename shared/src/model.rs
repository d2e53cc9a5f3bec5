//! The model: weights, calibration and attack classifier, which training makes and events do not change.

mod importance;

pub use importance::FeatureImportance;

use std::sync::{Arc, LazyLock};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};

use crate::{
    aspects,
    calibration::Calibration,
    families::{FAMILIES, Family},
    features,
    forest::{Classifier, Unreadable},
    hash::hash_bytes,
    inputs::IDENTITY_INPUTS,
};

/// The weights of the families in the identity evidence: of each family's mean over the day, and of the event itself.
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
    /// Returns the weights without training: the prior weights of the table of families, which were set by hand.
    pub fn untrained() -> Self {
        let prior = Family::ALL.map(|family| family.spec().prior_weight);
        Self { day: prior, event: prior }
    }

    /// Returns each family's share of the identity evidence, in bits; their sum is the evidence. What is said twice counts
    /// once, and an aspect that stands alone less (see [`aspects::reduce`]).
    pub fn shares(&self, inputs: &[f64; IDENTITY_INPUTS]) -> [f64; FAMILIES] {
        let weighted = |family| self.day[family] * inputs[family] + self.event[family] * inputs[FAMILIES + family];
        let mut shares = std::array::from_fn(weighted);
        aspects::reduce(&mut shares);
        shares
    }

    /// Returns the weights with those of some families set to 0.
    #[must_use]
    pub fn without(mut self, families: &[Family]) -> Self {
        for family in families {
            self.day[family.index()] = 0.0;
            self.event[family.index()] = 0.0;
        }
        self
    }

    /// Returns the weights in the order of [`Inputs::identity`](crate::inputs::Inputs::identity).
    pub fn coefficients(&self) -> [f64; IDENTITY_INPUTS] {
        std::array::from_fn(|input| if input < FAMILIES { self.day[input] } else { self.event[input - FAMILIES] })
    }

    /// Makes weights of coefficients in the order of [`Inputs::identity`](crate::inputs::Inputs::identity).
    pub fn of_coefficients(coefficients: &[f64; IDENTITY_INPUTS]) -> Self {
        Self {
            day: std::array::from_fn(|family| coefficients[family]),
            event: std::array::from_fn(|family| coefficients[FAMILIES + family]),
        }
    }
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

/// The error for weights that are not those of this program's families, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the model was made for other families of evidence than this program has")]
pub struct OtherFamilies;

/// A model: everything that training makes, and that a score depends on beside the profiles and the population.
///
/// ```
/// use shared::{families::Family, model::{Model, Weights}};
///
/// let shipped = Model::shipped();
/// let read: Model = serde_json::from_str(&serde_json::to_string(&*shipped)?)?;
/// assert_eq!(read.version(), shipped.version());
///
/// let untrained = Model::uncalibrated(Weights::untrained());
/// assert_eq!(untrained.weights.coefficients()[Family::Location.index()], 0.5);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredModel", into = "StoredModel")]
pub struct Model {
    /// The weights of the families.
    pub weights: Weights,
    /// The calibration that is used while the organisation has too few days of its own.
    pub calibration: Calibration,
    /// The attack classifier; a model may have none.
    pub forest: Option<Classifier>,
    /// How much each feature of the attack classifier matters, in the order of the features; a model may not tell. No
    /// score depends on it.
    pub importance: Vec<FeatureImportance>,
}

impl Model {
    /// Returns a model without a calibration and a classifier, by which every event has the same score.
    pub fn uncalibrated(weights: Weights) -> Self {
        Self { weights, calibration: Calibration::default(), forest: None, importance: Vec::new() }
    }

    /// Returns the version of the model: a hash of all that scores depend on, as 16 hexadecimal digits.
    ///
    /// # Panics
    ///
    /// Never: a model is plain data.
    pub fn version(&self) -> String {
        let scoring = Self { importance: Vec::new(), ..self.clone() };
        let text = serde_json::to_vec(&scoring).expect("a model is plain data");
        format!("{:016x}", hash_bytes(&text))
    }

    /// Returns the model that comes with the program, as `make model` trains it.
    pub fn shipped() -> Arc<Self> {
        static SHIPPED: LazyLock<Arc<Model>> = LazyLock::new(|| {
            let text = include_str!("../assets/model.json");
            Arc::new(serde_json::from_str(text).expect("tests read the shipped model, so it is valid"))
        });
        SHIPPED.clone()
    }
}

/// The stored form of a model, with the bytes of the forest in base64.
#[derive(Serialize, Deserialize)]
struct StoredModel {
    weights: Weights,
    calibration: Calibration,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forest: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    importance: Vec<FeatureImportance>,
}

impl From<Model> for StoredModel {
    fn from(Model { weights, calibration, forest, importance }: Model) -> Self {
        let forest = forest.map(|forest| BASE64_STANDARD.encode(forest.to_bytes()));
        Self { weights, calibration, forest, importance }
    }
}

impl TryFrom<StoredModel> for Model {
    type Error = OtherForest;

    fn try_from(StoredModel { weights, calibration, forest, importance }: StoredModel) -> Result<Self, OtherForest> {
        let read = |text: String| {
            let bytes = BASE64_STANDARD.decode(text).map_err(|_| OtherForest::Text)?;
            Classifier::from_bytes(&bytes, &features::names()).map_err(OtherForest::Bytes)
        };
        Ok(Self { weights, calibration, forest: forest.map(read).transpose()?, importance })
    }
}

/// The error for a stored forest that cannot be read.
#[derive(Debug, thiserror::Error)]
enum OtherForest {
    #[error("the model's forest is no base64")]
    Text,
    #[error("the model's forest: {0}")]
    Bytes(Unreadable),
}

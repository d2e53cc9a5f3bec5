//! Model cards: the weights, the features, the calibration and the meaning of the score of a model.

use std::fmt;

use serde::Serialize;
use shared::{
    calibration::{DEFAULT_THRESHOLD, SCORE_PREVALENCE, p_value_at},
    families::{FAMILIES, Family},
    features,
    forest::{Classifier, Forest},
    inputs::InputSpec,
    model::{FeatureImportance, Model},
    signals::Signal,
};

/// The description of a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelCard {
    /// The version of the model: a hash of its content.
    pub version: String,
    /// The meaning of its score.
    pub score: ScoreMeaning,
    /// The size of its forest; `None` for a model without one.
    pub forest: Option<ForestSize>,
    /// The weights of each family of the identity evidence.
    pub weights: Vec<FamilyWeight>,
    /// The signals by which a user-day can stand out.
    pub signals: Vec<SignalTail>,
    /// The features of the forest, in order; empty for a model without one.
    pub features: Vec<FeatureUse>,
}

/// The meaning of a score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ScoreMeaning {
    /// The share of attacks among all events for which the score is the probability of an attack.
    pub share_of_attacks: f64,
    /// The lowest score of an anomaly.
    pub threshold: f64,
    /// The number of ordinary user-days of which one reaches the threshold.
    pub user_days: f64,
}

/// The size of a forest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ForestSize {
    /// Number of trees.
    pub trees: usize,
    /// Number of leaves of all trees.
    pub leaves: usize,
    /// Number of features.
    pub features: usize,
    /// Number of bytes of the stored forest.
    pub bytes: usize,
}

/// The weights of a bit of evidence of a family.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FamilyWeight {
    /// The family.
    pub family: &'static str,
    /// Weight of the mean over the day.
    pub day: f64,
    /// Weight of the single event.
    pub event: f64,
}

/// Whether a signal is calibrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SignalTail {
    /// The signal.
    pub signal: &'static str,
    /// Whether the model has a tail of the signal's distribution: without one, the signal counts for nothing until the
    /// organisation's own days provide it.
    pub has_tail: bool,
}

/// The use of a feature by the forest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeatureUse {
    /// The name of the feature.
    pub name: &'static str,
    /// The meaning of the feature, with its unit.
    pub meaning: String,
    /// Number of splits that test the feature.
    pub splits: usize,
    /// How much the feature matters; `None` for a model that does not tell.
    pub importance: Option<FeatureImportance>,
}

impl ModelCard {
    /// Returns the card of a model.
    pub fn of(model: &Model) -> Self {
        let coefficients = model.weights.coefficients();
        let weight = |family: Family| FamilyWeight {
            family: family.name(),
            day: coefficients[family.index()],
            event: coefficients[FAMILIES + family.index()],
        };
        let tail = |signal: Signal| SignalTail { signal: signal.name(), has_tail: model.calibration.knows(signal) };
        Self {
            version: model.version(),
            score: ScoreMeaning {
                share_of_attacks: SCORE_PREVALENCE,
                threshold: DEFAULT_THRESHOLD,
                user_days: 1.0 / p_value_at(DEFAULT_THRESHOLD),
            },
            forest: model.forest.as_ref().map(ForestSize::of),
            weights: Family::ALL.map(weight).into(),
            signals: Signal::ALL.map(tail).into(),
            features: model
                .forest
                .as_ref()
                .map_or_else(Vec::new, |classifier| feature_uses(classifier.forest(), model)),
        }
    }
}

impl ForestSize {
    fn of(classifier: &Classifier) -> Self {
        let forest = classifier.forest();
        let leaves = |tree| forest.nodes(tree).filter(|node| node.split.is_none()).count();
        Self {
            trees: forest.trees(),
            leaves: (0..forest.trees()).map(leaves).sum(),
            features: classifier.bins().names().len(),
            bytes: classifier.to_bytes().len(),
        }
    }
}

fn feature_uses(forest: &Forest, model: &Model) -> Vec<FeatureUse> {
    let unused = |feature: &'static InputSpec| {
        let importance = model.importance.iter().find(|importance| importance.feature == feature.name).cloned();
        FeatureUse { name: &feature.name, meaning: feature.described(), splits: 0, importance }
    };
    let mut uses: Vec<FeatureUse> = features::table().iter().map(unused).collect();
    for split in (0..forest.trees()).flat_map(|tree| forest.nodes(tree)).filter_map(|node| node.split) {
        uses[usize::from(split.feature)].splits += 1;
    }
    uses
}

impl fmt::Display for ScoreMeaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { share_of_attacks, threshold, user_days } = self;
        write!(
            f,
            "the probability of an attack where {:.0} % of all events are attacks; {threshold} is reached by one in \
             {user_days:.0} ordinary user-days",
            share_of_attacks * 100.0
        )
    }
}

impl fmt::Display for ForestSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { trees, leaves, features, bytes } = self;
        write!(f, "{trees} trees with {leaves} leaves over {features} features, {bytes} bytes")
    }
}

impl fmt::Display for ModelCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, score, forest, weights, signals, features } = self;
        writeln!(f, "version  {version}\nscore    {score}")?;
        match forest {
            Some(forest) => writeln!(f, "forest   {forest}")?,
            None => writeln!(f, "forest   none")?,
        }
        writeln!(f, "\nfamily         of the day  of the event   (weight of a bit of evidence)")?;
        for FamilyWeight { family, day, event } in weights {
            writeln!(f, "{family:<13}  {day:>10.3}  {event:>12.3}")?;
        }
        writeln!(f, "\nsignal    how rare it is")?;
        for SignalTail { signal, has_tail } in signals {
            writeln!(f, "{signal:<8}  {}", if *has_tail { "known" } else { "not known" })?;
        }
        if !features.is_empty() {
            writeln!(f, "\nfeature              splits  mean |SHAP|  PR-AUC lost  meaning")?;
        }
        for FeatureUse { name, meaning, splits, importance } in features {
            let figure = |of: fn(&FeatureImportance) -> f64| {
                importance.as_ref().map_or_else(String::new, |importance| format!("{:.4}", of(importance)))
            };
            let (shap, lost) = (figure(|of| of.mean_abs_shap), figure(|of| of.pr_auc_lost));
            writeln!(f, "{name:<19}  {splits:>6}  {shap:>11}  {lost:>11}  {meaning}")?;
        }
        Ok(())
    }
}

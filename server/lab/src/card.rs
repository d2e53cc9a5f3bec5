//! A model's card: what it weighs, what it asks for, and what its score means.

use std::fmt;

use serde::Serialize;
use shared::{
    calibration::{SCORE_AT_PIVOT, SCORE_PREVALENCE, Signal, p_value_at},
    family::{FAMILIES, Family},
    features,
    forest::{Classifier, Forest},
    model::Model,
};

/// What is to be known of a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card {
    /// Hash of all that it says.
    pub version: String,
    /// What its score means.
    pub score: Score,
    /// Its forest, if it has one.
    pub forest: Option<Trees>,
    /// How much each family of the identity evidence counts.
    pub weights: Vec<Weight>,
    /// The signals by which a user-day can stand out.
    pub signals: Vec<Rare>,
    /// What the forest asks for, in order.
    pub features: Vec<Asked>,
}

/// What a score means.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// The share of attacks among all events at which the score is the probability of an attack.
    pub share_of_attacks: f64,
    /// The score from which on an event is an anomaly.
    pub threshold: f64,
    /// One in so many ordinary user-days reaches the threshold.
    pub user_days: f64,
}

/// The size of a forest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Trees {
    /// Number of trees.
    pub trees: usize,
    /// Number of leaves of all trees.
    pub leaves: usize,
    /// Number of features.
    pub features: usize,
    /// Number of bytes as it is stored.
    pub bytes: usize,
}

/// How much a family counts, for each bit of its evidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Weight {
    /// The family.
    pub family: &'static str,
    /// Weight of its mean over the day.
    pub day: f64,
    /// Weight of the event itself.
    pub event: f64,
}

/// A signal, and whether the model knows how rare it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rare {
    /// The signal.
    pub signal: &'static str,
    /// Whether there is a tail: without, the signal counts for nothing until the organisation's own days tell.
    pub has_tail: bool,
}

/// A feature of the forest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// Its name.
    pub name: &'static str,
    /// What it says, with its unit.
    pub meaning: &'static str,
    /// How many splits ask for it.
    pub splits: usize,
}

impl Card {
    /// Takes the card of a model.
    pub fn of(model: &Model) -> Self {
        let coefficients = model.weights.coefficients();
        let weight = |family: Family| Weight {
            family: family.name(),
            day: coefficients[family.index()],
            event: coefficients[FAMILIES + family.index()],
        };
        let rare = |signal: Signal| Rare { signal: signal.name(), has_tail: model.calibration.knows(signal) };
        Self {
            version: model.version(),
            score: Score {
                share_of_attacks: SCORE_PREVALENCE,
                threshold: SCORE_AT_PIVOT,
                user_days: 1.0 / p_value_at(SCORE_AT_PIVOT),
            },
            forest: model.forest.as_ref().map(Trees::of),
            weights: Family::ALL.map(weight).into(),
            signals: Signal::ALL.map(rare).into(),
            features: model.forest.as_ref().map_or_else(Vec::new, |classifier| asked(classifier.forest())),
        }
    }
}

impl Trees {
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

fn asked(forest: &Forest) -> Vec<Asked> {
    let feature =
        |feature: &'static features::Feature| Asked { name: &feature.name, meaning: &feature.meaning, splits: 0 };
    let mut asked: Vec<Asked> = features::table().iter().map(feature).collect();
    for split in (0..forest.trees()).flat_map(|tree| forest.nodes(tree)).filter_map(|node| node.split) {
        asked[usize::from(split.feature)].splits += 1;
    }
    asked
}

impl fmt::Display for Score {
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

impl fmt::Display for Trees {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { trees, leaves, features, bytes } = self;
        write!(f, "{trees} trees with {leaves} leaves over {features} features, {bytes} bytes")
    }
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, score, forest, weights, signals, features } = self;
        writeln!(f, "version  {version}\nscore    {score}")?;
        match forest {
            Some(forest) => writeln!(f, "forest   {forest}")?,
            None => writeln!(f, "forest   none")?,
        }
        writeln!(f, "\nfamily         of the day  of the event   (weight of a bit of evidence)")?;
        for Weight { family, day, event } in weights {
            writeln!(f, "{family:<13}  {day:>10.3}  {event:>12.3}")?;
        }
        writeln!(f, "\nsignal    how rare it is")?;
        for Rare { signal, has_tail } in signals {
            writeln!(f, "{signal:<8}  {}", if *has_tail { "known" } else { "not known" })?;
        }
        if !features.is_empty() {
            writeln!(f, "\nfeature              splits  meaning")?;
        }
        for Asked { name, meaning, splits } in features {
            writeln!(f, "{name:<19}  {splits:>6}  {meaning}")?;
        }
        Ok(())
    }
}

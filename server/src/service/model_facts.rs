//! The model in force: its card, and the facts of its page.

use app::{
    actor::{Actor, Scope},
    page_types::{EvidenceWeight, FeatureImportance, ModelFacts},
};
use lab::model_card::{FamilyWeight, FeatureUse, ModelCard};
use shared::error::Error;

use super::Service;

impl Service {
    /// Returns the description of the model in force, and the threshold.
    pub fn model_card(&self, actor: &Actor) -> Result<(ModelCard, f64), Error> {
        actor.require(Scope::Read)?;
        let state = self.0.pipeline.state();
        Ok((ModelCard::of(state.engine().model()), self.threshold(&state)))
    }

    /// Returns the facts about the model in force, for its page.
    pub(super) fn facts_of_model(&self, actor: &Actor) -> Result<ModelFacts, Error> {
        let (card, threshold) = self.model_card(actor)?;
        Ok(facts(card, threshold))
    }
}

/// Returns the facts of a model's card.
fn facts(card: ModelCard, threshold: f64) -> ModelFacts {
    let weight = |FamilyWeight { family, day, event }| EvidenceWeight { name: String::from(family), day, event };
    ModelFacts {
        version: card.version,
        threshold,
        trees: card.forest.map(|forest| forest.trees as u64),
        weights: card.weights.into_iter().map(weight).collect(),
        features: importance(card.features),
    }
}

/// Returns the features that any split tests, the most used first.
#[expect(clippy::cast_precision_loss, reason = "a forest has thousands of splits")]
fn importance(mut features: Vec<FeatureUse>) -> Vec<FeatureImportance> {
    features.retain(|feature| feature.splits > 0);
    features.sort_by(|a, b| b.splits.cmp(&a.splits).then_with(|| a.name.cmp(b.name)));
    let all: usize = features.iter().map(|feature| feature.splits).sum();
    let share = |FeatureUse { meaning, splits, .. }| FeatureImportance { meaning, share: splits as f64 / all as f64 };
    features.into_iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use shared::model::Model;

    use super::*;

    #[test]
    fn the_shares_of_all_splits_add_up_and_the_most_used_feature_is_first() {
        let facts = facts(ModelCard::of(&Model::shipped()), 0.7);
        let sum: f64 = facts.features.iter().map(|feature| feature.share).sum();
        assert!((sum - 1.0).abs() < 1e-9 && facts.features.is_sorted_by(|a, b| a.share >= b.share), "{facts:?}");
        assert_eq!((facts.version, facts.weights.len()), (Model::shipped().version(), 17));
    }
}

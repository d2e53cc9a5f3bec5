//! All metrics of a training: the content of `metrics.json`.

use serde::Serialize;

use super::{
    forest_metrics::{self, CalibrationMetrics, Confusion, ForestMetrics, GroupMetrics},
    importance::{self, Importance},
    learning_curve::{self, LearningStage},
    out_of_fold::OutOfFoldRows,
    training_set::TrainingSet,
};
use crate::{
    model_card::ModelCard,
    training::{attack_classifier::TrainingRun, forest::GrowError},
};

/// All metrics of a training.
#[derive(Debug, Serialize)]
pub(super) struct TrainingMetrics {
    /// The model.
    pub(super) model: ModelCard,
    /// The rows and the hyperparameters of the training.
    pub(super) training: TrainingSet,
    /// The ranking of all rows.
    pub(super) all: ForestMetrics,
    /// The predicted probabilities.
    pub(super) probability: CalibrationMetrics,
    /// The alarms at the default threshold.
    pub(super) confusion: Confusion,
    /// The ranking of the rows of each source.
    pub(super) sources: Vec<GroupMetrics>,
    /// The ranking of the rows of each kind of attack among all benign rows.
    pub(super) kinds: Vec<GroupMetrics>,
    /// The importance of each feature, the most important first.
    pub(super) importance: Vec<Importance>,
    /// The ranking by forests trained on a part of the users.
    pub(super) learning_curve: Vec<LearningStage>,
}

impl TrainingMetrics {
    /// Computes the metrics of a training; `on_progress` is called with a short description of each step.
    pub(super) fn of(
        rows: &OutOfFoldRows,
        run: &TrainingRun,
        model: ModelCard,
        on_progress: &dyn Fn(String),
    ) -> Result<Self, GrowError> {
        on_progress("measuring".to_owned());
        let all = ForestMetrics::of(rows.samples(|row| row.prediction, |_| true), rows.users);
        Ok(Self {
            model,
            training: TrainingSet::of(run, rows),
            all,
            probability: CalibrationMetrics::of(rows),
            confusion: Confusion::of(rows),
            sources: forest_metrics::by_source(rows),
            kinds: forest_metrics::by_kind(rows),
            importance: importance::measure(run, rows),
            learning_curve: learning_curve::measure(run, rows, all.pr_auc, on_progress)?,
        })
    }
}

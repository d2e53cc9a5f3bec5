//! The learning curve: the metrics of forests trained on a growing part of the users.

use serde::Serialize;
use shared::features::FEATURES;

use super::{forest_metrics::ForestMetrics, out_of_fold::OutOfFoldRows};
use crate::{
    estimate::Estimate,
    training::{
        attack_classifier::TrainingRun,
        forest::{GrowError, TrainingRow, grow_on},
    },
};

/// Percentages of the users that forests are trained on.
const PERCENT: [u32; 3] = [10, 25, 50];

/// A forest trained on a part of the users.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct LearningStage {
    /// Percentage of the users.
    pub(super) percent_of_users: u32,
    /// Number of rows of these users.
    pub(super) rows: usize,
    /// Average precision of the out-of-fold predictions for all rows.
    pub(super) pr_auc: Estimate,
}

/// Grows forests with the hyperparameters of a training, on more and more of its users, and measures them.
///
/// A stage whose users have too few attacks to grow a forest is left out. `whole` is the average precision of the
/// training's own forest. `on_progress` is called with a short description of each step.
pub(super) fn measure(
    run: &TrainingRun,
    rows: &OutOfFoldRows,
    whole: Estimate,
    on_progress: &dyn Fn(String),
) -> Result<Vec<LearningStage>, GrowError> {
    let mut stages = Vec::new();
    for percent in PERCENT {
        on_progress(format!("growing a forest on {percent} % of the users"));
        let is_learnt = |row: &TrainingRow| row.user % 100 < percent; // numbers of users are hashes
        let grown = match grow_on(&run.rows, FEATURES, &run.params, is_learnt) {
            Err(GrowError::OneClass) => continue,
            grown => grown?,
        };
        let predict = |row: &TrainingRow| grown.predict_out_of_fold(row, &row.bins).map_or(0.0, f64::from);
        let samples = rows.samples(|row| predict(row.row), |_| true);
        let learnt = run.rows.iter().filter(|row| is_learnt(row)).count();
        let pr_auc = ForestMetrics::of(samples, rows.users).pr_auc;
        stages.push(LearningStage { percent_of_users: percent, rows: learnt, pr_auc });
    }
    stages.push(LearningStage { percent_of_users: 100, rows: run.rows.len(), pr_auc: whole });
    Ok(stages)
}

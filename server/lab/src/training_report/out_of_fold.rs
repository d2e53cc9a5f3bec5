//! The rows of a training with their out-of-fold predictions.

use std::collections::HashMap;

use shared::{calibration::SCORE_PREVALENCE, forest::Isotonic, metrics::Sample};

use crate::training::{
    attack_classifier::{Origin, TrainingRun},
    forest::TrainingRow,
};

/// The rows of a training with their out-of-fold predictions.
pub(super) struct OutOfFoldRows<'a> {
    pub(super) rows: Vec<OutOfFoldRow<'a>>,
    /// Number of users.
    pub(super) users: usize,
}

/// A row, and its prediction by the trees that were grown without any row of its user.
pub(super) struct OutOfFoldRow<'a> {
    pub(super) row: &'a TrainingRow,
    pub(super) origin: &'a Origin,
    /// Number of the user, from 0.
    pub(super) user: usize,
    /// The mean prediction of the trees, 0 to 1.
    pub(super) prediction: f64,
    /// The probability of an attack at the share of attacks among all rows, by a calibration fitted to the other folds.
    pub(super) probability: f64,
    /// The probability of an attack at the share of attacks for which scores are stated, by the same calibration.
    pub(super) score: f64,
}

impl<'a> OutOfFoldRows<'a> {
    pub(super) fn of(run: &'a TrainingRun) -> Self {
        let mut numbers = HashMap::new();
        let mut rows = Vec::with_capacity(run.rows.len());
        for ((row, origin), prediction) in run.rows.iter().zip(&run.origins).zip(&run.grown.out_of_fold) {
            let Some(prediction) = *prediction else { continue };
            let next = numbers.len();
            let user = *numbers.entry(row.user).or_insert(next);
            let prediction = prediction.into();
            rows.push(OutOfFoldRow { row, origin, user, prediction, probability: 0.0, score: 0.0 });
        }
        let mut rows = Self { rows, users: numbers.len() };
        rows.calibrate(run);
        rows
    }

    /// Sets the probabilities of each fold by a calibration fitted to the others.
    fn calibrate(&mut self, run: &TrainingRun) {
        let prevalence = Isotonic::fit(&self.samples(|row| row.prediction, |_| true)).prevalence();
        let fold = |row: &OutOfFoldRow| run.grown.fold(row.row);
        let folds = self.rows.iter().map(fold).max().map_or(0, |last| last + 1);
        for left_out in 0..folds {
            let isotonic = Isotonic::fit(&self.samples(|row| row.prediction, |row| fold(row) != left_out));
            for row in self.rows.iter_mut().filter(|row| fold(row) == left_out) {
                row.probability = isotonic.calibrated(row.prediction, prevalence);
                row.score = isotonic.calibrated(row.prediction, SCORE_PREVALENCE);
            }
        }
    }

    /// Returns the `value` of the rows that `is_counted` selects, each weighted by the number of rows of its stream
    /// that it represents.
    pub(super) fn samples(
        &self,
        value: impl Fn(&OutOfFoldRow) -> f64,
        is_counted: impl Fn(&OutOfFoldRow) -> bool,
    ) -> Vec<Sample> {
        self.rows.iter().filter(|row| is_counted(row)).map(|row| row.sample(value(row))).collect()
    }
}

impl OutOfFoldRow<'_> {
    /// Returns the row as a sample with a score.
    pub(super) fn sample(&self, score: f64) -> Sample {
        let (is_attack, weight) = (self.row.is_attack, self.origin.represents);
        Sample { score, is_attack, weight, cluster: self.user }
    }

    /// Returns whether the row belongs to an attack of a kind.
    pub(super) fn is_of(&self, kind: &str) -> bool {
        self.origin.kind.as_deref() == Some(kind)
    }
}

//! The rows that a forest is grown from.

use shared::forest::BinnedRow;
use smartcore::{
    ensemble::random_forest_regressor::{RandomForestRegressor, RandomForestRegressorParameters},
    linalg::basic::matrix::DenseMatrix,
};

use super::{error::GrowError, params::ForestParams};

/// A labelled row of binned features.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingRow {
    /// The bins of the features.
    pub bins: BinnedRow,
    /// Whether the row belongs to an attack.
    pub is_attack: bool,
    /// The number of rows of the log that the row represents.
    pub weight: f64,
    /// The number of the row's user.
    pub user: u32,
    /// The time of the row, in a unit that all rows share.
    pub time: i64,
}

/// A forest of smartcore's. Single precision holds bins exactly; labels decide the precision of its own answers.
type SmartcoreForest = RandomForestRegressor<f32, f64, DenseMatrix<f32>, Vec<f64>>;

/// A matrix of features with labels and sampling weights.
pub(super) struct TrainingMatrix {
    matrix: DenseMatrix<f32>,
    labels: Vec<f64>,
    weights: Vec<f64>,
}

impl TrainingMatrix {
    /// Takes the first `features` bins of each row.
    pub(super) fn of(rows: &[&TrainingRow], features: usize, class_weight: Option<f64>) -> Result<Self, GrowError> {
        let weights = sampling_weights(rows, class_weight)?;
        let column = |feature: usize| rows.iter().map(move |row| f32::from(row.bins[feature]));
        let by_column = (0..features).flat_map(column).collect();
        let matrix = DenseMatrix::new(rows.len(), features, by_column, true)?;
        let labels = rows.iter().map(|row| f64::from(u8::from(row.is_attack))).collect();
        Ok(Self { matrix, labels, weights })
    }

    /// Fits trees; the first is drawn from `seed`, each further one from the next number.
    pub(super) fn fit(&self, trees: usize, seed: u64, params: &ForestParams) -> Result<SmartcoreForest, GrowError> {
        let parameters = RandomForestRegressorParameters::default()
            .with_n_trees(trees)
            .with_max_depth(params.max_depth.saturating_add(1)) // smartcore counts nodes
            .with_min_samples_leaf(params.min_samples_leaf)
            .with_m(params.max_features)
            .with_seed(seed);
        Ok(SmartcoreForest::fit_with_weights(&self.matrix, &self.labels, &self.weights, parameters)?)
    }

    /// Returns the predictions of smartcore's own forest for each row.
    #[cfg(test)]
    pub(super) fn predict(&self, forest: &SmartcoreForest) -> Result<Vec<f64>, smartcore::error::Failed> {
        forest.predict(&self.matrix)
    }
}

/// Returns the weights in proportion to which rows are drawn.
fn sampling_weights(rows: &[&TrainingRow], class_weight: Option<f64>) -> Result<Vec<f64>, GrowError> {
    let sum = |attacks: bool| -> f64 { rows.iter().filter(|row| row.is_attack == attacks).map(|row| row.weight).sum() };
    let (attacks, benign) = (sum(true), sum(false));
    if attacks <= 0.0 || benign <= 0.0 {
        return Err(GrowError::OneClass);
    }
    let attack = class_weight.map_or(1.0, |share| share * benign / attacks);
    Ok(rows.iter().map(|row| row.weight * if row.is_attack { attack } else { 1.0 }).collect())
}

//! Rows as smartcore takes them.

use smartcore::{
    ensemble::random_forest_regressor::{RandomForestRegressor, RandomForestRegressorParameters},
    linalg::basic::matrix::DenseMatrix,
};

use super::{GrowError, Lesson, Params};

/// A forest of smartcore's. Single precision holds bins exactly; labels decide the precision of its own answers.
type Fitted = RandomForestRegressor<f32, f64, DenseMatrix<f32>, Vec<f64>>;

/// Rows, labels, and how often rows are drawn beside each other.
pub(super) struct Taught {
    matrix: DenseMatrix<f32>,
    labels: Vec<f64>,
    weights: Vec<f64>,
}

impl Taught {
    /// Takes the first `features` bins of each row.
    pub(super) fn of(lessons: &[&Lesson], features: usize, attack_share: Option<f64>) -> Result<Self, GrowError> {
        let weights = weights(lessons, attack_share)?;
        let column = |feature: usize| lessons.iter().map(move |lesson| f32::from(lesson.row[feature]));
        let by_column = (0..features).flat_map(column).collect();
        let matrix = DenseMatrix::new(lessons.len(), features, by_column, true)?;
        let labels = lessons.iter().map(|lesson| f64::from(u8::from(lesson.is_attack))).collect();
        Ok(Self { matrix, labels, weights })
    }

    /// Fits trees; the first takes `seed`, each other one the next.
    pub(super) fn fit(&self, trees: usize, seed: u64, params: &Params) -> Result<Fitted, GrowError> {
        let parameters = RandomForestRegressorParameters::default()
            .with_n_trees(trees)
            .with_max_depth(params.depth.saturating_add(1)) // smartcore counts nodes
            .with_min_samples_leaf(params.least_rows)
            .with_m(params.tried)
            .with_seed(seed);
        Ok(Fitted::fit_with_weights(&self.matrix, &self.labels, &self.weights, parameters)?)
    }

    /// Returns what a forest of smartcore's says of each row.
    #[cfg(test)]
    pub(super) fn predict(&self, forest: &Fitted) -> Result<Vec<f64>, smartcore::error::Failed> {
        forest.predict(&self.matrix)
    }
}

/// Returns how often rows are drawn beside each other.
fn weights(lessons: &[&Lesson], attack_share: Option<f64>) -> Result<Vec<f64>, GrowError> {
    let sum = |attacks: bool| -> f64 {
        lessons.iter().filter(|lesson| lesson.is_attack == attacks).map(|lesson| lesson.weight).sum()
    };
    let (attacks, benign) = (sum(true), sum(false));
    if attacks <= 0.0 || benign <= 0.0 {
        return Err(GrowError::OneClass);
    }
    let attack = attack_share.map_or(1.0, |share| share * benign / attacks);
    Ok(lessons.iter().map(|lesson| lesson.weight * if lesson.is_attack { attack } else { 1.0 }).collect())
}

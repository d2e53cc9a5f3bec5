//! Weighted ridge regression on binary columns, from the moments of the rows alone.

/// The number of columns up to which they are chosen one after the other.
const MOST_CHOSEN_ONE_BY_ONE: usize = 6;
/// The penalty of the ridge regression by which columns are chosen all at once, and of the final one.
const CHOOSING_PENALTY: f64 = 0.01;
const PENALTY: f64 = 1.0;
/// The share of a column's variance that must be left beside the columns before it, for the column to get a weight.
const LEAST_PIVOT: f64 = 1e-10;

/// The sums over weighted rows of binary columns `z` and outputs `y`.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// The sum of the weights.
    pub weight: f64,
    /// The weighted sum of each column.
    pub z: Vec<f64>,
    /// The weighted sums of the products of columns, row by row; the upper triangle counts.
    pub zz: Vec<f64>,
    /// The weighted sum of the outputs.
    pub y: f64,
    /// The weighted sum of the products of each column with the output.
    pub zy: Vec<f64>,
    /// The weighted sum of the squared outputs; NaN if it is unknown.
    pub yy: f64,
}

/// A linear model around an event.
#[derive(Debug, Clone, PartialEq)]
pub struct LimeFit {
    /// The model's output where no feature is in the bin of the event.
    pub intercept: f64,
    /// The index of each chosen feature and the weight of its being in the bin of the event, the largest first.
    pub weights: Vec<(usize, f64)>,
    /// The share of the weighted variance of the outputs that the model explains; none in closed form.
    pub r2: Option<f64>,
}

impl LimeFit {
    /// Returns the model's output for the event itself.
    pub fn local_prediction(&self) -> f64 {
        self.intercept + self.weights.iter().map(|(_, weight)| weight).sum::<f64>()
    }

    /// Returns the weight of a feature; 0 if it was not chosen.
    pub fn weight_of(&self, feature: usize) -> f64 {
        self.weights.iter().find(|(chosen, _)| *chosen == feature).map_or(0.0, |(_, weight)| *weight)
    }
}

struct Ridge {
    coefficients: Vec<f64>,
    intercept: f64,
    /// The reduction of the weighted sum of squares.
    explained: f64,
}

impl Moments {
    /// Returns the moments of no rows.
    pub fn of_columns(columns: usize) -> Self {
        Self {
            weight: 0.0,
            z: vec![0.0; columns],
            zz: vec![0.0; columns * columns],
            y: 0.0,
            zy: vec![0.0; columns],
            yy: 0.0,
        }
    }

    /// Adds a row: the set of its columns that are 1, its weight and its output.
    pub fn add(&mut self, ones: u64, weight: f64, output: f64) {
        let weighted = weight * output;
        self.weight += weight;
        self.y += weighted;
        self.yy += weighted * output;
        for column in bits(ones) {
            self.z[column] += weight;
            self.zy[column] += weighted;
            let products = &mut self.zz[column * self.z.len()..][..self.z.len()];
            for other in bits(ones & (u64::MAX << column)) {
                products[other] += weight;
            }
        }
    }

    /// Chooses at most `most` columns and fits the linear model, by the rules of the Python package `lime` for
    /// `feature_selection='auto'`: up to six columns one after the other, each the one that explains the most, and more
    /// by their weights in a regression on all columns. The columns of the event itself are all 1.
    pub fn fit(&self, most: usize) -> LimeFit {
        let chosen = if most <= MOST_CHOSEN_ONE_BY_ONE { self.one_by_one(most) } else { self.highest_weights(most) };
        let ridge = self.ridge(&chosen, PENALTY);
        let mut weights: Vec<(usize, f64)> = chosen.into_iter().zip(ridge.coefficients).collect();
        weights.sort_by(|(_, a), (_, b)| b.abs().total_cmp(&a.abs()));
        let variance = self.yy - self.y * self.y / self.weight;
        let r2 = if variance > 0.0 { ridge.explained / variance } else { 1.0 };
        LimeFit { intercept: ridge.intercept, weights, r2: (!variance.is_nan()).then_some(r2) }
    }

    fn one_by_one(&self, most: usize) -> Vec<usize> {
        let mut chosen: Vec<usize> = Vec::new();
        while chosen.len() < most.min(self.z.len()) {
            let explained = |column: usize| self.ridge(&[&chosen[..], &[column]].concat(), 0.0).explained;
            let open = (0..self.z.len()).filter(|column| !chosen.contains(column));
            let Some(best) = open.map(|column| (explained(column), column)).max_by(|(a, at), (b, other)| {
                a.total_cmp(b).then(other.cmp(at)) // the first of equal ones
            }) else {
                break;
            };
            chosen.push(best.1);
        }
        chosen
    }

    fn highest_weights(&self, most: usize) -> Vec<usize> {
        let all: Vec<usize> = (0..self.z.len()).collect();
        let coefficients = self.ridge(&all, CHOOSING_PENALTY).coefficients;
        let mut chosen = all;
        chosen.sort_by(|a, b| coefficients[*b].abs().total_cmp(&coefficients[*a].abs()));
        chosen.truncate(most);
        chosen
    }

    /// Solves the normal equations of some columns around their means by Cholesky decomposition; the intercept has no
    /// penalty. A column that the ones before it determine gets the coefficient 0.
    fn ridge(&self, columns: &[usize], penalty: f64) -> Ridge {
        let size = columns.len();
        let centred = |i: usize, j: usize| {
            let (first, last) = (columns[i].min(columns[j]), columns[i].max(columns[j]));
            self.zz[first * self.z.len() + last] - self.z[first] * self.z[last] / self.weight
        };
        let gram: Vec<f64> = (0..size * size).map(|at| centred(at / size, at % size)).collect();
        let target: Vec<f64> =
            columns.iter().map(|column| self.zy[*column] - self.z[*column] * self.y / self.weight).collect();
        let coefficients = solve(&gram, penalty, &target);
        let product = |i: usize| (0..size).map(|j| gram[i * size + j] * coefficients[j]).sum::<f64>();
        let explained = (0..size).map(|i| coefficients[i] * (2.0 * target[i] - product(i))).sum();
        let at_means: f64 = columns.iter().zip(&coefficients).map(|(column, weight)| self.z[*column] * weight).sum();
        Ridge { intercept: (self.y - at_means) / self.weight, coefficients, explained }
    }
}

/// Solves `(gram + penalty) x = target` for a positive semidefinite matrix.
fn solve(gram: &[f64], penalty: f64, target: &[f64]) -> Vec<f64> {
    let size = target.len();
    let mut lower = vec![0.0; size * size];
    let mut is_free = vec![true; size];
    let mut x = target.to_vec();
    for i in 0..size {
        for j in 0..=i {
            let (row, other) = (&lower[i * size..][..j], &lower[j * size..][..j]);
            let sum: f64 = row.iter().zip(other).map(|(a, b)| a * b).sum();
            let diagonal = if i == j { penalty } else { 0.0 };
            let rest = gram[i * size + j] + diagonal - sum;
            if i == j {
                is_free[i] = rest > LEAST_PIVOT * (gram[i * size + i] + penalty);
                lower[i * size + i] = if is_free[i] { rest.sqrt() } else { 1.0 };
            } else if is_free[j] {
                lower[i * size + j] = rest / lower[j * size + j];
            }
        }
        let known: f64 = (0..i).map(|j| lower[i * size + j] * x[j]).sum();
        x[i] = if is_free[i] { (x[i] - known) / lower[i * size + i] } else { 0.0 };
    }
    for i in (0..size).rev() {
        let known: f64 = (i + 1..size).map(|j| lower[j * size + i] * x[j]).sum();
        x[i] = if is_free[i] { (x[i] - known) / lower[i * size + i] } else { 0.0 };
    }
    x
}

fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = set.trailing_zeros() as usize;
        set &= set.wrapping_sub(1);
        (lowest < 64).then_some(lowest)
    })
}

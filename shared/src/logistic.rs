//! Logistic regression with a Gaussian prior of the coefficients.

use crate::math::exp;

/// A labelled example.
#[derive(Debug, Clone, PartialEq)]
pub struct Example<const N: usize> {
    /// The inputs; 0 for an unknown one.
    pub inputs: [f64; N],
    /// Whether the example is of an attack.
    pub is_attack: bool,
}

/// The weight of one benign example, beside the prior.
const STRENGTH: f64 = 0.003;
/// The weight of all attacks together, as a share of that of all benign examples.
const ATTACKS: f64 = 0.1;
/// The maximum number of Newton steps.
const STEPS: usize = 25;
/// The largest change of a coefficient at which the fit has converged.
const TOLERANCE: f64 = 1e-9;

/// Returns the coefficients that separate attacks from benign examples best, shrunk towards those of the `prior`; an
/// input that is always 0 keeps its prior. No coefficient is negative: evidence against a user never lowers a score.
///
/// The fit minimises `|w - prior|^2 / 2 + C * sum of weighted log losses` by Newton's method with projection (Bertsekas
/// 1982). The intercept has no prior and is not returned.
pub fn fit<const N: usize>(examples: &[Example<N>], prior: &[f64; N]) -> [f64; N] {
    let mut coefficients: Vec<f64> = prior.iter().copied().chain([0.0]).collect();
    let weights = class_weights(examples);
    for _ in 0..STEPS {
        let step = newton_step(examples, weights, prior, &coefficients);
        let mut largest = 0.0_f64;
        for (at, step) in step.into_iter().enumerate() {
            let least = if at < N { 0.0 } else { f64::NEG_INFINITY };
            let next = (coefficients[at] - step).max(least);
            largest = largest.max((coefficients[at] - next).abs());
            coefficients[at] = next;
        }
        if largest < TOLERANCE {
            break;
        }
    }
    std::array::from_fn(|input| coefficients[input])
}

/// Returns the weights of a benign example and of an attack.
#[expect(clippy::cast_precision_loss, reason = "numbers of examples are exact in 53 bits")]
fn class_weights<const N: usize>(examples: &[Example<N>]) -> [f64; 2] {
    let attacks = examples.iter().filter(|example| example.is_attack).count();
    let benign = examples.len() - attacks;
    [STRENGTH, STRENGTH * ATTACKS * benign as f64 / (attacks as f64).max(1.0)]
}

fn newton_step<const N: usize>(
    examples: &[Example<N>],
    weights: [f64; 2],
    prior: &[f64; N],
    coefficients: &[f64],
) -> Vec<f64> {
    let size = N + 1;
    let mut gradient = vec![0.0; size];
    let mut curvature = vec![vec![0.0; size]; size];
    for input in 0..N {
        gradient[input] = coefficients[input] - prior[input];
        curvature[input][input] = 1.0;
    }
    for Example { inputs, is_attack } in examples {
        let input = |at: usize| if at == N { 1.0 } else { inputs[at] };
        let logit: f64 = (0..size).map(|at| coefficients[at] * input(at)).sum();
        let probability = 1.0 / (1.0 + exp(-logit));
        let weight = weights[usize::from(*is_attack)];
        let error = weight * (probability - f64::from(u8::from(*is_attack)));
        let bend = weight * probability * (1.0 - probability);
        for row in (0..size).filter(|row| input(*row) != 0.0) {
            gradient[row] += error * input(row);
            let columns = curvature[row].iter_mut().take(row + 1).enumerate();
            columns.for_each(|(column, cell)| *cell += bend * input(row) * input(column));
        }
    }
    for input in 0..N {
        if coefficients[input] <= 0.0 && gradient[input] > 0.0 {
            hold(input, &mut curvature, &mut gradient);
        }
    }
    solve(curvature, gradient)
}

/// Removes an input, whose coefficient would become negative, from a step.
fn hold(input: usize, curvature: &mut [Vec<f64>], gradient: &mut [f64]) {
    gradient[input] = 0.0;
    curvature[input].fill(0.0);
    for row in curvature.iter_mut() {
        row[input] = 0.0;
    }
    curvature[input][input] = 1.0;
}

/// Solves a positive definite system, given the lower triangle of its matrix, by Cholesky decomposition.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for row in 0..size {
        for column in 0..=row {
            let known: f64 = (0..column).map(|at| matrix[row][at] * matrix[column][at]).sum();
            let rest = matrix[row][column] - known;
            matrix[row][column] =
                if row == column { rest.max(f64::MIN_POSITIVE).sqrt() } else { rest / matrix[column][column] };
        }
    }
    for row in 0..size {
        let known: f64 = (0..row).map(|at| matrix[row][at] * right[at]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|at| matrix[at][row] * right[at]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples in which the first input separates the classes, the second is noise, and the third is always unknown.
    fn examples() -> Vec<Example<3>> {
        let example = |number: u32| {
            let is_attack = number.is_multiple_of(10);
            let noise = f64::from(number * 7919 % 101) / 50.0 - 1.0;
            Example {
                inputs: [noise + if is_attack { 1.5 } else { 0.0 }, f64::from(number * 31 % 7) - 3.0, 0.0],
                is_attack,
            }
        };
        (0..10_000).map(example).collect()
    }

    #[test]
    fn an_input_that_separates_the_classes_gets_weight_and_one_that_is_never_known_keeps_its_prior() {
        let [telling, idle, unknown] = fit(&examples(), &[0.0, 0.5, 0.4]);
        assert!(telling > 1.0, "{telling}");
        assert!(idle.abs() < 0.1, "{idle}");
        assert_eq!(unknown, 0.4);
    }

    #[test]
    fn no_other_coefficients_have_a_lower_loss() {
        let (examples, prior) = (examples(), [0.1, 0.2, 0.3]);
        let fitted = fit(&examples, &prior);
        let weights = class_weights(&examples);
        let loss = |coefficients: &[f64; 3], intercept: f64| {
            let of = |example: &Example<3>| {
                let logit: f64 = coefficients.iter().zip(example.inputs).map(|(a, b)| a * b).sum::<f64>() + intercept;
                let sign = if example.is_attack { -1.0 } else { 1.0 };
                weights[usize::from(example.is_attack)] * crate::math::ln_1p(exp(sign * logit))
            };
            let pull: f64 = coefficients.iter().zip(prior).map(|(a, b)| (a - b) * (a - b) / 2.0).sum();
            pull + examples.iter().map(of).sum::<f64>()
        };
        let best = |coefficients: &[f64; 3]| {
            (-200..0).map(|step| loss(coefficients, f64::from(step) / 40.0)).fold(f64::INFINITY, f64::min)
        };
        let least = best(&fitted);
        for input in 0..3 {
            for shift in [-0.05, 0.1] {
                let mut other = fitted;
                other[input] += shift;
                assert!(best(&other) > least, "input {input} moved by {shift}");
            }
        }
    }
}

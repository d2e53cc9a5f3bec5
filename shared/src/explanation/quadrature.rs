//! Gauss–Legendre quadrature on the interval from 0 to 1.

use std::f64::consts::PI;

use crate::math::cos;

/// A point of a quadrature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct QuadraturePoint {
    /// The abscissa, between 0 and 1.
    pub(super) x: f64,
    /// The weight.
    pub(super) weight: f64,
}

/// The number of Newton steps, after which no root of 32 points or fewer changes any more.
const NEWTON_STEPS: usize = 8;

/// Returns the quadrature with this number of points, which integrates every polynomial of a degree below twice the
/// number exactly.
#[expect(clippy::cast_precision_loss, reason = "there are few points")]
pub(super) fn gauss_legendre(points: usize) -> Vec<QuadraturePoint> {
    let point = |number: usize| {
        // An approximation of a root, refined by Newton's method (Abramowitz and Stegun, 22.16.6).
        let mut root = cos(PI * (number as f64 + 0.75) / (points as f64 + 0.5));
        for _ in 0..NEWTON_STEPS {
            let (value, slope) = legendre(points, root);
            root -= value / slope;
        }
        let (_, slope) = legendre(points, root);
        QuadraturePoint { x: f64::midpoint(1.0, -root), weight: 1.0 / ((1.0 - root * root) * slope * slope) }
    };
    (0..points).map(point).collect()
}

/// Returns the Legendre polynomial of a degree at `x`, and its derivative.
#[expect(clippy::cast_precision_loss, reason = "degrees are small")]
fn legendre(degree: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for n in 1..degree {
        let n = n as f64;
        (before, value) = (value, ((2.0 * n + 1.0) * x * value - n * before) / (n + 1.0));
    }
    (value, degree as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_up_to_twice_the_number_of_points_are_integrated_exactly() {
        for points in [1, 2, 4, 6, 8, 32] {
            let quadrature = gauss_legendre(points);
            for power in 0..2 * i32::try_from(points).expect("few") {
                let integral: f64 = quadrature.iter().map(|point| point.weight * point.x.powi(power)).sum();
                let exact = 1.0 / f64::from(power + 1);
                assert!((integral - exact).abs() < 1e-14, "{points} points, power {power}: {integral}");
            }
        }
    }
}

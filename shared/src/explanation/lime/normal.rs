//! The standard normal distribution.

use std::f64::consts::FRAC_1_SQRT_2;

use crate::math::{erfc, ln};

/// Returns the share of the standard normal distribution below `x`.
pub(super) fn cdf(x: f64) -> f64 {
    erfc(-x * FRAC_1_SQRT_2) / 2.0
}

/// Returns the value below which this share of the standard normal distribution lies, for shares between 0 and 1.
///
/// It is exact to about 1e-16 (Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", 1988,
/// <https://doi.org/10.2307/2347330>).
pub(super) fn quantile(share: f64) -> f64 {
    const CENTRAL: f64 = 0.425;
    const FAR: f64 = 5.0;
    let q = share - 0.5;
    if q.abs() <= CENTRAL {
        return q * ratio(&MIDDLE, CENTRAL * CENTRAL - q * q);
    }
    let r = (-ln(share.min(1.0 - share))).sqrt();
    let value = if r <= FAR { ratio(&TAIL, r - 1.6) } else { ratio(&FAR_TAIL, r - FAR) };
    value.copysign(q)
}

/// The coefficients of a rational function: numerator and denominator, from the constant on.
type Rational = [[f64; 8]; 2];

/// The function of the middle, of `0.425² - q²`.
#[rustfmt::skip]
const MIDDLE: Rational = [
    [3.387_132_872_796_366_5, 133.141_667_891_784_38, 1_971.590_950_306_551_3, 13_731.693_765_509_46,
     45_921.953_931_549_87, 67_265.770_927_008_7, 33_430.575_583_588_13, 2_509.080_928_730_122_7],
    [1.0, 42.313_330_701_600_91, 687.187_007_492_057_9, 5_394.196_021_424_751,
     21_213.794_301_586_597, 39_307.895_800_092_71, 28_729.085_735_721_943, 5_226.495_278_852_854],
];
/// The function of the tails.
#[rustfmt::skip]
const TAIL: Rational = [
    [1.423_437_110_749_683_5, 4.630_337_846_156_546, 5.769_497_221_460_691, 3.647_848_324_763_204_5,
     1.270_458_252_452_368_4, 0.241_780_725_177_450_6, 0.022_723_844_989_269_184, 7.745_450_142_783_414e-4],
    [1.0, 2.053_191_626_637_759, 1.676_384_830_183_803_8, 0.689_767_334_985_1,
     0.148_103_976_427_480_08, 0.015_198_666_563_616_457, 5.475_938_084_995_345e-4, 1.050_750_071_644_416_9e-9],
];
/// The function of the far tails.
#[rustfmt::skip]
const FAR_TAIL: Rational = [
    [6.657_904_643_501_103, 5.463_784_911_164_114, 1.784_826_539_917_291_3, 0.296_560_571_828_504_87,
     0.026_532_189_526_576_124, 1.242_660_947_388_078_4e-3, 2.711_555_568_743_487_6e-5, 2.010_334_399_292_288_1e-7],
    [1.0, 0.599_832_206_555_888, 0.136_929_880_922_735_8, 0.014_875_361_290_850_615,
     7.868_691_311_456_133e-4, 1.846_318_317_510_054_7e-5, 1.421_511_758_316_446e-7, 2.044_263_103_389_939_8e-15],
];

fn ratio([numerator, denominator]: &Rational, x: f64) -> f64 {
    let polynomial = |coefficients: &[f64; 8]| coefficients.iter().rev().fold(0.0, |sum, term| sum * x + term);
    polynomial(numerator) / polynomial(denominator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_below_a_quantile_is_the_one_it_was_asked_for() {
        for share in [1e-300, 1e-20, 1e-9, 0.001, 0.02, 0.074, 0.076, 0.3, 0.5, 0.8, 0.924, 0.926, 0.999] {
            let back = cdf(quantile(share));
            assert!((back / share - 1.0).abs() < 1e-12, "{share}: {back}");
        }
        assert!((quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
        assert_eq!(quantile(0.5), 0.0);
    }
}

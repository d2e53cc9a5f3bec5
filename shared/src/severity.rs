//! How urgent a moment is.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use crate::math::exp10;

/// How urgent it is to look at something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Severity {
    /// Nothing out of the ordinary.
    Low,
    /// One in 100 user-days.
    Medium,
    /// One in 1,000.
    High,
    /// One in 10,000.
    Critical,
}

impl Severity {
    /// Returns the severity of what a share `p_value` of benign user-days reaches.
    pub fn of_probability(p_value: f64) -> Self {
        match p_value {
            p if p <= 1e-4 => Self::Critical,
            p if p <= 1e-3 => Self::High,
            p if p <= 1e-2 => Self::Medium,
            _ => Self::Low,
        }
    }

    /// Returns the severity of a moment that a share `p_value` of benign user-days reaches: an act that can do much, and a
    /// user who was conspicuous on days before, are each looked at as if they were up to half a power of ten rarer. What
    /// is ordinary remains so.
    ///
    /// `sensitivity` goes from 0 to 1, the user's `risk` from 0 to 100.
    pub fn of(p_value: f64, sensitivity: f64, risk: f64) -> Self {
        match Self::of_probability(p_value) {
            Self::Low => Self::Low,
            _ => Self::of_probability(p_value * exp10(-0.5 * (sensitivity + risk / 100.0))),
        }
    }

    /// Returns the name used in every format.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rarer_the_more_urgent() {
        let severities = [1.0, 0.01, 0.001, 0.0001].map(Severity::of_probability);
        assert_eq!(severities, [Severity::Low, Severity::Medium, Severity::High, Severity::Critical]);
        assert!(severities.is_sorted());
    }

    #[test]
    fn what_can_do_much_or_comes_again_is_more_urgent_and_what_is_ordinary_is_not() {
        assert_eq!(Severity::of(0.002, 0.0, 0.0), Severity::Medium);
        assert_eq!(Severity::of(0.002, 1.0, 0.0), Severity::High);
        assert_eq!(Severity::of(0.002, 0.0, 80.0), Severity::High);
        assert_eq!(Severity::of(0.002, 1.0, 100.0), Severity::High);
        assert_eq!(Severity::of(0.02, 1.0, 100.0), Severity::Low);
    }
}

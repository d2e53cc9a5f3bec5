//! The severity of an anomaly, from how rare it is, how sensitive the act and how risky the user.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use crate::math::exp10;

/// How urgently an anomaly should be investigated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Severity {
    /// An ordinary event.
    Low,
    /// As rare as one benign user-day in 100.
    Medium,
    /// As rare as one benign user-day in 1,000.
    High,
    /// As rare as one benign user-day in 10,000.
    Critical,
}

impl Severity {
    /// Returns the severity of a score that a share `p_value` of benign user-days reaches.
    pub fn of_probability(p_value: f64) -> Self {
        match p_value {
            p if p <= 1e-4 => Self::Critical,
            p if p <= 1e-3 => Self::High,
            p if p <= 1e-2 => Self::Medium,
            _ => Self::Low,
        }
    }

    /// Returns the severity of an event whose score a share `p_value` of benign user-days reaches.
    ///
    /// The `sensitivity` of the act (0 to 1) and the user's `risk` from earlier days (0 to 100) each raise the severity
    /// as if the event were up to half a power of ten rarer. A [`Severity::Low`] event is not raised.
    pub fn of(p_value: f64, sensitivity: f64, risk: f64) -> Self {
        match Self::of_probability(p_value) {
            Self::Low => Self::Low,
            _ => Self::of_probability(p_value * exp10(-0.5 * (sensitivity + risk / 100.0))),
        }
    }

    /// Returns the name of the severity in every format.
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
    fn sensitive_acts_and_risky_users_raise_the_severity_of_all_but_ordinary_events() {
        assert_eq!(Severity::of(0.002, 0.0, 0.0), Severity::Medium);
        assert_eq!(Severity::of(0.002, 1.0, 0.0), Severity::High);
        assert_eq!(Severity::of(0.002, 0.0, 80.0), Severity::High);
        assert_eq!(Severity::of(0.002, 1.0, 100.0), Severity::High);
        assert_eq!(Severity::of(0.02, 1.0, 100.0), Severity::Low);
    }
}

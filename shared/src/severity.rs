//! How urgent a moment is.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

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
}

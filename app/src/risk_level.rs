//! The level of a risk: the word and the colour that it has on pages.

use shared::severity::Severity;

/// The levels, the highest first, each with the risk from which on it is reached.
pub const LEVELS: [(Severity, f64); 4] =
    [(Severity::Critical, 80.0), (Severity::High, HIGH_RISK), (Severity::Medium, 20.0), (Severity::Low, LEAST_RISK)];

/// The risk, of 100, from which on its level is high.
pub const HIGH_RISK: f64 = 50.0;
/// The risk, of 100, below which it has no level.
pub const LEAST_RISK: f64 = 1.0;

/// Returns the level of a risk from 0 to 100; none below a risk of 1.
pub fn risk_level(risk: f64) -> Option<Severity> {
    LEVELS.iter().find(|(_, least)| risk >= *least).map(|(level, _)| *level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_reached_at_its_least_risk() {
        let levels = [0.0, 0.99, 1.0, 19.9, 20.0, 50.0, 79.9, 80.0, 100.0].map(risk_level);
        let [low, medium, high, critical] =
            [Severity::Low, Severity::Medium, Severity::High, Severity::Critical].map(Some);
        assert_eq!(levels, [None, None, low, low, medium, high, high, critical, critical]);
    }
}

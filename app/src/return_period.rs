//! The return period of a user-day, and the score and severity that follow from it.

use shared::{
    calibration::{anomaly_score, p_value_at},
    severity::Severity,
};

/// The number of user-days among which one as unusual as this is expected: at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReturnPeriod(u32);

impl ReturnPeriod {
    /// The last step of the [slider](Self::at_step), in hundredths of a power of ten.
    pub const LAST_STEP: u16 = 300;

    /// Returns the period at a step of a logarithmic slider from 10 to 10,000 user-days, to two significant figures.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lies between 10 and 10,000")]
    pub fn at_step(step: u16) -> Self {
        let exact = 10.0 * 10_f64.powf(f64::from(step.min(Self::LAST_STEP)) / 100.0);
        let unit = 10_f64.powf(exact.log10().floor() - 1.0);
        Self(((exact / unit).round() * unit).round() as u32)
    }

    /// Returns the number of user-days.
    pub fn user_days(self) -> u32 {
        self.0
    }

    /// Returns the share of user-days that are at least as unusual.
    pub fn probability(self) -> f64 {
        1.0 / f64::from(self.0)
    }

    /// Returns the score of a user-day of exactly this return period.
    pub fn score(self) -> f64 {
        anomaly_score(self.probability())
    }

    /// Returns the severity of such a user-day.
    pub fn severity(self) -> Severity {
        Severity::of_probability(self.probability())
    }
}

impl From<u32> for ReturnPeriod {
    /// Takes 0 for 1: nothing comes more often than every time.
    fn from(user_days: u32) -> Self {
        Self(user_days.max(1))
    }
}

/// Returns the number of user-days among which one is expected to reach a score.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a conversion of a float saturates")]
pub fn user_days_at(score: f64) -> u32 {
    (1.0 / p_value_at(score)).round().max(1.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slider_goes_from_ten_to_ten_thousand_by_round_numbers() {
        let stops = [0, 1, 30, 100, 200, 210, 300, 999].map(|step| ReturnPeriod::at_step(step).user_days());
        assert_eq!(stops, [10, 10, 20, 100, 1000, 1300, 10_000, 10_000]);
    }

    #[test]
    fn every_step_of_the_slider_is_at_least_as_rare_as_the_one_before() {
        let stops: Vec<u32> =
            (0..=ReturnPeriod::LAST_STEP).map(|step| ReturnPeriod::at_step(step).user_days()).collect();
        assert!(stops.is_sorted());
    }

    #[test]
    fn one_user_day_in_a_hundred_has_the_score_of_the_default_threshold() {
        assert!((ReturnPeriod::from(100).score() - 0.7).abs() < 1e-12);
        assert_eq!(ReturnPeriod::from(100).severity(), Severity::Medium);
    }

    #[test]
    fn the_user_days_of_a_score_are_found_again() {
        for user_days in [10, 100, 1000, 25_000] {
            assert_eq!(user_days_at(ReturnPeriod::from(user_days).score()), user_days);
        }
        assert_eq!(user_days_at(0.0), 1);
    }
}

//! The moment at which a user's risk becomes high.

use crate::{calendar::DAY_SECONDS, risk::Risk, severity::Severity};

/// The risk from which on a user raises an alert, of 100: some four days as rare as one in 1,000, a day or two apart.
pub const ALERT_RISK: f64 = 80.0;
/// The risk from which on an alert for a user at high risk is critical.
const CRITICAL_RISK: f64 = 95.0;
/// The number of days before the event in which the risk was not high either.
const QUIET_DAYS: i64 = 7;

/// Returns whether a user's risk has become high by an event at `second` (Unix time): it was below [`ALERT_RISK`] before
/// the event, at every event of the seven days before, and is not below it after the event.
///
/// A risk that hovers about the limit so crosses it once.
pub fn becomes_high(before: &Risk, after: &Risk, second: i64) -> bool {
    if after.level(second) < ALERT_RISK || before.level(second) >= ALERT_RISK {
        return false;
    }
    let since = second - QUIET_DAYS * DAY_SECONDS;
    let mut earlier = before.added_days().map(|(at, _)| at).filter(|at| (since..second).contains(at));
    earlier.all(|at| before.level(at) < ALERT_RISK)
}

/// Returns the severity of an alert for a user with this risk.
pub fn severity_of_risk(risk: f64) -> Severity {
    if risk >= CRITICAL_RISK { Severity::Critical } else { Severity::High }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the days on which a user's risk crosses the limit, if each of the days has an event of a rarity.
    fn crossings(rarities: &[f64]) -> Vec<usize> {
        let mut risk = Risk::default();
        let mut crossings = Vec::new();
        for (day, rarity) in rarities.iter().enumerate() {
            let second = i64::try_from(day).expect("few days") * DAY_SECONDS;
            let after = risk.after(second, *rarity, Risk::HALF_LIFE_DAYS);
            if becomes_high(&risk, &after, second) {
                crossings.push(day);
            }
            risk = after;
        }
        crossings
    }

    #[test]
    fn several_rare_days_cross_the_limit_once_and_one_of_them_does_not() {
        assert_eq!(crossings(&[3.0]), [0; 0]);
        assert_eq!(crossings(&[3.0; 10]), [3]);
    }

    #[test]
    fn a_risk_that_hovers_about_the_limit_crosses_it_once_and_one_that_was_low_for_long_again() {
        let hovering = [3.0, 3.0, 3.0, 3.0, 0.0, 2.5, 0.0, 0.0, 3.0, 0.0, 3.0];
        assert_eq!(crossings(&hovering), [3]);
        let calm = [&[3.0; 5][..], &[0.0; 20], &[3.0; 5]].concat();
        let crossed = crossings(&calm);
        assert!(crossed.len() == 2 && crossed[1] >= 25, "{crossed:?}");
    }

    #[test]
    fn the_highest_risks_are_critical() {
        assert_eq!([80.0, 94.9, 95.0].map(severity_of_risk), [Severity::High, Severity::High, Severity::Critical]);
    }
}

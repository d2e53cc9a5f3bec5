//! From evidence to "one in so many user-days".

mod recent_days;
mod tail;

pub use recent_days::CalibrationWindow;
pub use tail::{Tail, TooFewDays};

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use self::recent_days::LEAST_DAYS;
use crate::{
    math::{cbrt, exp10, log10},
    signals::{PerSignal, SIGNALS, Signal},
};

/// How rare each signal is among benign user-days, and how rare they are together.
///
/// Rarities are negative decimal logarithms of p-values: what one in a hundred user-days reaches has the rarity 2.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Tails", into = "Tails")]
pub struct Calibration {
    tails: Tails,
    /// What each signal's rarity is charged for its part of the alert budget: the logarithm of that part.
    charges: PerSignal<f64>,
}

/// The distributions that a calibration consists of; a signal without one counts for nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Tails {
    #[serde(rename = "tails")]
    signals: PerSignal<Option<Tail>>,
    fused: Option<Tail>,
}

impl From<Tails> for Calibration {
    fn from(tails: Tails) -> Self {
        let is_calibrated = |signal: &Signal| tails.signals[*signal].is_some();
        let budget: f64 = Signal::ALL.into_iter().filter(is_calibrated).map(Signal::budget_share).sum();
        let charges = PerSignal::of(|signal| log10(signal.budget_share() / budget));
        Self { tails, charges }
    }
}

impl From<Calibration> for Tails {
    fn from(calibration: Calibration) -> Self {
        calibration.tails
    }
}

/// The highest signals of a user-day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DailyMaxima {
    /// The highest value of each signal.
    pub signals: PerSignal<f32>,
    /// Whether the user had been active long enough for a signal to mean much.
    pub is_known: bool,
}

/// A user-day as an organisation remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct OwnDay {
    maxima: DailyMaxima,
    /// The highest fused evidence of any event of the day.
    evidence: f32,
}

impl DailyMaxima {
    /// The maxima of a day without events, of a user who is new.
    pub const NONE: Self = Self { signals: PerSignal([f32::MIN; SIGNALS]), is_known: false };
}

/// How rare the signals of an event are among benign user-days: negative decimal logarithms of p-values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogRarity {
    /// Rarity of all signals together: one of 10^total benign user-days reaches it.
    pub total: f64,
    /// The signals' rarities fused into one number, before it was compared with the fused evidence of user-days.
    pub evidence: f64,
    /// Rarity of each signal, charged for its part of the alert budget; 0 for a signal without a calibration.
    pub signals: PerSignal<f64>,
}

impl Calibration {
    /// Fits the tails to the user-days of benign logs.
    ///
    /// A signal's tail is fitted to the days of known users in the first log in which the signal ever stood out, that
    /// of the fused evidence to all days of the first log. The signals in `without` get neither a tail nor a part of
    /// the budget.
    ///
    /// # Errors
    ///
    /// Returns [`TooFewDays`] when the first log has too few days.
    pub fn fit(logs: &[Vec<DailyMaxima>], without: &[Signal]) -> Result<Self, TooFewDays> {
        let signals = PerSignal::of(|signal| {
            let is_wanted = !without.contains(&signal);
            is_wanted.then(|| logs.iter().find_map(|log| tail_of(signal, log))).flatten()
        });
        let unfused = Self::from(Tails { signals, fused: None });
        let first = logs.first().into_iter().flatten();
        let fused = Tail::fit(first.map(|day| unfused.evidence_of(day)).collect())?;
        Ok(unfused.with_fused(fused))
    }

    /// Fits the tails to an organisation's own days; none where there are too few.
    ///
    /// Nothing becomes commoner than `before` by more than `slack` powers of ten. A signal that never stood out has no
    /// tail.
    fn of_own(days: &VecDeque<OwnDay>, before: Option<&Self>, slack: f64) -> Option<Self> {
        let restrained = |tail: Tail, before: Option<&Tail>| match before {
            Some(before) => tail.restrained(before, slack),
            None => tail,
        };
        let are_enough = days.iter().filter(|day| day.maxima.is_known).count() >= LEAST_DAYS;
        let signals = PerSignal::of(|signal| {
            let before = before.and_then(|before| before.tails.signals[signal].as_ref());
            let fitted = are_enough.then(|| tail_of(signal, days.iter().map(|day| &day.maxima))).flatten();
            fitted.map(|tail| restrained(tail, before)).or(before.cloned())
        });
        let unfused = Self::from(Tails { signals, fused: None });
        let has_tails = unfused.tails.signals.values().iter().any(Option::is_some);
        let evidence = |day: &OwnDay| if has_tails { unfused.evidence_of(&day.maxima) } else { day.evidence.into() };
        let fitted = Tail::fit(days.iter().map(evidence).collect()).ok()?;
        let fused = restrained(fitted, before.and_then(|before| before.tails.fused.as_ref()));
        Some(unfused.with_fused(fused))
    }

    fn with_fused(mut self, fused: Tail) -> Self {
        self.tails.fused = Some(fused);
        self
    }

    fn evidence_of(&self, day: &DailyMaxima) -> f64 {
        self.rarity(&day.signals.map(f64::from)).evidence
    }

    /// Returns the calibration with the tails of an organisation's `own` days in place of its own, where they are known.
    #[must_use]
    pub fn adapted_to(&self, own: Option<&Self>) -> Self {
        let Some(own) = own else { return self.clone() };
        let tail = |signal: Signal| {
            let general = self.tails.signals[signal].as_ref()?;
            Some(own.tails.signals[signal].as_ref().unwrap_or(general).clone())
        };
        let fused = own.tails.fused.as_ref().or(self.tails.fused.as_ref()).cloned();
        Tails { signals: PerSignal::of(tail), fused }.into()
    }

    /// Tells whether it is known how rare a signal is.
    pub fn knows(&self, signal: Signal) -> bool {
        self.tails.signals[signal].is_some()
    }

    /// Returns the signals with the least value for those without a calibration.
    pub fn known(&self, signals: &PerSignal<f64>) -> PerSignal<f64> {
        PerSignal::of(|signal| if self.knows(signal) { signals[signal] } else { f32::MIN.into() })
    }

    /// Returns how rare the values of the signals are.
    pub fn rarity(&self, values: &PerSignal<f64>) -> LogRarity {
        let signals = PerSignal::of(|signal| {
            let tail = self.tails.signals[signal].as_ref();
            tail.map_or(0.0, |tail| charged(tail.rarity(values[signal]), self.charges[signal]))
        });
        let evidence = fuse(&signals);
        let total = self.tails.fused.as_ref().map_or(evidence, |tail| tail.rarity(evidence));
        LogRarity { total, evidence, signals }
    }
}

/// Fits the tail of a signal to the days of known users; none where the signal never stands out.
fn tail_of<'a>(signal: Signal, days: impl IntoIterator<Item = &'a DailyMaxima>) -> Option<Tail> {
    let known = days.into_iter().filter(|day| day.is_known);
    Tail::fit(known.map(|day| day.signals[signal].into()).collect()).ok()
}

/// Charges a rarity for its part of the alert budget: evidence with a small part must be the rarer.
fn charged(rarity: f64, charge: f64) -> f64 {
    (rarity + charge).max(0.0)
}

/// Returns the evidence of all signals together: a cube norm, nearly the largest of them.
fn fuse(rarities: &PerSignal<f64>) -> f64 {
    cbrt(rarities.values().iter().map(|rarity| rarity * rarity * rarity).sum())
}

/// P-value at which the score is [`DEFAULT_THRESHOLD`]: one in a hundred user-days.
const PIVOT: f64 = 0.01;
/// The score from which on an event is an anomaly unless another is set.
pub const DEFAULT_THRESHOLD: f64 = 0.7;

/// Returns the p-value of a rarity: the share of benign user-days that reach it.
pub fn p_value(log10_rarity: f64) -> f64 {
    exp10(-log10_rarity)
}

/// By how many powers of ten the odds of an attack rise where an event is rarer by one: the value with the least
/// calibration error in generated organisations of other seeds than those of `make quality`.
const STEEPNESS: f64 = 1.3;
/// The share of attacks among all events at which the score is the probability of an attack; by the choice of the
/// pivot, far above what organisations see.
pub const SCORE_PREVALENCE: f64 = 0.15;

/// Returns the anomaly score of an event whose rarity a share `p_value` of benign user-days reaches: 0.7 at one in a
/// hundred.
///
/// The score is the probability of an attack where attacks are [`SCORE_PREVALENCE`] of all events: a logistic curve of
/// the rarity (Platt, "Probabilistic Outputs for Support Vector Machines", 1999).
pub fn anomaly_score(p_value: f64) -> f64 {
    1.0 / (1.0 + odds_against(DEFAULT_THRESHOLD) * exp10(STEEPNESS * log10(p_value / PIVOT)))
}

/// Returns the share of benign user-days that reach a score: all of them at the least score and below.
pub fn p_value_at(score: f64) -> f64 {
    let times = odds_against(score) / odds_against(DEFAULT_THRESHOLD);
    (PIVOT * exp10(log10(times) / STEEPNESS)).min(1.0)
}

fn odds_against(probability: f64) -> f64 {
    1.0 / probability - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_is_seven_tenths_at_one_in_a_hundred() {
        assert!((anomaly_score(p_value(2.0)) - 0.7).abs() < 1e-12);
        assert!(anomaly_score(1.0) < 0.03 && anomaly_score(1e-4) > 0.99);
        assert!((anomaly_score(p_value_at(0.9)) - 0.9).abs() < 1e-12);
        assert_eq!(p_value_at(0.001), 1.0);
    }

    #[test]
    fn evidence_with_a_small_part_of_the_budget_must_be_the_rarer() {
        let shares = [Signal::Identity, Signal::BulkActivity].map(Signal::budget_share);
        let [identity, bulk] = shares.map(|share| charged(3.0, log10(share)));
        assert!(bulk < identity && identity < 3.0);
        assert_eq!(charged(0.05, log10(0.85)), 0.0);
    }

    #[test]
    fn so_many_days_as_a_calibration_says_reach_a_rarity() {
        let small = |number: u32| f32::from(u16::try_from(number).expect("below 5000"));
        let signals = |day: u32| PerSignal([day * 7919 % 5000, day * 104_729 % 4999, 0, 0, 0].map(small));
        let maxima = |day: u32| DailyMaxima { signals: signals(day), is_known: true };
        let days: Vec<_> = (0..5000).map(maxima).collect();
        let calibration = Calibration::fit(std::slice::from_ref(&days), &[]).expect("days that differ");
        for one_in in [5.0, 20.0, 50.0] {
            let total = |day: &DailyMaxima| calibration.rarity(&day.signals.map(f64::from)).total;
            let reached = days.iter().filter(|day| total(day) >= log10(one_in)).count();
            let realised = f64::from(u32::try_from(reached).expect("few")) / 5000.0 * one_in;
            assert!((realised - 1.0).abs() < 0.15, "{realised} of those asked for at one in {one_in}");
        }
    }

    #[test]
    fn the_rarest_evidence_decides() {
        assert!((fuse(&PerSignal([3.0, 0.0, 0.0, 0.0, 0.0])) - 3.0).abs() < 1e-12);
        assert!((3.0..3.3).contains(&fuse(&PerSignal([3.0, 2.0, 0.0, 0.0, 0.0]))));
    }
}

//! From evidence to "one in so many user-days".

mod tail;
mod window;

pub use tail::{Tail, TooFewDays};
pub use window::Window;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use self::window::LEAST;
use crate::math::{cbrt, exp10, log10};

/// How many kinds of evidence there are.
pub const SIGNALS: usize = 5;

/// A kind of evidence that a user-day can stand out by; its number is its place in every array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Acts as somebody else would.
    Identity,
    /// Touches much that is new to the user, or destroys or gives away much.
    Mass,
    /// Fails often.
    Failures,
    /// Moves much data.
    Transfer,
    /// Looks like a known kind of attack.
    Known,
}

impl Signal {
    /// Every signal, in order.
    pub const ALL: [Self; SIGNALS] = [Self::Identity, Self::Mass, Self::Failures, Self::Transfer, Self::Known];

    /// Returns the signal's place in every array.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Returns the name shown to people who read numbers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Mass => "mass",
            Self::Failures => "failures",
            Self::Transfer => "transfer",
            Self::Known => "known",
        }
    }

    /// Returns the signal's part of the alert budget: a decision about the product. What a signal of which nothing is
    /// known would have is given to the others.
    const fn share(self) -> f64 {
        match self {
            Self::Identity => 0.85,
            Self::Mass => 0.15,
            Self::Failures | Self::Transfer => 0.05,
            Self::Known => 0.4,
        }
    }
}

/// How rare each signal is among benign user-days, and how rare they are together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    tails: [Option<Tail>; SIGNALS],
    fused: Option<Tail>,
}

/// The highest signals of a user-day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DailyMaxima {
    /// The signals.
    pub signals: [f32; SIGNALS],
    /// Whether the user had been active long enough for a signal to mean much.
    pub is_known: bool,
}

/// A user-day as an organisation remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct OwnDay {
    maxima: DailyMaxima,
    /// The most evidence that the signals of any moment came to.
    evidence: f32,
}

impl DailyMaxima {
    /// A day on which nothing happened yet, of a user who is new.
    pub const NONE: Self = Self { signals: [f32::MIN; SIGNALS], is_known: false };

    /// Takes the signals of one more moment.
    #[expect(clippy::cast_possible_truncation, reason = "what is kept of a day is only compared")]
    pub fn add(&mut self, signals: &[f64; SIGNALS]) {
        for (highest, signal) in self.signals.iter_mut().zip(signals) {
            *highest = highest.max(*signal as f32);
        }
    }
}

/// How rare a moment is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rarity {
    /// The moment is reached in one of 10^total benign user-days.
    pub total: f64,
    /// The evidence of all signals together, before it was compared with the organisation's days of late.
    pub evidence: f64,
    /// The rarity of each signal, charged for its part of the alert budget.
    pub signals: [f64; SIGNALS],
}

impl Rarity {
    /// Of a moment that is not judged.
    pub const UNKNOWN: Self = Self { total: 0.0, evidence: 0.0, signals: [0.0; SIGNALS] };
}

impl Calibration {
    /// Fits the tails to the user-days of benign logs: a signal's to those of known users in the first log in which it
    /// ever stood out, that of all signals together to all in the first log. Signals `without` which it is to be done
    /// have no tail and no part of the budget.
    ///
    /// # Errors
    ///
    /// Says so when the first log has too few days.
    pub fn fit(logs: &[Vec<DailyMaxima>], without: &[Signal]) -> Result<Self, TooFewDays> {
        let tails = Signal::ALL.map(|signal| {
            let is_wanted = !without.contains(&signal);
            is_wanted.then(|| logs.iter().find_map(|log| tail_of(signal, log))).flatten()
        });
        let unfused = Self { tails, fused: None };
        let first = logs.first().into_iter().flatten();
        let fused = Tail::fit(first.map(|day| unfused.evidence_of(day)).collect())?;
        Ok(Self { fused: Some(fused), ..unfused })
    }

    /// Fits the tails to an organisation's own days, where there are enough of known users; nothing becomes commoner by
    /// more than `slack` than `before`. A signal that never stood out has no tail.
    fn of_own(days: &VecDeque<OwnDay>, before: Option<&Self>, slack: f64) -> Option<Self> {
        let restrained = |tail: Tail, before: Option<&Tail>| match before {
            Some(before) => tail.restrained(before, slack),
            None => tail,
        };
        let are_enough = days.iter().filter(|day| day.maxima.is_known).count() >= LEAST;
        let tails = Signal::ALL.map(|signal| {
            let before = before.and_then(|before| before.tails[signal.index()].as_ref());
            let fitted = are_enough.then(|| tail_of(signal, days.iter().map(|day| &day.maxima))).flatten();
            fitted.map(|tail| restrained(tail, before)).or(before.cloned())
        });
        let unfused = Self { tails, fused: None };
        let are_told = unfused.tails.iter().any(Option::is_some);
        let evidence = |day: &OwnDay| if are_told { unfused.evidence_of(&day.maxima) } else { day.evidence.into() };
        let fitted = Tail::fit(days.iter().map(evidence).collect()).ok()?;
        let fused = restrained(fitted, before.and_then(|before| before.fused.as_ref()));
        Some(Self { fused: Some(fused), ..unfused })
    }

    fn evidence_of(&self, day: &DailyMaxima) -> f64 {
        self.rarity(&day.signals.map(f64::from), None).evidence
    }

    /// Tells whether it is known how rare a signal is.
    pub fn knows(&self, signal: Signal) -> bool {
        self.tails[signal.index()].is_some()
    }

    /// Returns the signals with the least value for those of which it is not known how rare they are.
    pub fn known(&self, values: &[f64; SIGNALS]) -> [f64; SIGNALS] {
        Signal::ALL.map(|signal| if self.knows(signal) { values[signal.index()] } else { f32::MIN.into() })
    }

    /// Returns how rare the values of the signals are, by the organisation's `own` days where they tell.
    pub fn rarity(&self, values: &[f64; SIGNALS], own: Option<&Self>) -> Rarity {
        let shares: f64 = Signal::ALL.into_iter().filter(|signal| self.knows(*signal)).map(Signal::share).sum();
        let own_tail = |signal: usize| own.and_then(|own| own.tails[signal].as_ref());
        let signals = Signal::ALL.map(|signal| {
            let tail = self.tails[signal.index()].as_ref().map(|tail| own_tail(signal.index()).unwrap_or(tail));
            tail.map_or(0.0, |tail| charged(tail.rarity(values[signal.index()]), signal.share() / shares))
        });
        let evidence = fuse(&signals);
        let fused = own.and_then(|own| own.fused.as_ref()).or(self.fused.as_ref());
        Rarity { total: fused.map_or(evidence, |tail| tail.rarity(evidence)), evidence, signals }
    }
}

/// Fits the tail of a signal to the days of known users; nothing where it never stands out.
fn tail_of<'a>(signal: Signal, days: impl IntoIterator<Item = &'a DailyMaxima>) -> Option<Tail> {
    let known = days.into_iter().filter(|day| day.is_known);
    Tail::fit(known.map(|day| day.signals[signal.index()].into()).collect()).ok()
}

/// Charges a rarity for its part of the alert budget: evidence with a small part must be the rarer.
fn charged(rarity: f64, share: f64) -> f64 {
    (rarity + log10(share)).max(0.0)
}

/// Returns the evidence of all signals together: a cube norm, nearly the largest of them.
fn fuse(rarities: &[f64; SIGNALS]) -> f64 {
    cbrt(rarities.iter().map(|rarity| rarity * rarity * rarity).sum())
}

/// Rarity at which the score is [`SCORE_AT_PIVOT`]: one in a hundred user-days.
const PIVOT: f64 = 0.01;
/// The score there: the default threshold.
pub const SCORE_AT_PIVOT: f64 = 0.7;

/// Returns the share of benign user-days that reach a rarity.
pub fn probability(rarity: f64) -> f64 {
    exp10(-rarity)
}

/// By how many powers of ten the odds of an attack rise where a moment is rarer by one: what said best how often attacks
/// are, by the calibration error, in generated organisations of other seeds than those of `make quality`.
const STEEPNESS: f64 = 1.3;
/// The share of attacks among all events at which the score is the probability of an attack; by the choice of the
/// pivot, far above what organisations see.
pub const SCORE_PREVALENCE: f64 = 0.15;

/// Returns the score of a moment that a share `p_value` of benign user-days reaches: 0.7 at one in a hundred.
///
/// It is the probability of an attack where attacks are [`SCORE_PREVALENCE`] of all events: a logistic curve of the
/// rarity, as Platt's (1999).
pub fn anomaly_score(p_value: f64) -> f64 {
    1.0 / (1.0 + odds_against(SCORE_AT_PIVOT) * exp10(STEEPNESS * log10(p_value / PIVOT)))
}

/// Returns the share of benign user-days that reach a score: all of them at the least score and below.
pub fn p_value_at(score: f64) -> f64 {
    let times = odds_against(score) / odds_against(SCORE_AT_PIVOT);
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
        assert!((anomaly_score(probability(2.0)) - 0.7).abs() < 1e-12);
        assert!(anomaly_score(1.0) < 0.03 && anomaly_score(1e-4) > 0.99);
        assert!((anomaly_score(p_value_at(0.9)) - 0.9).abs() < 1e-12);
        assert_eq!(p_value_at(0.001), 1.0);
    }

    #[test]
    fn evidence_with_a_small_part_of_the_budget_must_be_the_rarer() {
        let shares = [Signal::Identity, Signal::Mass].map(Signal::share);
        let [identity, mass] = shares.map(|share| charged(3.0, share));
        assert!(mass < identity && identity < 3.0);
        assert_eq!(charged(0.05, 0.85), 0.0);
    }

    #[test]
    fn so_many_days_as_a_calibration_says_reach_a_rarity() {
        let signals = |day: u32| [day * 7919 % 5000, day * 104_729 % 4999, 0, 0, 0].map(f64::from);
        let maxima = |day: u32| {
            let mut maxima = DailyMaxima { is_known: true, ..DailyMaxima::NONE };
            maxima.add(&signals(day));
            maxima
        };
        let days: Vec<_> = (0..5000).map(maxima).collect();
        let calibration = Calibration::fit(std::slice::from_ref(&days), &[]).expect("days that differ");
        for one_in in [5.0, 20.0, 50.0] {
            let total = |day: &DailyMaxima| calibration.rarity(&day.signals.map(f64::from), None).total;
            let reached = days.iter().filter(|day| total(day) >= log10(one_in)).count();
            let realised = f64::from(u32::try_from(reached).expect("few")) / 5000.0 * one_in;
            assert!((realised - 1.0).abs() < 0.15, "{realised} of those asked for at one in {one_in}");
        }
    }

    #[test]
    fn the_rarest_evidence_decides() {
        assert!((fuse(&[3.0, 0.0, 0.0, 0.0, 0.0]) - 3.0).abs() < 1e-12);
        assert!((3.0..3.3).contains(&fuse(&[3.0, 2.0, 0.0, 0.0, 0.0])));
    }
}

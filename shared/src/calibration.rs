//! Calibration: how rare the signals of an event are among user-days.

mod anomaly_score;
mod calibration_window;
mod stored;
mod tail;

pub use anomaly_score::{DEFAULT_THRESHOLD, SCORE_PREVALENCE, anomaly_score, p_value, p_value_at};
pub use calibration_window::CalibrationWindow;
pub use stored::UnreadableCalibration;
pub(crate) use stored::WindowV1;
pub use tail::{Tail, TooFewDays};

use std::{borrow::Borrow, collections::VecDeque};

use serde::{Deserialize, Deserializer, Serialize, de::Error};

use self::calibration_window::LEAST_DAYS;
use crate::{
    hash::hash_bytes,
    math::{cbrt, log10},
    signals::{PerSignal, SIGNALS, Signal},
};

/// The number of an organisation's own user-days that the calibration of the model counts as.
const GENERAL_DAYS: f64 = 1000.0;

/// The distributions of each signal and of all signals together over benign user-days.
///
/// A rarity is the negative decimal logarithm of a p-value: a value that one in a hundred user-days reaches has the
/// rarity 2.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Tails", into = "Tails")]
pub struct Calibration {
    tails: Tails,
    /// The decimal logarithm of each signal's part of the alert budget (0 or less), which is added to its rarity.
    charges: PerSignal<f64>,
}

/// The distributions of a calibration, and what the attack classifier may spend of the alert budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Tails {
    /// The distribution of each signal; a signal without one has the rarity 0.
    #[serde(rename = "tails")]
    signals: PerSignal<Option<Tail>>,
    fused: Option<Tail>,
    /// The attack classifier's weight in the alert budget.
    #[serde(default = "usual_weight", deserialize_with = "positive", skip_serializing_if = "is_usual_weight")]
    classifier_weight: f64,
}

impl Default for Tails {
    fn default() -> Self {
        Self { signals: PerSignal::default(), fused: None, classifier_weight: usual_weight() }
    }
}

/// Returns the weight of an attack classifier that was not proven on labels of one's own.
const fn usual_weight() -> f64 {
    Signal::AttackClassifier.budget_share()
}

/// Reads a weight, which must be a finite number above 0.
fn positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let weight = f64::deserialize(deserializer)?;
    let is_positive = weight.is_finite() && weight > 0.0;
    if is_positive { Ok(weight) } else { Err(D::Error::custom(format!("a weight is a number above 0, not {weight}"))) }
}

fn is_usual_weight(weight: impl Borrow<f64>) -> bool {
    weight.borrow().total_cmp(&usual_weight()).is_eq()
}

impl Tails {
    /// Returns the weight of a signal in the alert budget.
    fn weight(&self, signal: Signal) -> f64 {
        if signal == Signal::AttackClassifier { self.classifier_weight } else { signal.budget_share() }
    }
}

impl From<Tails> for Calibration {
    fn from(tails: Tails) -> Self {
        let is_calibrated = |signal: &Signal| tails.signals[*signal].is_some();
        let budget: f64 = Signal::ALL.into_iter().filter(is_calibrated).map(|signal| tails.weight(signal)).sum();
        let charges = PerSignal::of(|signal| log10(tails.weight(signal) / budget));
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
    /// Whether the user's profile was warm before the day; the signals of other days are not used for calibration.
    pub is_known: bool,
}

/// A user-day to which an organisation's own calibration is fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
struct OwnDay {
    maxima: DailyMaxima,
    /// The highest fused evidence of any event of the day.
    evidence: f32,
}

impl DailyMaxima {
    /// The maxima of a day without events of a new user.
    pub const NONE: Self = Self { signals: PerSignal([f32::MIN; SIGNALS]), is_known: false };
}

/// The rarities of an event's signals among benign user-days: negative decimal logarithms of p-values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogRarity {
    /// The rarity of all signals together: one in 10^total benign user-days reaches it.
    pub total: f64,
    /// The fused evidence: the signals' rarities combined into one number, of which `total` is the rarity.
    pub evidence: f64,
    /// The rarity of each signal, less the charge for its part of the alert budget; 0 for a signal without a tail.
    pub signals: PerSignal<f64>,
}

impl Calibration {
    /// Fits the tails to the user-days of benign logs.
    ///
    /// The tail of a signal is fitted to the days of warm profiles in the first log where it can be fitted, the tail of
    /// the fused evidence to all days of the first log. The signals in `without` get neither a tail nor a part of the
    /// alert budget. The attack classifier has the weight `classifier_weight` in that budget, and the usual one
    /// ([`Signal::budget_share`]) if that is none.
    ///
    /// # Errors
    ///
    /// Returns [`TooFewDays`] if the first log has too few days.
    pub fn fit(
        logs: &[Vec<DailyMaxima>],
        without: &[Signal],
        classifier_weight: Option<f64>,
    ) -> Result<Self, TooFewDays> {
        let signals = PerSignal::of(|signal| {
            let is_wanted = !without.contains(&signal);
            is_wanted.then(|| logs.iter().find_map(|log| tail_of(signal, log))).flatten()
        });
        let classifier_weight = classifier_weight.unwrap_or(usual_weight());
        let unfused = Self::from(Tails { signals, fused: None, classifier_weight });
        let first = logs.first().into_iter().flatten();
        let fused = Tail::fit(first.map(|day| unfused.evidence_of(day)).collect())?;
        Ok(unfused.with_fused(fused))
    }

    /// Fits the tails to an organisation's own days; none if there are too few.
    ///
    /// No value becomes less rare than in `before` by more than `slack` powers of ten. A signal whose values are all
    /// alike keeps its tail of `before`, if there is one.
    fn of_own(days: &VecDeque<OwnDay>, before: Option<&Self>, slack: f64, classifier_weight: f64) -> Option<Self> {
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
        let unfused = Self::from(Tails { signals, fused: None, classifier_weight });
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

    /// Returns the calibration with its tails mixed with those of an organisation's `own` user-days, of which there are
    /// `own_days`, where there are any.
    ///
    /// The calibration counts as [`GENERAL_DAYS`] user-days more: in some thousand days of its own an organisation has
    /// hardly seen what ordinary life brings, an office that moves or a colleague who travels, and its own days alone
    /// would take all of it for unheard of.
    #[must_use]
    fn adapted_to(&self, own: Option<&Self>, own_days: usize) -> Self {
        let Some(own) = own else { return self.clone() };
        #[expect(clippy::cast_precision_loss, reason = "there are few days")]
        let general_share = GENERAL_DAYS / (GENERAL_DAYS + own_days as f64);
        let mixed = |general: &Tail, own: Option<&Tail>| {
            own.map_or_else(|| general.clone(), |own| own.mixed(general, general_share))
        };
        let tail = |signal: Signal| {
            let general = self.tails.signals[signal].as_ref()?;
            Some(mixed(general, own.tails.signals[signal].as_ref()))
        };
        let own_fused = own.tails.fused.as_ref();
        let fused = self.tails.fused.as_ref().map(|general| mixed(general, own_fused)).or(own_fused.cloned());
        Tails { signals: PerSignal::of(tail), fused, classifier_weight: self.classifier_weight() }.into()
    }

    /// Returns the calibration with another weight of the attack classifier in the alert budget, and the same tails.
    #[must_use]
    fn with_classifier_weight(self, classifier_weight: f64) -> Self {
        Tails { classifier_weight, ..self.tails }.into()
    }

    /// Returns the version of the calibration: a hash of its content.
    ///
    /// # Panics
    ///
    /// Never: a calibration is plain data.
    pub fn version(&self) -> u64 {
        hash_bytes(&serde_json::to_vec(self).expect("a calibration is plain data"))
    }

    /// Returns the attack classifier's weight in the alert budget.
    pub fn classifier_weight(&self) -> f64 {
        self.tails.classifier_weight
    }

    /// Returns whether a signal has a tail, so that its rarity is known.
    pub fn knows(&self, signal: Signal) -> bool {
        self.tails.signals[signal].is_some()
    }

    /// Returns the signals, with the lowest value for those without a tail.
    pub fn known(&self, signals: &PerSignal<f64>) -> PerSignal<f64> {
        PerSignal::of(|signal| if self.knows(signal) { signals[signal] } else { f32::MIN.into() })
    }

    /// Returns the rarities of the values of the signals.
    pub fn rarity(&self, values: &PerSignal<f64>) -> LogRarity {
        self.fused(PerSignal::of(|signal| self.rarity_of(signal, values[signal])))
    }

    /// Returns the rarity of a signal's value, less the charge for its part of the alert budget; 0 without a tail.
    pub fn rarity_of(&self, signal: Signal, value: f64) -> f64 {
        let tail = self.tails.signals[signal].as_ref();
        tail.map_or(0.0, |tail| charged(tail.rarity(value), self.charges[signal]))
    }

    /// Returns the rarity of signals that have these rarities, all together.
    pub fn fused(&self, signals: PerSignal<f64>) -> LogRarity {
        let evidence = fuse(&signals);
        let total = self.tails.fused.as_ref().map_or(evidence, |tail| tail.rarity(evidence));
        LogRarity { total, evidence, signals }
    }
}

/// Fits the tail of a signal to the days of warm profiles; none if there are too few or their values are all alike.
fn tail_of<'a>(signal: Signal, days: impl IntoIterator<Item = &'a DailyMaxima>) -> Option<Tail> {
    let known = days.into_iter().filter(|day| day.is_known);
    Tail::fit(known.map(|day| day.signals[signal].into()).collect()).ok()
}

/// Adds the charge of a signal to its rarity; at least 0. A signal with a small part of the alert budget must be rarer.
fn charged(rarity: f64, charge: f64) -> f64 {
    (rarity + charge).max(0.0)
}

/// Returns the fused evidence: the 3-norm of the rarities, which is little more than the largest of them.
fn fuse(rarities: &PerSignal<f64>) -> f64 {
    cbrt(rarities.values().iter().map(|rarity| rarity * rarity * rarity).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_with_a_small_part_of_the_alert_budget_must_be_rarer() {
        let shares = [Signal::Identity, Signal::BulkActivity].map(Signal::budget_share);
        let [identity, bulk] = shares.map(|share| charged(3.0, log10(share)));
        assert!(bulk < identity && identity < 3.0);
        assert_eq!(charged(0.05, log10(0.85)), 0.0);
    }

    #[test]
    fn a_classifier_with_a_larger_weight_counts_more_and_the_others_less_and_the_weight_is_stored() {
        let rising = |day: u16| DailyMaxima { signals: PerSignal([f32::from(day); SIGNALS]), is_known: true };
        let days: Vec<_> = (0..1000).map(rising).collect();
        let of = |weight| Calibration::fit(std::slice::from_ref(&days), &[], weight).expect("days that differ");
        let [usual, proven] = [None, Some(9.9)].map(of);
        let signals = |calibration: &Calibration| calibration.rarity(&PerSignal([990.0; SIGNALS])).signals;
        let more = signals(&proven)[Signal::AttackClassifier] - signals(&usual)[Signal::AttackClassifier];
        assert!((more - log10((9.9 / 11.0) / (0.4 / 1.5))).abs() < 1e-9, "{more}");
        assert!(signals(&proven)[Signal::Identity] < signals(&usual)[Signal::Identity]);

        let read = |calibration: &Calibration| Calibration::from_bytes(&calibration.to_bytes());
        assert_eq!([&usual, &proven].map(read), [&usual, &proven].map(|calibration| Ok(calibration.clone())));
        assert_eq!(read(&proven).map(|read| read.version()), Ok(proven.version()));
        assert_eq!(Calibration::from_bytes(&[9]), Err(UnreadableCalibration::Version(9)));
        assert_eq!(Calibration::from_bytes(&[1, 7]), Err(UnreadableCalibration::Damaged));

        let stored = |calibration: &Calibration| serde_json::to_string(calibration).expect("plain data");
        assert!(!stored(&usual).contains("classifier_weight"), "models of before have none");
        assert_eq!(serde_json::from_str::<Calibration>(&stored(&proven)).expect("what was written"), proven);
        for wrong in ["0.0", "-9.9"] {
            let refused = serde_json::from_str::<Calibration>(&stored(&proven).replace("9.9", wrong));
            assert!(refused.expect_err(wrong).to_string().contains("a number above 0"), "{wrong}");
        }
    }

    #[test]
    fn the_share_of_days_that_reach_a_rarity_is_the_one_it_stands_for() {
        let small = |number: u32| f32::from(u16::try_from(number).expect("below 5000"));
        let signals = |day: u32| PerSignal([day * 7919 % 5000, day * 104_729 % 4999, 0, 0, 0].map(small));
        let maxima = |day: u32| DailyMaxima { signals: signals(day), is_known: true };
        let days: Vec<_> = (0..5000).map(maxima).collect();
        let calibration = Calibration::fit(std::slice::from_ref(&days), &[], None).expect("days that differ");
        for one_in in [5.0, 20.0, 50.0] {
            let total = |day: &DailyMaxima| calibration.rarity(&day.signals.map(f64::from)).total;
            let reached = days.iter().filter(|day| total(day) >= log10(one_in)).count();
            let realised = f64::from(u32::try_from(reached).expect("few")) / 5000.0 * one_in;
            assert!((realised - 1.0).abs() < 0.15, "{realised} times the expected days at one in {one_in}");
        }
    }

    #[test]
    fn the_fused_evidence_is_little_above_the_rarest_signal() {
        assert!((fuse(&PerSignal([3.0, 0.0, 0.0, 0.0, 0.0])) - 3.0).abs() < 1e-12);
        assert!((3.0..3.3).contains(&fuse(&PerSignal([3.0, 2.0, 0.0, 0.0, 0.0]))));
    }
}

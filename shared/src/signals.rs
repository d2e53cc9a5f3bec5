//! The signals: the kinds of evidence by which an event can be an anomaly.

use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

/// The number of signals.
pub const SIGNALS: usize = 5;

/// A kind of evidence; its discriminant is its index in every [`PerSignal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// The user acts as somebody else would.
    Identity,
    /// The user touches many resources for the first time, or destroys or shares many.
    BulkActivity,
    /// The user fails more often than usual.
    Failures,
    /// The user moves more data than usual.
    Transfer,
    /// The event resembles a known kind of attack, by the attack classifier.
    AttackClassifier,
}

impl Signal {
    /// Every signal, in order.
    pub const ALL: [Self; SIGNALS] =
        [Self::Identity, Self::BulkActivity, Self::Failures, Self::Transfer, Self::AttackClassifier];

    /// Returns the name in tables and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::BulkActivity => "mass",
            Self::Failures => "failures",
            Self::Transfer => "transfer",
            Self::AttackClassifier => "known",
        }
    }

    /// Returns the signal's weight in the alert budget, which was set by hand; a model may give the attack classifier
    /// another one. Only the weights of the signals that have a calibration count, in proportion.
    pub const fn budget_share(self) -> f64 {
        match self {
            Self::Identity => 0.85,
            Self::BulkActivity => 0.15,
            Self::Failures | Self::Transfer => 0.05,
            Self::AttackClassifier => 0.4,
        }
    }
}

/// One value for each signal, indexed by the signal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PerSignal<T>(pub [T; SIGNALS]);

impl<T> PerSignal<T> {
    /// Makes a value for each signal.
    pub fn of(value: impl FnMut(Signal) -> T) -> Self {
        Self(Signal::ALL.map(value))
    }

    /// Applies `change` to each value.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> PerSignal<U> {
        PerSignal(self.0.map(change))
    }

    /// Returns the values in the order of the signals.
    pub fn values(&self) -> &[T; SIGNALS] {
        &self.0
    }
}

impl PerSignal<f32> {
    /// Raises each value to that of `signals` where that is higher.
    #[expect(clippy::cast_possible_truncation, reason = "the maxima of days are only compared with each other")]
    pub fn raise_to(&mut self, signals: &PerSignal<f64>) {
        for (highest, signal) in self.0.iter_mut().zip(signals.values()) {
            *highest = highest.max(*signal as f32);
        }
    }
}

impl<T> Index<Signal> for PerSignal<T> {
    type Output = T;

    fn index(&self, signal: Signal) -> &T {
        &self.0[signal as usize]
    }
}

impl<T> IndexMut<Signal> for PerSignal<T> {
    fn index_mut(&mut self, signal: Signal) -> &mut T {
        &mut self.0[signal as usize]
    }
}

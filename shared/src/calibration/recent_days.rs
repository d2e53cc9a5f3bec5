//! The latest user-days of an organisation, by which it is judged how rare something is there.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Calibration, DailyMaxima, OwnDay};

/// How many user-days are remembered.
const LENGTH: usize = 10_000;
/// Fewer user-days do not suffice for a calibration.
pub(super) const LEAST_DAYS: usize = 500;
/// The calibration is fitted anew after so many more user-days.
const STEP: usize = 1000;
/// After so many user-days an organisation is known.
const KNOWN: u64 = 4000;
/// The most by which the same evidence becomes commoner in a known organisation from one step to the next, in powers of
/// ten.
const SLACK: f64 = 0.02;

/// The latest user-days of everybody, and the calibration fitted to them.
///
/// An organisation is so judged by its own days, as they change, and gets the alerts that it asked for. It gets used to
/// more evidence only slowly, by a fifth of a power of ten in 10,000 user-days: a wave of attacks does not make itself
/// usual.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CalibrationWindow {
    days: VecDeque<OwnDay>,
    /// User-days added since the last step.
    new: usize,
    /// User-days ever added.
    known: u64,
    own: Option<Calibration>,
}

impl CalibrationWindow {
    /// Adds a user-day that is over: its highest signals, and the highest fused evidence of its events.
    pub fn add(&mut self, maxima: DailyMaxima, evidence: f32) {
        if self.days.len() == LENGTH {
            self.days.pop_front();
        }
        self.days.push_back(OwnDay { maxima, evidence });
        self.new += 1;
        self.known += 1;
        if self.days.len() >= LEAST_DAYS && (self.new >= STEP || self.own.is_none()) {
            self.new = 0;
            let before = self.own.as_ref().filter(|_| self.known > KNOWN);
            self.own = Calibration::of_own(&self.days, before, SLACK).or(self.own.take());
        }
    }

    /// Returns the calibration fitted to the days, once there are enough.
    pub fn own(&self) -> Option<&Calibration> {
        self.own.as_ref()
    }

    /// Returns a window with the same calibration and without days.
    #[must_use]
    pub fn without_days(&self) -> Self {
        Self { own: self.own.clone(), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::signals::{PerSignal, Signal};

    /// Adds days of known users on which the identity signal is spread evenly up to `highest`.
    fn add_days(window: &mut CalibrationWindow, days: u16, highest: f32) {
        for day in 0..u32::from(days) {
            let place = u16::try_from(day * 7919 % u32::from(days)).expect("below the number of days");
            let mut signals = PerSignal::default();
            signals[Signal::Identity] = highest * f32::from(place) / f32::from(days);
            window.add(DailyMaxima { signals, is_known: true }, 0.0);
        }
    }

    /// Returns the rarity of a value of the identity signal by the days.
    fn rarity(window: &CalibrationWindow, value: f64) -> f64 {
        let mut signals = PerSignal::default();
        signals[Signal::Identity] = value;
        window.own().expect("enough days").rarity(&signals).total
    }

    #[test]
    fn few_days_make_no_calibration() {
        let mut window = CalibrationWindow::default();
        add_days(&mut window, 499, 1.0);
        assert_eq!(window.own(), None);
        add_days(&mut window, 2, 0.5);
        assert!(window.own().is_some());
    }

    #[test]
    fn a_known_organisation_gets_used_to_more_evidence_only_slowly() {
        let mut window = CalibrationWindow::default();
        add_days(&mut window, 5000, 1.0);
        assert!((rarity(&window, 0.9) - 1.0).abs() < 0.05, "one day in ten, not {}", rarity(&window, 0.9));
        add_days(&mut window, 10_000, 10.0);
        assert!((0.5..0.9).contains(&rarity(&window, 0.9)), "a little less, not {}", rarity(&window, 0.9));
        (0..9).for_each(|_| add_days(&mut window, 10_000, 10.0));
        assert!(rarity(&window, 0.9) < 0.1, "nearly every day, not {}", rarity(&window, 0.9));
    }

    #[test]
    fn a_new_organisation_is_learnt_at_once_and_a_calmer_one_too() {
        let mut window = CalibrationWindow::default();
        add_days(&mut window, 500, 1.0);
        add_days(&mut window, 3500, 10.0);
        assert!(rarity(&window, 0.9) < 0.1, "nearly every day, not {}", rarity(&window, 0.9));
        add_days(&mut window, 11_000, 1.0);
        assert!((rarity(&window, 0.9) - 1.0).abs() < 0.05, "one day in ten, not {}", rarity(&window, 0.9));
    }
}

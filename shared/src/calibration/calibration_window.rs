//! An organisation's own calibration, fitted to its latest 10,000 user-days.

use std::collections::VecDeque;

use super::{Calibration, DailyMaxima, OwnDay};

/// The number of user-days that are kept.
const LENGTH: usize = 10_000;
/// The minimum number of user-days for a calibration.
pub(super) const LEAST_DAYS: usize = 500;
/// The number of new user-days after which the calibration is fitted again.
const STEP: usize = 1000;
/// The number of user-days after which a new calibration may differ only little from the one before.
const KNOWN: u64 = LENGTH as u64;
/// The maximum by which the rarity of the same evidence falls from one fit to the next then, in powers of ten.
const SLACK: f64 = 0.02;

/// The latest user-days of all users, and the calibration fitted to them.
///
/// The calibration follows the organisation's own days, so that it gets as many alerts as it asked for. It adapts to
/// stronger evidence only slowly, by a fifth of a power of ten in 10,000 user-days, so that a wave of attacks does not
/// soon become usual.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationWindow {
    pub(super) days: VecDeque<OwnDay>,
    /// The number of user-days added since the last fit.
    pub(super) new: usize,
    /// The number of user-days ever added.
    pub(super) known: u64,
    pub(super) own: Option<Calibration>,
    /// The weight of the attack classifier in the alert budget, by the model in force; it is not stored.
    pub(super) classifier_weight: f64,
}

impl Default for CalibrationWindow {
    fn default() -> Self {
        let classifier_weight = Calibration::default().classifier_weight();
        Self { days: VecDeque::new(), new: 0, known: 0, own: None, classifier_weight }
    }
}

impl CalibrationWindow {
    /// Adds a closed user-day: its highest signals, and the highest fused evidence of its events.
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
            self.own = Calibration::of_own(&self.days, before, SLACK, self.classifier_weight).or(self.own.take());
        }
    }

    /// Lets the calibration fuse the signals as that of a model does.
    pub fn follow(&mut self, general: &Calibration) {
        self.classifier_weight = general.classifier_weight();
        self.own = self.own.take().map(|own| own.with_classifier_weight(self.classifier_weight));
    }

    /// Returns the calibration fitted to the days; none while there are fewer than 500.
    pub fn own(&self) -> Option<&Calibration> {
        self.own.as_ref()
    }

    /// Returns the number of user-days that had been added when the calibration was last fitted.
    pub fn days_at_fit(&self) -> u64 {
        self.known - self.new as u64
    }

    /// Returns the number of user-days to which the calibration is fitted.
    fn days_of_own(&self) -> usize {
        usize::try_from(self.days_at_fit()).unwrap_or(LENGTH).min(LENGTH)
    }

    /// Returns a model's calibration adapted to the organisation's days.
    pub fn adapted(&self, general: &Calibration) -> Calibration {
        general.adapted_to(self.own.as_ref(), self.days_of_own())
    }

    /// Returns the window without its days, but with its calibration.
    #[must_use]
    pub fn without_days(&self) -> Self {
        Self { days: VecDeque::new(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::signals::{PerSignal, Signal};

    /// Adds days of warm profiles on which the identity signal is spread evenly up to `highest`.
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
    fn the_calibration_follows_stronger_evidence_only_slowly_once_it_has_all_its_days() {
        let mut window = CalibrationWindow::default();
        add_days(&mut window, 11_000, 1.0);
        assert!((rarity(&window, 0.9) - 1.0).abs() < 0.05, "one day in ten, not {}", rarity(&window, 0.9));
        add_days(&mut window, 10_000, 10.0);
        assert!((0.5..0.9).contains(&rarity(&window, 0.9)), "a little less, not {}", rarity(&window, 0.9));
        (0..9).for_each(|_| add_days(&mut window, 10_000, 10.0));
        assert!(rarity(&window, 0.9) < 0.1, "nearly every day, not {}", rarity(&window, 0.9));
    }

    #[test]
    fn a_window_fuses_signals_as_the_model_in_force_does_before_and_after_it_was_stored() {
        let general = Calibration::default().with_classifier_weight(9.9);
        let mut window = CalibrationWindow::default();
        window.follow(&general);
        add_days(&mut window, 600, 1.0);
        assert_eq!(window.adapted(&general).classifier_weight(), 9.9);
        let mut read = CalibrationWindow::from(super::super::WindowV1::from(&window));
        assert_ne!(read, window);
        read.follow(&general);
        assert_eq!(read, window);
    }

    #[test]
    fn the_calibration_follows_the_first_days_and_weaker_evidence_at_once() {
        let mut window = CalibrationWindow::default();
        add_days(&mut window, 500, 1.0);
        add_days(&mut window, 3500, 10.0);
        assert!(rarity(&window, 0.9) < 0.1, "nearly every day, not {}", rarity(&window, 0.9));
        add_days(&mut window, 11_000, 1.0);
        assert!((rarity(&window, 0.9) - 1.0).abs() < 0.05, "one day in ten, not {}", rarity(&window, 0.9));
    }
}

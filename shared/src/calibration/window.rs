//! The user-days of late, by which rarity is told.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::Tail;

/// How many user-days are remembered.
const LENGTH: usize = 10_000;
/// Fewer user-days tell too little of what is rare.
const LEAST: usize = 500;
/// The tail is fitted anew after so many more user-days.
const STEP: usize = 250;
/// So many user-days make an organisation known.
const KNOWN: u64 = 4000;
/// From one fit to the next, what is rare in a known organisation becomes commoner by this power of ten at most.
const SLACK: f64 = 0.005;

/// The evidence of the latest user-days of everybody, and how rare they say evidence is.
///
/// An organisation so comes to be judged by its own days, as they change, and gets the alerts that it asked for. It
/// gets used to more evidence only slowly, by a fifth of a power of ten in 10,000 user-days: a wave of attacks does not
/// make itself usual.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Window {
    days: VecDeque<f32>,
    /// User-days added since the tail was fitted.
    new: usize,
    /// User-days ever added.
    known: u64,
    tail: Option<Tail>,
}

impl Window {
    /// Adds the most evidence of a user-day that is over.
    #[expect(clippy::cast_possible_truncation, reason = "what is kept of a day is only compared")]
    pub fn add(&mut self, evidence: f64) {
        if self.days.len() == LENGTH {
            self.days.pop_front();
        }
        self.days.push_back(evidence as f32);
        self.new += 1;
        self.known += 1;
        if self.days.len() >= LEAST && self.new >= STEP {
            self.new = 0;
            self.fit();
        }
    }

    fn fit(&mut self) {
        let Ok(fitted) = Tail::fit(self.days.iter().copied().map(f64::from).collect()) else { return };
        self.tail = Some(match &self.tail {
            Some(before) if self.known > KNOWN => fitted.restrained(before, SLACK),
            _ => fitted,
        });
    }

    /// Returns how rare evidence is among the days, once there are enough.
    pub fn tail(&self) -> Option<&Tail> {
        self.tail.as_ref()
    }

    /// Returns a window that judges as this one does and remembers no days.
    #[must_use]
    pub fn without_days(&self) -> Self {
        Self { tail: self.tail.clone(), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds days whose evidence is spread evenly up to `highest`.
    fn add_days(window: &mut Window, days: u32, highest: f64) {
        (0..days).for_each(|day| window.add(highest * f64::from(day * 7919 % days) / f64::from(days)));
    }

    #[test]
    fn few_days_tell_nothing() {
        let mut window = Window::default();
        add_days(&mut window, 499, 1.0);
        assert_eq!(window.tail(), None);
        window.add(0.5);
        assert!(window.tail().is_some());
    }

    fn rarity(window: &Window, evidence: f64) -> f64 {
        window.tail().expect("enough days").rarity(evidence)
    }

    #[test]
    fn a_known_organisation_gets_used_to_more_evidence_only_slowly() {
        let mut window = Window::default();
        add_days(&mut window, 4000, 1.0);
        assert!((rarity(&window, 0.9) - 1.0).abs() < 0.05, "one day in ten, not {}", rarity(&window, 0.9));
        add_days(&mut window, 10_000, 10.0);
        assert!((0.75..0.85).contains(&rarity(&window, 0.9)), "a fifth less, not {}", rarity(&window, 0.9));
        (0..4).for_each(|_| add_days(&mut window, 10_000, 10.0));
        assert!(rarity(&window, 0.9) < 0.1, "nearly every day, not {}", rarity(&window, 0.9));
    }

    #[test]
    fn a_new_organisation_is_learnt_at_once_and_a_calmer_one_too() {
        let mut window = Window::default();
        add_days(&mut window, 500, 1.0);
        add_days(&mut window, 3500, 10.0);
        assert!(rarity(&window, 0.9) < 0.1, "nearly every day, not {}", rarity(&window, 0.9));
        add_days(&mut window, 10_000, 1.0);
        assert!((rarity(&window, 0.9) - 1.0).abs() < 0.05, "one day in ten, not {}", rarity(&window, 0.9));
    }
}

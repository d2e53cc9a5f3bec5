//! Owen values: the division of the anomaly score among the signals, and within each signal among what raises it and
//! what lowers it.
//!
//! The signals divide the score by their Shapley values, over all sets of signals (Shapley, "A Value for n-Person
//! Games", 1953). The parts of a signal that raise it and those that lower it divide the signal's value again by the
//! Shapley values of two, for every set of the other signals (Owen, "Values of Games with a Priori Unions", 1977,
//! <https://doi.org/10.1007/978-3-642-45494-3_7>), so that their sum is the signal's Shapley value.

use crate::signals::{PerSignal, SIGNALS, Signal};

/// The rarity of a signal: at the reference, with the parts that raise it alone, with those that lower it alone, and
/// with both.
pub(super) type Steps = [f64; 4];

const REFERENCE: usize = 0;
const RAISED: usize = 1;
const LOWERED: usize = 2;
const BOTH: usize = 3;

/// A signal's share of the score.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct SignalShare {
    /// The share of the parts that raise the signal.
    pub(super) raising: f64,
    /// The share of the parts that lower it.
    pub(super) lowering: f64,
}

/// The Shapley weight of a set of other signals by its size: `size! (4 - size)! / 5!`.
const WEIGHTS: [f64; SIGNALS] = [1.0 / 5.0, 1.0 / 20.0, 1.0 / 30.0, 1.0 / 20.0, 1.0 / 5.0];

/// Divides the difference of a score `worth` of the signals' rarities from its value at the reference.
pub(super) fn divide(steps: &PerSignal<Steps>, worth: impl Fn(PerSignal<f64>) -> f64) -> PerSignal<SignalShare> {
    let step = |present: usize, signal: Signal| {
        if present & (1 << signal as usize) == 0 { steps[signal][REFERENCE] } else { steps[signal][BOTH] }
    };
    let rarities = |present| PerSignal::of(|signal| step(present, signal));
    let is_moved = |signal: Signal| steps[signal] != [steps[signal][REFERENCE]; 4];
    let moved =
        Signal::ALL.into_iter().filter(|signal| is_moved(*signal)).fold(0, |set, signal| set | 1 << signal as usize);
    let mut worths = [0.0; 1 << SIGNALS];
    for present in 0..worths.len() {
        worths[present] = if present & !moved == 0 { worth(rarities(present)) } else { worths[present & moved] };
    }
    PerSignal::of(|signal| {
        let own = 1 << signal as usize;
        let mut share = SignalShare::default();
        if moved & own == 0 {
            return share;
        }
        for others in (0..worths.len()).filter(|present| present & own == 0) {
            let with = |step: usize| {
                let rarity = steps[signal][step];
                match rarity {
                    rarity if rarity == steps[signal][REFERENCE] => worths[others],
                    rarity if rarity == steps[signal][BOTH] => worths[others | own],
                    rarity => {
                        let mut present = rarities(others);
                        present[signal] = rarity;
                        worth(present)
                    }
                }
            };
            let [reference, raised, lowered, both] = [REFERENCE, RAISED, LOWERED, BOTH].map(with);
            let weight = WEIGHTS[others.count_ones() as usize];
            share.raising += weight * f64::midpoint(raised - reference, both - lowered);
            share.lowering += weight * f64::midpoint(lowered - reference, both - raised);
        }
        share
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the shares by their definition: the mean over all orders of the signals, and over both orders within
    /// each signal.
    fn by_orders(steps: &PerSignal<Steps>, worth: &impl Fn(PerSignal<f64>) -> f64) -> PerSignal<SignalShare> {
        let mut shares = PerSignal::of(|_| SignalShare::default());
        let mut orders = 0.0;
        for number in 0..SIGNALS.pow(5) {
            let order: [usize; SIGNALS] =
                std::array::from_fn(|place| number / SIGNALS.pow(u32::try_from(place).expect("small")) % SIGNALS);
            if (0..SIGNALS).any(|signal| !order.contains(&signal)) {
                continue;
            }
            orders += 1.0;
            let mut rarities = PerSignal::of(|signal| steps[signal][REFERENCE]);
            for signal in order.map(|index| Signal::ALL[index]) {
                let [reference, raised, lowered, both] = steps[signal].map(|rarity| {
                    let mut present = rarities;
                    present[signal] = rarity;
                    worth(present)
                });
                shares[signal].raising += (raised - reference + both - lowered) / 2.0;
                shares[signal].lowering += (lowered - reference + both - raised) / 2.0;
                rarities[signal] = steps[signal][BOTH];
            }
        }
        shares.map(|SignalShare { raising, lowering }| SignalShare {
            raising: raising / orders,
            lowering: lowering / orders,
        })
    }

    #[test]
    fn the_shares_are_the_means_over_all_orders_of_the_signals() {
        let steps = PerSignal([
            [0.4, 2.5, 0.1, 1.9],
            [0.0, 1.2, 0.0, 1.2],
            [0.0, 0.0, 0.0, 0.0],
            [0.2, 3.1, 0.2, 3.1],
            [1.1, 2.0, 0.3, 0.7],
        ]);
        let worth = |rarities: PerSignal<f64>| {
            let sum: f64 = rarities.values().iter().map(|rarity| rarity.powi(3)).sum();
            1.0 / (1.0 + (4.0 - sum.cbrt()).exp())
        };
        let (shares, exact) = (divide(&steps, worth), by_orders(&steps, &worth));
        for signal in Signal::ALL {
            assert!((shares[signal].raising - exact[signal].raising).abs() < 1e-15, "{signal:?}");
            assert!((shares[signal].lowering - exact[signal].lowering).abs() < 1e-15, "{signal:?}");
        }
        assert!(shares[Signal::Identity].raising > 0.0 && shares[Signal::Identity].lowering < 0.0);
        assert_eq!(shares[Signal::Failures], SignalShare::default());
        let all: f64 = shares.values().iter().map(|share| share.raising + share.lowering).sum();
        let ends = [REFERENCE, BOTH].map(|step| worth(steps.map(|steps| steps[step])));
        assert!((all - (ends[1] - ends[0])).abs() < 1e-15);
    }
}

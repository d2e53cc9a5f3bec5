//! The inputs and the signals of a score as rows hold them.

use serde::{Deserialize, Serialize};
use shared::{
    inputs::{INPUTS, Inputs, STEPS_PER_BIT, is_in_bits},
    signals::{PerSignal, SIGNALS},
};

/// The inputs of a score: which are unknown, which are zero, and the others in their order.
#[derive(Serialize, Deserialize)]
pub(super) struct InputsV1 {
    unknown: u64,
    zero: u64,
    /// Those in bits, as a number of steps.
    steps: Vec<i32>,
    others: Vec<f32>,
}

/// A number for each signal: which are not zero, and these in their order.
#[derive(Serialize, Deserialize)]
pub(super) struct SignalsV1(u8, Vec<f32>);

impl InputsV1 {
    #[expect(clippy::cast_possible_truncation, reason = "inputs have the precision of what is stored")]
    pub(super) fn of(inputs: &Inputs) -> Self {
        let mut packed = Self { unknown: 0, zero: 0, steps: Vec::new(), others: Vec::new() };
        for (place, input) in inputs.values().iter().enumerate() {
            match *input {
                unknown if unknown.is_nan() => packed.unknown |= 1 << place,
                0.0 => packed.zero |= 1 << place,
                bits if is_in_bits(place) => packed.steps.push((bits * STEPS_PER_BIT) as i32),
                other => packed.others.push(other as f32),
            }
        }
        packed
    }

    /// Returns the inputs; none if there are too few numbers or too many.
    pub(super) fn inputs(&self) -> Option<Inputs> {
        let (mut steps, mut others) = (self.steps.iter(), self.others.iter());
        let mut inputs = [0.0; INPUTS];
        for (place, input) in inputs.iter_mut().enumerate() {
            *input = match 1 << place {
                bit if self.unknown & bit != 0 => f64::NAN,
                bit if self.zero & bit != 0 => 0.0,
                _ if is_in_bits(place) => f64::from(*steps.next()?) / STEPS_PER_BIT,
                _ => f64::from(*others.next()?),
            };
        }
        (steps.next().is_none() && others.next().is_none()).then(|| Inputs::stored(inputs))
    }
}

impl SignalsV1 {
    pub(super) fn of(signals: &PerSignal<f32>) -> Self {
        let mut packed = Self(0, Vec::new());
        for (place, signal) in signals.values().iter().enumerate().filter(|(_, signal)| **signal != 0.0) {
            packed.0 |= 1 << place;
            packed.1.push(*signal);
        }
        packed
    }

    /// Returns the signals; none if there are too few numbers or too many.
    pub(super) fn signals(&self) -> Option<PerSignal<f32>> {
        let mut values = self.1.iter();
        let mut signals = [0.0; SIGNALS];
        for (_, signal) in signals.iter_mut().enumerate().filter(|(place, _)| self.0 & (1 << place) != 0) {
            *signal = *values.next()?;
        }
        values.next().is_none().then_some(PerSignal(signals))
    }
}

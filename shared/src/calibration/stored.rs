//! The stored forms of a calibration and of a calibration window. Their types describe version 1 and never change: a
//! change of the types that they store needs new ones beside them.

use serde::{Deserialize, Serialize};

use super::{Calibration, CalibrationWindow, DailyMaxima, OwnDay, Tail, Tails, tail::TailPoint};
use crate::signals::PerSignal;

/// The version of a stored calibration.
const VERSION: u8 = 1;

/// Version 1 of a stored calibration window.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WindowV1 {
    days: Vec<DayV1>,
    new: u64,
    known: u64,
    own: Option<CalibrationV1>,
}

#[derive(Debug, Serialize, Deserialize)]
struct DayV1 {
    signals: [f32; 5],
    is_known: bool,
    evidence: f32,
}

#[derive(Debug, Serialize, Deserialize)]
struct CalibrationV1 {
    signals: [Option<TailV1>; 5],
    fused: Option<TailV1>,
}

#[derive(Debug, Serialize, Deserialize)]
struct TailV1 {
    /// The value and the rarity of each knot.
    knots: Vec<(f64, f64)>,
    rarity_beyond: f64,
    mean_excess: f64,
}

impl From<&CalibrationWindow> for WindowV1 {
    fn from(window: &CalibrationWindow) -> Self {
        let own = window.own.as_ref().map(|own| CalibrationV1::from(&own.tails));
        Self { days: window.days.iter().map(DayV1::from).collect(), new: window.new as u64, known: window.known, own }
    }
}

impl From<WindowV1> for CalibrationWindow {
    fn from(window: WindowV1) -> Self {
        let own = window.own.map(|own| Calibration::from(Tails::from(own)));
        let new = usize::try_from(window.new).unwrap_or(usize::MAX);
        let days = window.days.into_iter().map(OwnDay::from).collect();
        Self { days, new, known: window.known, own, ..Self::default() }
    }
}

impl From<&Tails> for CalibrationV1 {
    fn from(Tails { signals, fused, .. }: &Tails) -> Self {
        Self {
            signals: signals.values().each_ref().map(|tail| tail.as_ref().map(TailV1::from)),
            fused: fused.as_ref().map(TailV1::from),
        }
    }
}

/// The tails have the usual weight of the attack classifier.
impl From<CalibrationV1> for Tails {
    fn from(CalibrationV1 { signals, fused }: CalibrationV1) -> Self {
        let signals = PerSignal(signals.map(|tail| tail.map(Tail::from)));
        Self { signals, fused: fused.map(Tail::from), ..Self::default() }
    }
}

impl Calibration {
    /// Returns the stored form, which [`Calibration::from_bytes`] reads back exactly.
    ///
    /// # Panics
    ///
    /// Never: a calibration is plain data.
    pub fn to_bytes(&self) -> Vec<u8> {
        let content = (CalibrationV1::from(&self.tails), self.tails.classifier_weight);
        postcard::to_extend(&content, vec![VERSION]).expect("a calibration is plain data")
    }

    /// Reads a calibration from its stored form.
    ///
    /// # Errors
    ///
    /// Returns [`UnreadableCalibration`] if the bytes have another version or are no calibration.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnreadableCalibration> {
        match bytes.split_first() {
            Some((&VERSION, content)) => {
                let (tails, classifier_weight): (CalibrationV1, f64) =
                    postcard::from_bytes(content).map_err(|_| UnreadableCalibration::Damaged)?;
                Ok(Tails { classifier_weight, ..Tails::from(tails) }.into())
            }
            Some((&other, _)) => Err(UnreadableCalibration::Version(other)),
            None => Err(UnreadableCalibration::Damaged),
        }
    }
}

/// The error for a stored calibration that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableCalibration {
    /// The calibration was written by another version of the program.
    #[error("the calibration has version {0}, this program reads {VERSION}")]
    Version(u8),
    /// The bytes are no calibration.
    #[error("the calibration is damaged")]
    Damaged,
}

impl From<&OwnDay> for DayV1 {
    fn from(OwnDay { maxima: DailyMaxima { signals, is_known }, evidence }: &OwnDay) -> Self {
        Self { signals: signals.0, is_known: *is_known, evidence: *evidence }
    }
}

impl From<DayV1> for OwnDay {
    fn from(DayV1 { signals, is_known, evidence }: DayV1) -> Self {
        Self { maxima: DailyMaxima { signals: PerSignal(signals), is_known }, evidence }
    }
}

impl From<&Tail> for TailV1 {
    fn from(tail: &Tail) -> Self {
        let knots = tail.knots.iter().map(|knot| (knot.x, knot.rarity)).collect();
        Self { knots, rarity_beyond: tail.rarity_beyond, mean_excess: tail.mean_excess }
    }
}

impl From<TailV1> for Tail {
    fn from(TailV1 { knots, rarity_beyond, mean_excess }: TailV1) -> Self {
        Self {
            knots: knots.into_iter().map(|(x, rarity)| TailPoint { x, rarity }).collect(),
            rarity_beyond,
            mean_excess,
        }
    }
}

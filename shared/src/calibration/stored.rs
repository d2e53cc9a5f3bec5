//! The stored form of a calibration window. Its types describe version 1 and never change: a change of the window's own
//! types needs new ones beside them.

use serde::{Deserialize, Serialize};

use super::{Calibration, CalibrationWindow, DailyMaxima, OwnDay, Tail, Tails, tail::TailPoint};
use crate::signals::PerSignal;

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
        let own = window.own.as_ref().map(|own| CalibrationV1 {
            signals: own.tails.signals.values().each_ref().map(|tail| tail.as_ref().map(TailV1::from)),
            fused: own.tails.fused.as_ref().map(TailV1::from),
        });
        Self { days: window.days.iter().map(DayV1::from).collect(), new: window.new as u64, known: window.known, own }
    }
}

impl From<WindowV1> for CalibrationWindow {
    fn from(window: WindowV1) -> Self {
        let own = window.own.map(|CalibrationV1 { signals, fused }| {
            let signals = PerSignal(signals.map(|tail| tail.map(Tail::from)));
            Calibration::from(Tails { signals, fused: fused.map(Tail::from), ..Tails::default() })
        });
        let new = usize::try_from(window.new).unwrap_or(usize::MAX);
        let days = window.days.into_iter().map(OwnDay::from).collect();
        Self { days, new, known: window.known, own, ..Self::default() }
    }
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

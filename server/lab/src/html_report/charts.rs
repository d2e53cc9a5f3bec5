//! Charts that more than one report has.

use shared::metrics::{Curve, Point};

use super::plot::{ATTACKED, Axis, BENIGN, OTHER, OURS, Plot, RGBColor, Shape};
use crate::estimate::{ReliabilityBin, float};

/// The lowest rate of false alarms that is drawn, as an exponent of ten.
const LOWEST_RATE: f64 = -4.0;
/// Number of bins of a histogram.
const BARS: usize = 30;
/// Height of a chart with curves, in units of the SVG.
pub(crate) const HEIGHT: u32 = 360;
/// Height of a row of bars with its name, in units of the SVG.
const ROW: u32 = 44;

/// An axis of shares, from 0 to 1, without a name.
pub(crate) const SHARE: Axis = Axis { range: 0.0..1.0, name: "", label: |share| format!("{share:.1}") };

impl Axis {
    /// Returns the axis with a name.
    pub(crate) fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }
}

/// The names of axes for one kind of ranked unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnitLabels {
    /// The name of the share of benign units.
    pub(crate) benign: &'static str,
    /// The name of the share of attacked units.
    pub(crate) attacked: &'static str,
}

/// Draws ROC curves with the false positive rate on a logarithmic scale.
pub(crate) fn roc(labels: UnitLabels, curves: &[(RGBColor, &Curve)]) -> Plot {
    Plot {
        title: "Recall against false alarms",
        x: Axis { range: LOWEST_RATE..0.0, name: labels.benign, label: power_of_ten },
        y: SHARE.named(labels.attacked),
        height: HEIGHT,
        shapes: lines(curves, roc_on_powers_of_ten),
    }
}

/// Draws precision-recall curves; with a `prevalence`, as if attacks were that share of all units.
pub(crate) fn precision_recall(labels: UnitLabels, curves: &[(RGBColor, &Curve)], prevalence: Option<f64>) -> Plot {
    Plot {
        title: "Precision against recall",
        x: SHARE.named(labels.attacked),
        y: SHARE.named("share of attacks among alarms"),
        height: HEIGHT,
        shapes: lines(curves, |curve| curve.precision_recall(prevalence)),
    }
}

fn lines(curves: &[(RGBColor, &Curve)], of_curve: impl Fn(&Curve) -> Vec<Point>) -> Vec<Shape> {
    let points = |curve| of_curve(curve).iter().map(|point| (point.x, point.y)).collect();
    curves.iter().map(|(colour, curve)| Shape::Line(*colour, points(curve))).collect()
}

fn roc_on_powers_of_ten(curve: &Curve) -> Vec<Point> {
    curve.roc().into_iter().map(|Point { x, y }| Point { x: x.log10().max(LOWEST_RATE), y }).collect()
}

fn power_of_ten(exponent: f64) -> String {
    if (exponent - exponent.round()).abs() > 1e-9 {
        String::new()
    } else {
        format!("{} %", 100.0 * 10_f64.powf(exponent))
    }
}

/// Draws the histograms of the scores of benign and of attacked units, side by side.
pub(crate) fn histogram(name: &'static str, curve: &Curve) -> Plot {
    let steps = curve.steps();
    let (low, high) = match (steps.last(), steps.first()) {
        (Some(lowest), Some(highest)) if highest.score > lowest.score => (lowest.score, highest.score),
        _ => (0.0, 1.0),
    };
    let width = (high - low) / float(BARS);
    let benign: f64 = steps.iter().map(|step| step.benign).sum();
    let attacks: f64 = steps.iter().map(|step| step.attacks).sum();
    let mut bars = [[0.0; 2]; BARS];
    for step in steps {
        let bar = &mut bars[bar_of((step.score - low) / width)];
        bar[0] += step.benign / benign;
        bar[1] += step.attacks / attacks;
    }
    let highest = bars.as_flattened().iter().copied().fold(0.0, f64::max);
    let shapes = bars.iter().enumerate().flat_map(|(number, [benign, attacked])| {
        let left = low + width * float(number);
        [
            Shape::Bar(BENIGN, (left, 0.0), (left + width * 0.45, *benign)),
            Shape::Bar(ATTACKED, (left + width * 0.45, 0.0), (left + width * 0.9, *attacked)),
        ]
    });
    Plot {
        title: "How scores are spread",
        x: Axis { range: low..high, name, label: |score| format!("{score:.1}") },
        y: Axis { range: 0.0..highest, name: "share of their kind", label: |share| format!("{share:.2}") },
        height: HEIGHT,
        shapes: shapes.collect(),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score is not below the lowest")]
fn bar_of(place: f64) -> usize {
    (place as usize).min(BARS - 1)
}

/// Draws a reliability diagram: the share of attacks against the predicted probability of each bin that is not empty.
pub(crate) fn calibration(predicted: &'static str, observed: &'static str, bins: &[ReliabilityBin]) -> Plot {
    let points: Vec<_> = bins.iter().filter(|bin| bin.share > 0.0).map(|bin| (bin.predicted, bin.observed)).collect();
    let dots = points.clone().into_iter().map(|place| Shape::Dot(OURS, place));
    let lines = [Shape::Line(OTHER, vec![(0.0, 0.0), (1.0, 1.0)]), Shape::Line(OURS, points)];
    Plot {
        title: "Probabilities and what came true",
        x: SHARE.named(predicted),
        y: SHARE.named(observed),
        height: HEIGHT,
        shapes: lines.into_iter().chain(dots).collect(),
    }
}

/// Draws rows of horizontal bars, each row below its name; the bars of a row overlap.
pub(crate) fn bars(title: &'static str, x: Axis, rows: &[(String, Vec<(RGBColor, f64)>)]) -> Plot {
    let (left, wide) = (x.range.start, x.range.end - x.range.start);
    let shapes = rows.iter().rev().enumerate().flat_map(|(number, (name, bars))| {
        let base = float(number);
        let bar =
            move |(colour, length): &(RGBColor, f64)| Shape::Bar(*colour, (0.0, base + 0.12), (*length, base + 0.52));
        let name = Shape::Text(name.clone(), (left + 0.005 * wide, base + 0.9));
        std::iter::once(name).chain(bars.iter().map(bar))
    });
    Plot {
        title,
        x,
        y: Axis { range: 0.0..float(rows.len()), name: "", label: |_| String::new() },
        height: 70 + ROW * u32::try_from(rows.len()).unwrap_or(u32::MAX / ROW / 2),
        shapes: shapes.collect(),
    }
}

//! The drawings of an evaluation: what is drawn, and what it says.

mod plot;

use shared::metrics::Point;

use self::plot::{ATTACKED, Axis, BENIGN, OTHER, OURS, Plot, Shape};
use crate::evaluation::{
    Measured,
    groups::Kind,
    level::{Level, float},
};

/// The lowest rate of false alarms that is drawn, as a power of ten.
const LOWEST_RATE: f64 = -4.0;
/// Bars of the histogram of scores.
const BARS: usize = 30;

/// Draws how well user-days are ranked: the ROC curve with its left end stretched, and precision against recall.
pub(super) fn ranking(detector: &Measured, reference: Option<&Measured>, prevalence: Option<f64>) -> String {
    let measured =
        || [(OURS, Some(detector)), (OTHER, reference)].into_iter().filter_map(|(colour, of)| Some((colour, of?)));
    let curves = |points: &dyn Fn(&Level) -> Vec<Point>| {
        measured().map(|(colour, of)| Shape::Line(colour, places(&points(&of.user_days)))).collect()
    };
    let key = match reference {
        Some(_) => key(&[("ours", "this detector"), ("other", "a forest without a memory")]),
        None => String::new(),
    };
    let roc = Plot {
        title: "Recall against false alarms",
        x: Axis { range: LOWEST_RATE..0.0, name: "share of benign user-days", label: power_of_ten },
        y: SHARE.named("share of attacked user-days"),
        height: 360,
        shapes: curves(&roc_on_powers_of_ten),
    };
    let precision_recall = Plot {
        title: "Precision against recall",
        x: SHARE.named("share of attacked user-days"),
        y: SHARE.named("share of attacks among alarms"),
        height: 360,
        shapes: curves(&|level| level.curve.precision_recall(prevalence)),
    };
    format!("<div class=\"plots\">\n{}{}</div>\n{key}", roc.figure(), precision_recall.figure())
}

const SHARE: Axis = Axis { range: 0.0..1.0, name: "", label: |share| format!("{share:.1}") };

impl Axis {
    fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }
}

fn power_of_ten(exponent: f64) -> String {
    if (exponent - exponent.round()).abs() > 1e-9 {
        String::new()
    } else {
        format!("{} %", 100.0 * 10_f64.powf(exponent))
    }
}

fn places(points: &[Point]) -> Vec<(f64, f64)> {
    points.iter().map(|point| (point.x, point.y)).collect()
}

fn roc_on_powers_of_ten(level: &Level) -> Vec<Point> {
    let roc = level.curve.roc();
    roc.into_iter().map(|Point { x, y }| Point { x: x.log10().max(LOWEST_RATE), y }).collect()
}

fn key(entries: &[(&str, &str)]) -> String {
    let entries = entries.iter().map(|(class, text)| format!("<span><i class=\"{class}\"></i>{text}</span>"));
    format!("<p class=\"key\">{}</p>\n", entries.collect::<Vec<_>>().concat())
}

/// Draws how scores of user-days are spread, and whether probabilities come true.
pub(super) fn scores(detector: &Measured) -> String {
    let histogram = histogram(&detector.user_days).figure();
    let calibration = calibration(&detector.user_days).map_or_else(String::new, |plot| plot.figure());
    let key = key(&[("benign", "benign user-days"), ("attacked", "attacked user-days")]);
    format!("<div class=\"plots\">\n{histogram}{calibration}</div>\n{key}")
}

/// Bars of the share of benign and of attacked user-days at each score, side by side.
fn histogram(level: &Level) -> Plot {
    let steps = level.curve.steps();
    let (low, high) = match (steps.last(), steps.first()) {
        (Some(lowest), Some(highest)) if highest.score > lowest.score => (lowest.score, highest.score),
        _ => (0.0, 1.0),
    };
    let width = (high - low) / float(BARS);
    let mut bars = [[0.0; 2]; BARS];
    for step in steps {
        let bar = &mut bars[bar_of((step.score - low) / width)];
        bar[0] += step.benign / float(level.benign);
        bar[1] += step.attacks / float(level.attacked);
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
        x: Axis { range: low..high, name: "score by which user-days are ranked", label: |score| format!("{score:.1}") },
        y: Axis { range: 0.0..highest, name: "share of their kind", label: |share| format!("{share:.2}") },
        height: 360,
        shapes: shapes.collect(),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score is not below the lowest")]
fn bar_of(place: f64) -> usize {
    (place as usize).min(BARS - 1)
}

/// Draws what was said against what came true; the size of a bin is not seen, so empty ones are left out.
fn calibration(level: &Level) -> Option<Plot> {
    let bins = &level.probability.as_ref()?.bins;
    let points: Vec<_> = bins.iter().filter(|bin| bin.share > 0.0).map(|bin| (bin.said, bin.came_true)).collect();
    let dots = points.clone().into_iter().map(|place| Shape::Dot(OURS, place));
    let lines = [Shape::Line(OTHER, vec![(0.0, 0.0), (1.0, 1.0)]), Shape::Line(OURS, points)];
    Some(Plot {
        title: "Probabilities and what came true",
        x: SHARE.named("anomaly score"),
        y: SHARE.named("share of attacked user-days"),
        height: 360,
        shapes: lines.into_iter().chain(dots).collect(),
    })
}

/// Draws the recall of each kind of attack as bars.
pub(super) fn kinds(kinds: &[Kind]) -> String {
    let count = float(kinds.len());
    let shapes = kinds.iter().enumerate().flat_map(|(number, kind)| {
        let base = count - float(number) - 1.0;
        let loose = kind.recall_at_1_percent.unwrap_or_default();
        let strict = kind.recall_at_0_1_percent.unwrap_or_default();
        [
            Shape::Text(kind.name.clone(), (0.005, base + 0.9)),
            Shape::Bar(BENIGN, (0.0, base + 0.12), (loose, base + 0.52)),
            Shape::Bar(OURS, (0.0, base + 0.12), (strict, base + 0.52)),
        ]
    });
    let bar_height = 44;
    let plot = Plot {
        title: "Recall of attacked user-days",
        x: SHARE.named("share of attacked user-days above the threshold"),
        y: Axis { range: 0.0..count, name: "", label: |_| String::new() },
        height: 70 + bar_height * u32::try_from(kinds.len()).unwrap_or(u32::MAX / bar_height / 2),
        shapes: shapes.collect(),
    };
    plot.figure() + &key(&[("ours", "at 0.1 % false alarms"), ("benign", "more of them at 1 %")])
}

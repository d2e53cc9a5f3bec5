//! The drawings of a report.

use shared::metrics::Ranking;

use super::{Report, figures::Confusion, importance::Importance, learning::Stage, strangers::Strangers};
use crate::page::{
    drawings::{self, HEIGHT, SHARE, Units},
    plot::{ATTACKED, Axis, BENIGN, OTHER, OURS, Plot, Shape},
};

const EVENTS: Units = Units { benign: "share of benign events", attacked: "share of attacks' events" };
/// How many features are drawn.
const FEATURES: usize = 15;

/// All drawings.
pub(super) struct Drawings {
    pub(super) roc: Plot,
    pub(super) precision_recall: Plot,
    pub(super) calibration: Plot,
    pub(super) confusion: Plot,
    pub(super) scores: Plot,
    pub(super) importance: Plot,
    pub(super) learning_curve: Plot,
}

impl Drawings {
    pub(super) fn of(report: &Report, strangers: &Strangers) -> Self {
        let curve = Ranking::new(strangers.samples(|row| row.said, |_| true)).curve();
        let curves = [(OURS, &curve)];
        Self {
            roc: drawings::roc(EVENTS, &curves),
            precision_recall: drawings::precision_recall(EVENTS, &curves, None),
            calibration: drawings::calibration(
                "probability that is said",
                "share of attacks' events",
                &report.probability.bins,
            ),
            confusion: confusion(&report.confusion),
            scores: drawings::histogram("what the trees say", &curve),
            importance: importance(&report.importance),
            learning_curve: learning_curve(&report.learning_curve),
        }
    }

    /// Returns each drawing with the name of its file.
    pub(super) fn files(&self) -> [(&'static str, &Plot); 7] {
        [
            ("roc.svg", &self.roc),
            ("precision_recall.svg", &self.precision_recall),
            ("calibration.svg", &self.calibration),
            ("confusion.svg", &self.confusion),
            ("scores.svg", &self.scores),
            ("importance.svg", &self.importance),
            ("learning_curve.svg", &self.learning_curve),
        ]
    }
}

/// Draws four fields: attacks above and benign events below, the flagged ones left; bars are the share of their row.
fn confusion(confusion: &Confusion) -> Plot {
    let Confusion { found, missed, false_alarms, quiet, .. } = *confusion;
    let fields = [
        ("attack, flagged", ATTACKED, found, missed, (0.0, 1.0)),
        ("attack, not flagged", ATTACKED, missed, found, (1.0, 1.0)),
        ("benign, flagged", BENIGN, false_alarms, quiet, (0.0, 0.0)),
        ("benign, not flagged", BENIGN, quiet, false_alarms, (1.0, 0.0)),
    ];
    let shapes = fields.into_iter().flat_map(|(name, colour, events, others, (left, base))| {
        let share = events / (events + others);
        [
            Shape::Text(format!("{name}: {events:.0}"), (left + 0.02, base + 0.85)),
            Shape::Text(format!("{:.2} % of its row", share * 100.0), (left + 0.02, base + 0.72)),
            Shape::Bar(colour, (left + 0.02, base + 0.15), (left + 0.02 + 0.94 * share, base + 0.5)),
        ]
    });
    let unmarked = || Axis { range: 0.0..2.0, name: "", label: |_| String::new() };
    Plot {
        title: "What the default threshold flags",
        x: unmarked(),
        y: unmarked(),
        height: 260,
        shapes: shapes.collect(),
    }
}

/// Draws the most important features as bars.
fn importance(importance: &[Importance]) -> Plot {
    let most = &importance[..importance.len().min(FEATURES)];
    let highest = most.first().map_or(0.0, |first| first.pr_auc_lost.value).max(0.001);
    let row = |of: &Importance| (of.meaning.to_owned(), vec![(OURS, of.pr_auc_lost.value.max(0.0))]);
    let x = Axis { range: 0.0..highest * 1.05, name: "PR-AUC lost without it", label: |lost| format!("{lost:.3}") };
    drawings::bars("What the forest needs", x, &most.iter().map(row).collect::<Vec<_>>())
}

/// Draws how well forests do against the users they were taught by, with intervals.
fn learning_curve(stages: &[Stage]) -> Plot {
    let place = |stage: &Stage| (f64::from(stage.percent_of_users), stage.pr_auc.value);
    let interval = |stage: &Stage| {
        let x = f64::from(stage.percent_of_users);
        Shape::Line(OTHER, vec![(x, stage.pr_auc.low), (x, stage.pr_auc.high)])
    };
    let line = Shape::Line(OURS, stages.iter().map(place).collect());
    let dots = stages.iter().map(|stage| Shape::Dot(OURS, place(stage)));
    Plot {
        title: "More people to learn from",
        x: Axis { range: 0.0..105.0, name: "% of the users", label: |percent| format!("{percent:.0}") },
        y: SHARE.named("PR-AUC"),
        height: HEIGHT,
        shapes: stages.iter().map(interval).chain([line]).chain(dots).collect(),
    }
}

//! The plots of a report.

use shared::metrics::Ranking;

use super::{
    forest_metrics::Confusion, importance::Importance, learning_curve::LearningStage, metrics::TrainingMetrics,
    out_of_fold::OutOfFoldRows,
};
use crate::html_report::{
    charts::{self, HEIGHT, SHARE, UnitLabels},
    plot::{ATTACKED, Axis, BENIGN, OTHER, OURS, Plot, Shape},
};

const EVENTS: UnitLabels = UnitLabels { benign: "share of benign events", attacked: "share of attacks' events" };
/// Number of features in the plot of importances.
const FEATURES: usize = 15;

/// All plots.
pub(super) struct Plots {
    pub(super) roc: Plot,
    pub(super) precision_recall: Plot,
    pub(super) calibration: Plot,
    pub(super) confusion: Plot,
    pub(super) scores: Plot,
    pub(super) importance: Plot,
    pub(super) learning_curve: Plot,
}

impl Plots {
    pub(super) fn of(metrics: &TrainingMetrics, rows: &OutOfFoldRows) -> Self {
        let curve = Ranking::new(rows.samples(|row| row.prediction, |_| true)).curve();
        let curves = [(OURS, &curve)];
        Self {
            roc: charts::roc(EVENTS, &curves),
            precision_recall: charts::precision_recall(EVENTS, &curves, None),
            calibration: charts::calibration(
                "probability that is said",
                "share of attacks' events",
                &metrics.probability.bins,
            ),
            confusion: confusion(&metrics.confusion),
            scores: charts::histogram("what the trees say", &curve),
            importance: importance(&metrics.importance),
            learning_curve: learning_curve(&metrics.learning_curve),
        }
    }

    /// Returns each plot with the name of its file.
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

/// Draws a confusion matrix: attacks above and benign events below, flagged ones on the left. Bars are shares of a row.
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
    let row = |of: &Importance| (of.meaning.clone(), vec![(OURS, of.pr_auc_lost.value.max(0.0))]);
    let x = Axis { range: 0.0..highest * 1.05, name: "PR-AUC lost without it", label: |lost| format!("{lost:.3}") };
    charts::bars("What the forest needs", x, &most.iter().map(row).collect::<Vec<_>>())
}

/// Draws the average precision of forests against the share of the users that they were trained on, with intervals.
fn learning_curve(stages: &[LearningStage]) -> Plot {
    let place = |stage: &LearningStage| (f64::from(stage.percent_of_users), stage.pr_auc.value);
    let interval = |stage: &LearningStage| {
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

//! Metrics are equal to those of scikit-learn on a fixture, and have their mathematical properties on any rows.
#![cfg(not(target_arch = "wasm32"))]

use proptest::{collection::vec, prelude::*};
use serde::Deserialize;
use shared::metrics::{Curve, Interval, Point, Ranking, Reliability, Sample, draw};

/// Rows and their metrics by scikit-learn; `scripts/quality/metrics_fixture.py` writes the file.
static FIXTURE: &str = include_str!("fixtures/metrics.json");

#[derive(Deserialize)]
struct Fixture {
    plain: Figures,
    weighted: Figures,
    prevalence: f64,
    at_prevalence: Figures,
    precision_recall: Vec<(f64, f64)>,
    roc: Vec<(f64, f64)>,
    rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
struct Figures {
    roc_auc: f64,
    average_precision: f64,
    brier: f64,
    log_loss: f64,
    calibration_error: f64,
}

#[derive(Deserialize)]
struct Row {
    score: f64,
    probability: f64,
    is_attack: bool,
    weight: f64,
}

impl Fixture {
    fn read() -> Self {
        serde_json::from_str(FIXTURE).expect("the fixture has this form")
    }

    fn samples(&self, score: fn(&Row) -> f64, weight: fn(&Row) -> f64) -> Vec<Sample> {
        let sample =
            |row: &Row| Sample { score: score(row), is_attack: row.is_attack, weight: weight(row), cluster: 0 };
        self.rows.iter().map(sample).collect()
    }
}

fn unit(_: &Row) -> f64 {
    1.0
}

fn assert_near(ours: Option<f64>, theirs: f64, what: &str) {
    let ours = ours.expect("both classes are there");
    assert!((ours - theirs).abs() < 1e-9, "{what}: {ours}, where scikit-learn has {theirs}");
}

fn assert_figures(fixture: &Fixture, weight: fn(&Row) -> f64, prevalence: Option<f64>, theirs: &Figures) {
    let curve = Ranking::new(fixture.samples(|row| row.score, weight)).curve();
    assert_near(curve.roc_auc(), theirs.roc_auc, "ROC-AUC");
    assert_near(curve.average_precision(prevalence), theirs.average_precision, "average precision");
    let reliability = Reliability::of(&fixture.samples(|row| row.probability, weight));
    assert_near(reliability.brier(prevalence), theirs.brier, "Brier score");
    assert_near(reliability.log_loss(prevalence), theirs.log_loss, "log loss");
    let error = reliability.expected_calibration_error(prevalence);
    assert_near(error, theirs.calibration_error, "calibration error");
}

fn assert_points(ours: &[Point], theirs: &[(f64, f64)]) {
    assert_eq!(ours.len(), theirs.len());
    for (point, (x, y)) in ours.iter().zip(theirs) {
        assert!((point.x - x).abs() < 1e-9 && (point.y - y).abs() < 1e-9, "{point:?} for {x}, {y}");
    }
}

#[test]
fn metrics_and_curves_are_those_of_scikit_learn() {
    let fixture = Fixture::read();
    assert_figures(&fixture, unit, None, &fixture.plain);
    assert_figures(&fixture, |row| row.weight, None, &fixture.weighted);
    assert_figures(&fixture, unit, Some(fixture.prevalence), &fixture.at_prevalence);
    let curve = Ranking::new(fixture.samples(|row| row.score, unit)).curve();
    assert_points(&curve.precision_recall(None), &fixture.precision_recall);
    assert_points(&curve.roc(), &fixture.roc);
}

#[test]
fn a_false_positive_rate_is_never_exceeded() {
    let fixture = Fixture::read();
    let curve = Ranking::new(fixture.samples(|row| row.score, unit)).curve();
    let benign = curve.at_least(f64::NEG_INFINITY).benign;
    for fpr in [0.0, 0.001, 0.01, 0.1, 0.5, 1.0] {
        let threshold = curve.threshold_at_fpr(fpr).expect("some are benign");
        assert!(curve.above(threshold).benign <= benign * fpr, "{fpr}");
        assert!(curve.at_least(threshold).benign >= (benign * fpr).floor().min(benign), "{fpr}");
    }
}

#[test]
fn samples_that_tie_at_the_end_of_the_top_are_divided_in_proportion() {
    let curve = curve(&[(3.0, true), (2.0, true), (2.0, false), (1.0, false)]);
    assert_eq!(curve.top(1.0).precision, Some(1.0));
    assert_eq!(curve.top(2.0).precision, Some(0.75));
    assert_eq!(curve.top(2.0).recall, Some(0.75));
    assert_eq!(curve.top(9.0).weight, 4.0);
    assert_eq!(curve.top(0.0).precision, None);
    assert_eq!(curve.above(3.0).recall.map(f64::to_bits), Some(0), "zero is not minus zero");
}

#[test]
fn one_class_alone_has_no_metrics() {
    let curve = curve(&[(1.0, false), (2.0, false)]);
    assert_eq!((curve.roc_auc(), curve.average_precision(None), curve.recall_at_fpr(0.1)), (None, None, None));
    assert_eq!(Reliability::default().brier(None), None);
}

#[test]
fn a_draw_is_the_same_every_time_and_fair() {
    assert_eq!(draw(50, 1, 3), draw(50, 1, 3));
    assert_ne!(draw(50, 1, 3), draw(50, 1, 4));
    assert_eq!(draw(50, 1, 3).iter().sum::<f64>(), 50.0);
    let often = (0..1000).map(|number| draw(10, 1, number)[0]).sum::<f64>();
    assert!((900.0..1100.0).contains(&often), "{often}");
}

#[test]
fn the_interval_of_a_mean_has_the_width_of_the_normal_approximation() {
    let values: Vec<f64> = (0..400).map(f64::from).collect();
    let mean = |number| {
        let weights = draw(values.len(), 5, number);
        values.iter().zip(&weights).map(|(value, weight)| value * weight).sum::<f64>() / 400.0
    };
    let interval = Interval::of((0..1000).map(mean).collect()).expect("a thousand draws");
    let expected = 2.0 * 1.96 * 400.0 / 12.0_f64.sqrt() / 400.0_f64.sqrt();
    assert!(((interval.high - interval.low) / expected - 1.0).abs() < 0.1, "{interval:?} for a width of {expected}");
}

fn curve(scored: &[(f64, bool)]) -> Curve {
    let sample =
        |(score, is_attack): &(f64, bool)| Sample { score: *score, is_attack: *is_attack, weight: 1.0, cluster: 0 };
    Ranking::new(scored.iter().map(sample).collect()).curve()
}

/// Scores with ties, of both classes.
fn scored() -> impl Strategy<Value = Vec<(f64, bool)>> {
    vec((0..20_i32, any::<bool>()), 2..200)
        .prop_filter("both classes", |rows| rows.iter().any(|row| row.1) && rows.iter().any(|row| !row.1))
        .prop_map(|rows| rows.into_iter().map(|(score, is_attack)| (f64::from(score), is_attack)).collect())
}

proptest! {
    #[test]
    fn the_reversed_order_has_the_rest_of_the_area(rows in scored()) {
        let turned: Vec<_> = rows.iter().map(|(score, is_attack)| (-score, *is_attack)).collect();
        let sum = curve(&rows).roc_auc().zip(curve(&turned).roc_auc()).map(|(one, other)| one + other);
        prop_assert!(sum.is_some_and(|sum| (sum - 1.0).abs() < 1e-12), "{sum:?}");
    }

    #[test]
    fn only_the_order_of_scores_counts(rows in scored()) {
        let stretched: Vec<_> = rows.iter().map(|(score, is_attack)| (score.powi(3) + 1.0, *is_attack)).collect();
        let (one, other) = (curve(&rows), curve(&stretched));
        prop_assert_eq!(one.roc_auc(), other.roc_auc());
        prop_assert_eq!(one.average_precision(None), other.average_precision(None));
        prop_assert_eq!(one.recall_at_fpr(0.1), other.recall_at_fpr(0.1));
        prop_assert_eq!(one.top(7.0), other.top(7.0));
    }

    #[test]
    fn a_perfect_order_has_perfect_metrics_at_any_prevalence(rows in scored(), prevalence in 0.001..0.999_f64) {
        let perfect: Vec<_> = rows.iter().map(|(_, is_attack)| (f64::from(u8::from(*is_attack)), *is_attack)).collect();
        let curve = curve(&perfect);
        prop_assert_eq!(curve.average_precision(None), Some(1.0));
        prop_assert_eq!(curve.average_precision(Some(prevalence)), Some(1.0));
        prop_assert_eq!((curve.roc_auc(), curve.recall_at_fpr(0.0)), (Some(1.0), Some(1.0)));
    }

    #[test]
    fn a_cluster_drawn_twice_counts_as_if_its_samples_were_there_twice(rows in scored()) {
        let in_cluster = |cluster| move |(score, is_attack): &(f64, bool)| {
            Sample { score: *score, is_attack: *is_attack, weight: 1.0, cluster }
        };
        let (first, second) = rows.split_at(rows.len() / 2);
        let first: Vec<_> = first.iter().map(in_cluster(0)).collect();
        let second: Vec<_> = second.iter().map(in_cluster(1)).collect();
        let mut drawn = Curve::default();
        Ranking::new([first.clone(), second.clone()].concat()).resample(&[2.0, 1.0], &mut drawn);
        let repeated = Ranking::new([first.clone(), first, second].concat()).curve();
        prop_assert_eq!(drawn, repeated);
    }

    #[test]
    fn the_sums_of_clusters_are_those_of_all(rows in vec((0.0..=1.0_f64, any::<bool>(), 0..4_usize), 1..100)) {
        let samples: Vec<_> = rows
            .into_iter()
            .map(|(score, is_attack, cluster)| Sample { score, is_attack, weight: 1.0, cluster })
            .collect();
        let summed = Reliability::resample(&Reliability::of_clusters(&samples, 4), &[1.0; 4]);
        let whole = Reliability::of(&samples);
        for (one, other) in [
            (summed.brier(None), whole.brier(None)),
            (summed.expected_calibration_error(None), whole.expected_calibration_error(None)),
        ] {
            prop_assert!(one.zip(other).is_some_and(|(one, other)| (one - other).abs() < 1e-12), "{one:?} {other:?}");
        }
    }
}

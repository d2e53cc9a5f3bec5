//! LIME is equal to that of the Python package `lime` on its own draws, and its closed form to the mean of many draws.

use serde::Deserialize;
use shared::{
    explanation::lime::{ClosedFormLime, LimeFit, MOST_FEATURES, Moments, TabularStatistics, kernel, sampled, spread},
    forest::{Bins, Classifier, Isotonic, MOST_CUTS},
    random::SplitMix64,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Size, forest};

/// Rows, draws and linear models of the Python package `lime`; `scripts/parity/lime_reference.py` writes the file.
#[derive(Deserialize)]
struct Fixture {
    rows: Vec<Vec<f64>>,
    row: usize,
    condition: Vec<String>,
    statistics: Vec<Statistics>,
    ones: Vec<String>,
    outputs: Vec<f64>,
    models: Vec<PythonModel>,
}

#[derive(Deserialize)]
struct Statistics {
    frequency: Vec<f64>,
    mean: Vec<f64>,
    deviation: Vec<f64>,
    lowest: Vec<f64>,
    highest: Vec<f64>,
}

#[derive(Deserialize)]
struct PythonModel {
    most: usize,
    weights: Vec<(usize, f64)>,
    intercept: f64,
    r2: f64,
    local_prediction: f64,
}

/// Returns the fixture, or what the file in `UBA_LIME_REFERENCE` holds.
fn fixture() -> Fixture {
    let read = |file| std::fs::read_to_string(file).expect("the file of the environment");
    let text = std::env::var_os("UBA_LIME_REFERENCE").map_or(include_str!("../fixtures/lime.json").to_owned(), read);
    serde_json::from_str(&text).expect("the fixture's form")
}

fn assert_near(ours: f64, theirs: f64, what: &str) {
    assert!((ours - theirs).abs() < 1e-9, "{what}: {ours}, where lime has {theirs}");
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn the_statistics_of_rows_are_those_of_python_lime() {
    let fixture = fixture();
    let statistics = TabularStatistics::fit(&fixture.rows);
    for (feature, condition) in fixture.condition.iter().enumerate() {
        let value = fixture.rows[fixture.row][feature];
        assert_eq!(statistics.condition(feature, &feature.to_string(), value), *condition);
    }
    let ours = serde_json::to_value(&statistics).expect("plain data");
    for (feature, theirs) in fixture.statistics.iter().enumerate() {
        let bins = ours[feature]["bins"].as_array().expect("a list of bins");
        assert_eq!(bins.len(), theirs.mean.len());
        for (at, bin) in bins.iter().enumerate() {
            for (name, theirs) in [
                ("frequency", &theirs.frequency),
                ("mean", &theirs.mean),
                ("deviation", &theirs.deviation),
                ("lowest", &theirs.lowest),
                ("highest", &theirs.highest),
            ] {
                assert_near(bin[name].as_f64().expect("a number"), theirs[at], &format!("{name} of {feature}, {at}"));
            }
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn the_linear_models_of_limes_own_draws_are_those_of_python_lime() {
    let fixture = fixture();
    let columns = fixture.rows[0].len();
    let mut moments = Moments::of_columns(columns);
    for (ones, output) in fixture.ones.iter().zip(&fixture.outputs) {
        let set = ones.char_indices().map(|(column, one)| u64::from(one == '1') << column).sum::<u64>();
        let outside = u32::try_from(columns).expect("few") - set.count_ones();
        moments.add(set, kernel(columns, outside), *output);
    }
    assert_eq!(fixture.models.len(), 3);
    for theirs in fixture.models {
        let ours = moments.fit(theirs.most);
        let features = |weights: &[(usize, f64)]| weights.iter().map(|(feature, _)| *feature).collect::<Vec<_>>();
        assert_eq!(features(&ours.weights), features(&theirs.weights));
        for ((feature, weight), (_, of_python)) in ours.weights.iter().zip(&theirs.weights) {
            assert_near(*weight, *of_python, &format!("weight of {feature}"));
        }
        assert_near(ours.intercept, theirs.intercept, "intercept");
        assert_near(ours.r2.expect("outputs that differ"), theirs.r2, "R²");
        assert_near(ours.local_prediction(), theirs.local_prediction, "local prediction");
    }
}

/// Rows of features from 0 to 1, some of them unknown or of few values, and a classifier over them.
fn world() -> (Vec<Vec<f64>>, Classifier) {
    const FEATURES: usize = 8;
    let mut random = SplitMix64::of_state(5);
    let mut value = |feature: usize| match feature {
        0 => (random.share() * 3.0).floor() / 3.0,
        1 if random.share() < 0.2 => f64::NAN,
        2 => random.share().powi(4),
        _ => random.share(),
    };
    let rows: Vec<Vec<f64>> = (0..500).map(|_| (0..FEATURES).map(&mut value).collect()).collect();
    let cuts = |_| (1_u16..).map(|cut| f32::from(cut) / 255.0).take(MOST_CUTS).collect();
    let bins = Bins::new((0..FEATURES).map(|feature| (feature.to_string(), cuts(feature)))).expect("rising cuts");
    let forest = forest(&Size { trees: 10, leaves: 30, features: FEATURES }, &mut random);
    (rows, Classifier::new(bins, forest, Isotonic::fit(&[])))
}

#[expect(clippy::cast_possible_truncation, reason = "the precision of a feature")]
fn output(classifier: &Classifier, row: &[f64]) -> f64 {
    let features: Vec<f32> = row.iter().map(|value| *value as f32).collect();
    classifier.forest().probability(&classifier.bins().row(&features))
}

fn sampled_of(classifier: &Classifier, statistics: &TabularStatistics, row: &[f64], seed: u64) -> LimeFit {
    sampled(statistics, row, seed, |rows| rows.iter().map(|row| output(classifier, row)).collect())
}

#[test]
fn the_closed_form_is_the_mean_of_many_sampled_models() {
    const RUNS: u64 = 60;
    let (rows, classifier) = world();
    let statistics = TabularStatistics::fit(&rows);
    let closed_form = ClosedFormLime::of(&classifier, statistics.clone());
    for row in [&rows[0], &rows[1], rows.iter().find(|row| row[1].is_nan()).expect("an unknown value")] {
        let exact = closed_form.explain(row, output(&classifier, row));
        let runs: Vec<LimeFit> = (0..RUNS).map(|seed| sampled_of(&classifier, &statistics, row, seed)).collect();
        assert_eq!(exact.weights.len(), row.len());
        assert_eq!(exact.r2, None);
        let count = f64::from(u32::try_from(RUNS).expect("few"));
        for (feature, deviation) in spread(&runs) {
            let mean = runs.iter().map(|run| run.weight_of(feature)).sum::<f64>() / count;
            let standard_errors = (mean - exact.weight_of(feature)).abs() / (deviation / count.sqrt());
            assert!(standard_errors < 3.0, "feature {feature}: {standard_errors} standard errors");
            assert!((1e-4..0.05).contains(&deviation), "feature {feature}: {deviation}");
        }
    }
}

#[test]
fn the_closed_form_of_a_single_split_is_the_regression_by_hand() {
    use shared::forest::{Forest, Split, TreeNode};
    // One feature that is 0 or 1, each in half of the rows; the forest says 1 for 1. The event has 1.
    let rows: Vec<[f64; 1]> = (0..100_u8).map(|row| [f64::from(row % 2)]).collect();
    let leaf = |value| TreeNode { split: None, value, cover: 50 };
    let split = Some(Split { feature: 0, threshold: 0, left: 1 });
    let stump = vec![TreeNode { split, value: 0.0, cover: 100 }, leaf(0.0), leaf(1.0)];
    let bins = Bins::new([("bit".to_owned(), vec![0.5])]).expect("one cut");
    let classifier = Classifier::new(bins, Forest::of_trees(&[stump]).expect("a tree"), Isotonic::fit(&[]));
    let fit = ClosedFormLime::of(&classifier, TabularStatistics::fit(&rows)).explain(&[1.0], 1.0);
    // 1 + 4999/2 draws with z = 1 and y = 1, and 4999/2 with z = y = 0 and the weight of one feature outside.
    let (ones, zeros) = (1.0 + 4999.0 / 2.0, 4999.0 / 2.0 * kernel(1, 1));
    let variance = ones - ones * ones / (ones + zeros);
    let weight = variance / (variance + 1.0);
    assert!((fit.weight_of(0) - weight).abs() < 1e-12, "{:?}", fit.weights);
    assert!((fit.intercept - (1.0 - weight) * ones / (ones + zeros)).abs() < 1e-12);
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
    let (rows, classifier) = world();
    let statistics = TabularStatistics::fit(&rows);
    let of_seed = |seed| sampled_of(&classifier, &statistics, &rows[3], seed);
    assert_eq!(of_seed(7), of_seed(7));
    assert_ne!(of_seed(7), of_seed(8));
    let fit = of_seed(7);
    assert!(fit.r2.is_some_and(|r2| (0.05..0.95).contains(&r2)), "{:?}", fit.r2);
    assert!(fit.weights.len() <= MOST_FEATURES);
}

#[test]
fn unknown_values_are_a_bin_of_their_own() {
    let statistics = TabularStatistics::fit(&[[1.0, f64::NAN], [2.0, f64::NAN], [f64::NAN, f64::NAN], [4.0, f64::NAN]]);
    let condition = |feature, value| statistics.condition(feature, "x", value);
    assert_eq!(condition(0, f64::NAN), "x is unknown");
    assert_eq!(condition(0, 1.2), "x <= 1.50");
    assert_eq!(condition(0, 1.7), "1.50 < x <= 2.00");
    assert_eq!(condition(0, 9.0), "x > 3.00");
    assert_eq!([f64::NAN, 3.0].map(|value| condition(1, value)), ["x is unknown", "x is known"]);
}

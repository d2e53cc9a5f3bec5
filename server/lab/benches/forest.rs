//! The time that a forest takes to grow, and the average precision of its predictions for unseen users.
//!
//! `cargo bench --package lab --bench forest -- rows.csv` writes the rows too, for `scripts/quality/forest_sklearn.py`.

use std::{path::Path, time::Instant};

use lab::training::forest::{ForestParams, TrainingRow, grow};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use shared::{
    forest::Bins,
    metrics::{Ranking, Sample},
};

const FEATURES: usize = 45;
const ROWS: usize = 20_000;
const USERS: u32 = 400;
/// Number of users whose rows the forest is validated on.
const UNSEEN_USERS: u32 = USERS / 4;
const SEED: u64 = 1;

const PARAMS: ForestParams = ForestParams {
    trees: 200,
    max_depth: 12,
    max_leaf_nodes: 4096,
    min_samples_leaf: 5,
    max_features: 6,
    class_weight: None,
    seed: 1,
};

#[expect(clippy::print_stdout, reason = "a benchmark prints seconds")]
fn main() {
    let rows = rows(ROWS * 4 / 3);
    if let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) {
        write(&rows, Path::new(&path)).expect("the file can be written");
    }
    let (unseen, training): (Vec<TrainingRow>, Vec<_>) = rows.into_iter().partition(|row| row.user < UNSEEN_USERS);
    for params in [PARAMS, ForestParams { trees: 100, max_leaf_nodes: 64, ..PARAMS }] {
        let start = Instant::now();
        let grown = grow(&training, FEATURES, &params).expect("rows of both classes");
        let seconds = start.elapsed().as_secs_f64();
        let of_unseen = unseen.iter().map(|row| grown.forest.probability(&row.bins)).collect::<Vec<_>>();
        let out_of_fold =
            grown.out_of_fold.iter().map(|value| f64::from(value.unwrap_or_default())).collect::<Vec<_>>();
        println!(
            "{} trees of up to {} leaves, depth up to {}, {} rows x {FEATURES} features, {} threads: {seconds:.1} s; \
             PR-AUC {:.3} for unseen users, {:.3} out of fold",
            params.trees,
            params.max_leaf_nodes,
            params.max_depth,
            training.len(),
            rayon::current_num_threads(),
            average_precision(&of_unseen, &unseen),
            average_precision(&out_of_fold, &training),
        );
    }
}

fn average_precision(predictions: &[f64], rows: &[TrainingRow]) -> f64 {
    let sample = |(score, row): (&f64, &TrainingRow)| Sample {
        score: *score,
        is_attack: row.is_attack,
        weight: 1.0,
        cluster: 0,
    };
    let samples = predictions.iter().zip(rows).map(sample).collect();
    Ranking::new(samples).curve().average_precision(None).expect("both classes")
}

/// Returns made-up rows of users with habits of their own. One row in twenty belongs to an attack, of one of five kinds
/// that each shift a few features; one label in a hundred is wrong.
fn rows(count: usize) -> Vec<TrainingRow> {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let habits: Vec<Vec<f32>> = (0..USERS).map(|_| (0..FEATURES).map(|_| 0.7 * normal(&mut rng)).collect()).collect();
    let drawn: Vec<(u32, bool, Vec<f32>)> = (0..count)
        .map(|_| {
            let user = rng.random_range(0..USERS);
            let is_attack = rng.random_bool(0.05);
            let values = values(&habits[user as usize], is_attack, &mut rng);
            (user, is_attack ^ rng.random_bool(0.01), values)
        })
        .collect();
    let names: Vec<String> = (0..FEATURES).map(|feature| format!("feature_{feature}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let values: Vec<&[f32]> = drawn.iter().map(|(_, _, values)| values.as_slice()).collect();
    let bins = Bins::fit(&names, &values).expect("few features");
    let row = |(time, (user, is_attack, values)): (i64, &(u32, bool, Vec<f32>))| TrainingRow {
        bins: bins.row(values),
        is_attack: *is_attack,
        weight: 1.0,
        user: *user,
        time,
    };
    (0..).zip(&drawn).map(row).collect()
}

fn values(habits: &[f32], is_attack: bool, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let mut values: Vec<f32> = habits.iter().map(|habit| habit + normal(rng)).collect();
    if is_attack {
        let kind = rng.random_range(0..5) * 4;
        values[kind..kind + 4].iter_mut().for_each(|value| *value += 1.8);
    }
    values[40..].iter_mut().for_each(|value| *value = value.round()); // few values
    values[30..40].iter_mut().filter(|_| rng.random_bool(0.3)).for_each(|value| *value = f32::NAN);
    values
}

/// Draws from a bell curve of deviation 1.
fn normal(rng: &mut ChaCha8Rng) -> f32 {
    (0..12).map(|_| rng.random_range(-0.5..0.5_f32)).sum()
}

/// Writes bins, label and fold, which is 1 for the rows that the forest is validated on.
fn write(rows: &[TrainingRow], path: &Path) -> csv::Result<()> {
    let mut writer = csv::Writer::from_path(path)?;
    let features = (0..FEATURES).map(|feature| format!("feature_{feature}"));
    writer.write_record(features.chain(["label".to_owned(), "fold".to_owned()]))?;
    for row in rows {
        let flags = [u8::from(row.is_attack), u8::from(row.user < UNSEEN_USERS)];
        writer.write_record(row.bins[..FEATURES].iter().chain(&flags).map(u8::to_string))?;
    }
    Ok(writer.flush()?)
}

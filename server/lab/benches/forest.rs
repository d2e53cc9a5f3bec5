//! Seconds that a forest takes to grow, and how well it then judges people it does not know.
//!
//! `cargo bench --package lab --bench forest -- rows.csv` writes the rows too, for `scripts/quality/forest_sklearn.py`.

use std::{path::Path, time::Instant};

use lab::training::forest::{Lesson, Params, grow};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use shared::{
    forest::Bins,
    metrics::{Ranking, Sample},
};

const FEATURES: usize = 45;
const ROWS: usize = 20_000;
const USERS: u32 = 400;
/// Users whose rows the forest is judged by.
const STRANGERS: u32 = USERS / 4;
const SEED: u64 = 1;

const PARAMS: Params =
    Params { trees: 200, depth: 12, leaves: 4096, least_rows: 5, tried: 6, attack_share: None, seed: 1 };

#[expect(clippy::print_stdout, reason = "a benchmark prints seconds")]
fn main() {
    let lessons = lessons(ROWS * 4 / 3);
    if let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) {
        write(&lessons, Path::new(&path)).expect("the file can be written");
    }
    let (strangers, known): (Vec<Lesson>, Vec<_>) = lessons.into_iter().partition(|lesson| lesson.user < STRANGERS);
    for params in [PARAMS, Params { trees: 100, leaves: 64, ..PARAMS }] {
        let start = Instant::now();
        let grown = grow(&known, FEATURES, &params).expect("rows of both classes");
        let seconds = start.elapsed().as_secs_f64();
        let said = strangers.iter().map(|lesson| grown.forest.probability(&lesson.row)).collect::<Vec<_>>();
        let out_of_bag = grown.out_of_bag.iter().map(|said| f64::from(said.unwrap_or_default())).collect::<Vec<_>>();
        println!(
            "{} trees of up to {} leaves, depth up to {}, {} rows x {FEATURES} features, {} threads: {seconds:.1} s; \
             PR-AUC {:.3} of strangers, {:.3} out of the bag",
            params.trees,
            params.leaves,
            params.depth,
            known.len(),
            rayon::current_num_threads(),
            average_precision(&said, &strangers),
            average_precision(&out_of_bag, &known),
        );
    }
}

fn average_precision(said: &[f64], lessons: &[Lesson]) -> f64 {
    let sample = |(score, lesson): (&f64, &Lesson)| Sample {
        score: *score,
        is_attack: lesson.is_attack,
        weight: 1.0,
        cluster: 0,
    };
    let samples = said.iter().zip(lessons).map(sample).collect();
    Ranking::new(samples).curve().average_precision(None).expect("both classes")
}

/// Makes up rows of users who differ, one in twenty an attack's, of five kinds: each moves a few features, and one in a
/// hundred labels is wrong.
fn lessons(rows: usize) -> Vec<Lesson> {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let habits: Vec<Vec<f32>> = (0..USERS).map(|_| (0..FEATURES).map(|_| 0.7 * normal(&mut rng)).collect()).collect();
    let drawn: Vec<(u32, bool, Vec<f32>)> = (0..rows)
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
    let lesson = |(time, (user, is_attack, values)): (i64, &(u32, bool, Vec<f32>))| Lesson {
        row: bins.row(values),
        is_attack: *is_attack,
        weight: 1.0,
        user: *user,
        time,
    };
    (0..).zip(&drawn).map(lesson).collect()
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

/// Writes bins, label and fold: 1 for the rows that the forest is judged by.
fn write(lessons: &[Lesson], path: &Path) -> csv::Result<()> {
    let mut writer = csv::Writer::from_path(path)?;
    let features = (0..FEATURES).map(|feature| format!("feature_{feature}"));
    writer.write_record(features.chain(["label".to_owned(), "fold".to_owned()]))?;
    for lesson in lessons {
        let flags = [u8::from(lesson.is_attack), u8::from(lesson.user < STRANGERS)];
        writer.write_record(lesson.row[..FEATURES].iter().chain(&flags).map(u8::to_string))?;
    }
    Ok(writer.flush()?)
}

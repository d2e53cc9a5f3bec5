//! The time of the explanations of one event on one core, by the shipped model.

use std::{hint::black_box, time::Instant};

use shared::{
    engine::{InMemoryEngine, Scored},
    event::Event,
    explanation::TreeShap,
    features, formats,
    model::Model,
    profile::Limits,
};

static LOG: &[u8] = include_bytes!("../../server/assets/sample/activity.csv.gz");
/// The number of events of the log that go through the engine, and of those that are explained.
const EVENTS: usize = 20_000;
const EXPLAINED: usize = 500;

#[expect(clippy::print_stdout, reason = "a benchmark prints times")]
fn main() {
    let model = Model::shipped();
    let records = formats::read(LOG, None, None).take(EVENTS);
    let events: Vec<Event> = records.map(|record| record.event.expect("the log has no fault")).collect();
    let scored = InMemoryEngine::new(model.clone(), Limits::PRODUCT).observe(&events);
    let explained = &scored[EVENTS - EXPLAINED..];

    let classifier = model.forest.as_ref().expect("the shipped model has a classifier");
    let shap = TreeShap::of(classifier.forest());
    let row = |scored: &Scored| {
        let assessment = &scored.assessment;
        classifier.bins().row(&features::of(&assessment.inputs, &assessment.score.signals))
    };
    let rows: Vec<_> = explained.iter().map(row).collect();
    let background = &rows[..32];
    println!("TreeSHAP of the forest, one row: {}", times(&rows, |row| shap.contributions(row)));
    println!(
        "TreeSHAP of the forest against 32 rows: {}",
        times(&rows[..20], |row| shap.contributions_against(row, background))
    );
}

/// Returns the measured times of one call as text, in microseconds.
fn times<T, R>(inputs: &[T], explain: impl Fn(&T) -> R) -> String {
    let time = |input: &T| {
        let start = Instant::now();
        black_box(explain(black_box(input)));
        start.elapsed().as_secs_f64() * 1e6
    };
    let mut micros: Vec<f64> = inputs.iter().map(time).collect();
    micros.sort_by(f64::total_cmp);
    let at = |percent: usize| micros[(micros.len() - 1) * percent / 100];
    format!("{:.1} µs in the middle, {:.1} to {:.1} from 5 % to 95 %", at(50), at(5), at(95))
}

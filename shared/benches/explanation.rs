//! The time of the explanations of one event on one core, by the shipped model.

use std::{hint::black_box, sync::Arc, time::Instant};

use shared::{
    engine::{InMemoryEngine, Scored},
    event::Event,
    explanation::{
        Alternatives, Explainer, ExplanationRequest, Goal, LimeRequest, Reference, SentenceWriter, TreeShap,
        counterfactual,
        lime::{ClosedFormLime, TabularStatistics},
        seed_of,
    },
    features, formats,
    inputs::Inputs,
    model::Model,
    profile::Limits,
    scoring::row,
};

static LOG: &[u8] = include_bytes!("../../server/assets/sample/activity.csv.gz");
/// The number of events of the log that go through the engine, and of those that are explained.
const EVENTS: usize = 20_000;
const EXPLAINED: usize = 500;
/// The number of events whose explanation takes long.
const FEW: usize = 40;
const THRESHOLD: f64 = 0.7;
/// The number of events of a batch, and of those that get a linear model.
const BATCH: usize = 10_000;
const LINEAR_MODELS: usize = 200;

#[expect(clippy::print_stdout, reason = "a benchmark prints times")]
fn main() {
    let model = Model::shipped();
    let records = formats::read(LOG, None, None).take(EVENTS);
    let events: Vec<Event> = records.map(|record| record.event.expect("the log has no fault")).collect();
    let mut engine = InMemoryEngine::new(model.clone(), Limits::PRODUCT);
    let scored = engine.observe(&events);
    let explained = &scored[EVENTS - EXPLAINED..];
    let of_forest = forest_times(&model, explained);
    let of_score = score_times(&model, explained, &events[EVENTS - EXPLAINED..]);
    for (what, times) in of_forest.into_iter().chain(of_score) {
        println!("{what}: {times}");
    }
    println!("a batch of {BATCH} events: {}", batch_time(&model, &scored, &events));
    println!("counterfactual, three fields tried: {}", counterfactual_times(&engine, &events));
}

/// Measures the explanations of the forest alone.
fn forest_times(model: &Model, explained: &[Scored]) -> Vec<(&'static str, String)> {
    let classifier = model.forest.as_ref().expect("the shipped model has a classifier");
    let shap = TreeShap::of(classifier.forest());
    let rows: Vec<_> =
        explained.iter().map(|scored| row(classifier, inputs(scored), &scored.assessment.score.signals)).collect();
    let background = &rows[..32];
    let features_of = |scored: &Scored| features::of(inputs(scored), &scored.assessment.score.signals).map(f64::from);
    let features: Vec<_> = explained.iter().map(features_of).collect();
    let closed_form = ClosedFormLime::of(classifier, TabularStatistics::fit(&features));
    vec![
        ("TreeSHAP of the forest, one row", times(&rows, |row| shap.contributions(row))),
        (
            "TreeSHAP of the forest against 32 rows",
            times(&rows[..FEW], |row| shap.contributions_against(row, background)),
        ),
        ("LIME of the forest in closed form", times(&features, |row| closed_form.explain(row, 0.5))),
    ]
}

/// Measures the explanations of the anomaly score.
fn score_times(model: &Arc<Model>, explained: &[Scored], events: &[Event]) -> Vec<(&'static str, String)> {
    let prepared = Explainer::of(model.clone());
    let all: Vec<_> = explained.iter().map(|scored| *inputs(scored).values()).collect();
    let statistics = TabularStatistics::fit(&all);
    let attribute = |scored: &Scored| {
        prepared.attributions(inputs(scored), &model.calibration, &Reference::of_user(inputs(scored), model))
    };
    let few: Vec<(&Scored, u64)> = explained.iter().zip(events.iter().map(seed_of)).take(FEW).collect();
    vec![
        ("Shapley values of the anomaly score", times(explained, attribute)),
        (
            "LIME of the anomaly score, 5,000 draws",
            times(&few, |(scored, seed)| prepared.lime(inputs(scored), &model.calibration, &statistics, *seed)),
        ),
    ]
}

/// Measures the whole explanations of a batch as the API answers them: contributions and sentences of all events, and
/// linear models of some.
fn batch_time(model: &Arc<Model>, scored: &[Scored], events: &[Event]) -> String {
    let prepared = Explainer::of(model.clone());
    let batch = || events.iter().zip(scored).skip(events.len() - BATCH);
    let rows: Vec<_> = scored[..1000].iter().map(|scored| *inputs(scored).values()).collect();
    let statistics = TabularStatistics::fit(&rows);
    let (started, before) = (Instant::now(), processor_seconds());
    for (number, (event, scored)) in batch().enumerate() {
        let lime = (number < LINEAR_MODELS).then_some(LimeRequest { statistics: &statistics, runs: 1 });
        black_box(prepared.explain(ExplanationRequest {
            writer: SentenceWriter::of(event, &scored.assessment),
            is_anomaly: scored.assessment.anomaly_score() >= THRESHOLD,
            calibration: &model.calibration,
            reference: &Reference::of_user(inputs(scored), model),
            lime,
            counterfactual: None,
        }));
    }
    let processor = before.zip(processor_seconds()).map_or(f64::NAN, |(before, after)| after - before);
    let seconds = started.elapsed().as_secs_f64();
    format!("{seconds:.2} s, {processor:.2} s of the processor, {LINEAR_MODELS} linear models among them")
}

/// Measures the search for a change that would make an ordinary event rarer than any, so that all changes are tried.
fn counterfactual_times(engine: &InMemoryEngine, events: &[Event]) -> String {
    let few: Vec<&Event> = events.iter().rev().step_by(7).take(FEW).collect();
    times(&few, |event| {
        let profile = engine.profile(&event.user).expect("a user of the log");
        let score = |changed: &Event| engine.engine().score(changed, profile).anomaly_score().min(THRESHOLD / 2.0);
        counterfactual(event, &Alternatives::of(Goal::Anomaly, event, profile, &events[..100]), THRESHOLD, score)
    })
}

fn inputs(scored: &Scored) -> &Inputs {
    &scored.assessment.inputs
}

/// Returns the measured times of one call as text, in microseconds.
fn times<T, R>(inputs: &[T], explain: impl Fn(&T) -> R) -> String {
    let time = |input: &T| {
        let start = Instant::now();
        black_box(explain(black_box(input)));
        start.elapsed().as_secs_f64() * 1e6
    };
    let before = processor_seconds();
    let mut micros: Vec<f64> = inputs.iter().map(time).collect();
    let processor = before.zip(processor_seconds()).map_or(f64::NAN, |(before, after)| after - before);
    micros.sort_by(f64::total_cmp);
    let at = |percent: usize| micros[(micros.len() - 1) * percent / 100];
    #[expect(clippy::cast_precision_loss, reason = "there are few calls")]
    let of_processor = processor * 1e6 / inputs.len() as f64;
    let (low, middle, high) = (at(5), at(50), at(95));
    format!(
        "{middle:.1} µs in the middle, {low:.1} to {high:.1} from 5 % to 95 %; {of_processor:.1} µs of the processor"
    )
}

/// Returns the time that the thread has had on a processor, which is the same however busy the machine is; none where
/// the system does not tell.
fn processor_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

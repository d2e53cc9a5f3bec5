//! The speed of the detector on one core (score, explain, learn): events per second for a whole log, with and without
//! the attack classifier, and the time per event.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use shared::{
    engine::InMemoryEngine,
    event::Event,
    formats,
    model::Model,
    notices::Notices,
    population::EPOCH,
    profile::{Limits, Profile},
};

static LOG: &[u8] = include_bytes!("../../server/assets/sample/activity.csv.gz");
const RUNS: usize = 7;

#[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark prints rates")]
fn main() {
    let events: Vec<Event> =
        formats::read(LOG, None, None).map(|record| record.event.expect("the log has no fault")).collect();
    let shipped = Model::shipped();
    let unclassified = Arc::new(Model { forest: None, ..Model::clone(&shipped) });
    for (name, model) in [("with the classifier", &shipped), ("without it", &unclassified)] {
        let mut rates: Vec<f64> =
            (0..RUNS).map(|_| events.len() as f64 / time_of_all(&events, model).as_secs_f64()).collect();
        rates.sort_by(f64::total_cmp);
        println!(
            "detector {name}, one core, {} events: {:.0} events/s (median of {RUNS}; {:.0} to {:.0})",
            events.len(),
            rates[RUNS / 2],
            rates[0],
            rates[RUNS - 1]
        );
    }
    let mut times = times_of_each(&events, &shipped);
    times.sort_unstable();
    let quantile = |parts: usize| times[times.len() * parts / 1000].as_secs_f64() * 1e6;
    println!(
        "detector, one event: {:.1} us in the middle, {:.1} us at 99 %, {:.1} us at 99.9 %",
        quantile(500),
        quantile(990),
        quantile(999)
    );
    let share = share_of_notices(&events, &shipped);
    println!("notices take {:.2} % of the time in which an epoch is scored", share * 100.0);
    let alone = events_scored_alone(&events, &shipped) as f64 / events.len() as f64;
    println!("detector, events of a nearly full profile, which are scored one by one: {:.0} %", alone * 100.0);
}

fn time_of_all(events: &[Event], model: &Arc<Model>) -> Duration {
    let mut engine = InMemoryEngine::new(Arc::clone(model), Limits::PRODUCT);
    let start = Instant::now();
    for epoch in events.chunks(EPOCH) {
        std::hint::black_box(engine.observe(epoch));
    }
    start.elapsed()
}

/// Returns the time in which notices learn from all events, as a share of that in which the events are scored.
fn share_of_notices(events: &[Event], model: &Arc<Model>) -> f64 {
    let mut engine = InMemoryEngine::new(Arc::clone(model), Limits::PRODUCT);
    let (mut notices, mut scoring, mut noticing) = (Notices::default(), Duration::ZERO, Duration::ZERO);
    let mut later = events;
    while !later.is_empty() {
        let (epoch, rest) = later.split_at(engine.engine().room().min(later.len()));
        let (of_all, mut shards) = engine.parts();
        let start = Instant::now();
        let observed = of_all.observe(&epoch.iter().collect::<Vec<_>>(), &mut shards);
        scoring += start.elapsed();
        let start = Instant::now();
        for (event, (scored, contribution)) in epoch.iter().zip(&observed) {
            notices.add(event, &scored.assessment.context, &contribution.first_of_day);
        }
        noticing += start.elapsed();
        engine.commit(observed.into_iter().map(|(_, contribution)| contribution));
        later = rest;
    }
    noticing.as_secs_f64() / scoring.as_secs_f64()
}

/// Counts the events whose user's profile is nearly full before them.
fn events_scored_alone(events: &[Event], model: &Arc<Model>) -> usize {
    let mut engine = InMemoryEngine::new(Arc::clone(model), Limits::PRODUCT);
    let is_alone = |event: &&Event| {
        let is_nearly_full = engine.profile(&event.user).is_some_and(Profile::is_nearly_full);
        engine.observe(std::slice::from_ref(*event));
        is_nearly_full
    };
    events.iter().filter(is_alone).count()
}

/// Times each event alone, with the end of the epoch where the event ends one.
fn times_of_each(events: &[Event], model: &Arc<Model>) -> Vec<Duration> {
    let mut engine = InMemoryEngine::new(Arc::clone(model), Limits::PRODUCT);
    let time = |event: &Event| {
        let start = Instant::now();
        std::hint::black_box(engine.observe(std::slice::from_ref(event)));
        start.elapsed()
    };
    events.iter().map(time).collect()
}

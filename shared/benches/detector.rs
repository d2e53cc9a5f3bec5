//! The detector on one core: assess, say why where it is notable, learn. Events a second, and the time of one event.

use std::time::{Duration, Instant};

use shared::{
    detector::{Detector, shard_of},
    event::Event,
    formats,
    model::Model,
    population::EPOCH,
    profile::Limits,
};

static LOG: &[u8] = include_bytes!("../../server/assets/sample/activity.csv.gz");
const RUNS: usize = 7;

#[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark prints rates")]
fn main() {
    let events: Vec<Event> =
        formats::read(LOG, None, None).map(|record| record.event.expect("the log has no fault")).collect();
    let mut rates: Vec<f64> = (0..RUNS).map(|_| events.len() as f64 / time_of_all(&events).as_secs_f64()).collect();
    rates.sort_by(f64::total_cmp);
    println!(
        "detector, one core, {} events: {:.0} events/s (median of {RUNS}; {:.0} to {:.0})",
        events.len(),
        rates[RUNS / 2],
        rates[0],
        rates[RUNS - 1]
    );
    let mut times = times_of_each(&events);
    times.sort_unstable();
    let quantile = |parts: usize| times[times.len() * parts / 1000].as_secs_f64() * 1e6;
    println!(
        "detector, one event: {:.1} us in the middle, {:.1} us at 99 %, {:.1} us at 99.9 %",
        quantile(500),
        quantile(990),
        quantile(999)
    );
}

fn time_of_all(events: &[Event]) -> Duration {
    let mut detector = Detector::new(Model::shipped(), Limits::PRODUCT);
    let start = Instant::now();
    for epoch in events.chunks(EPOCH) {
        std::hint::black_box(detector.observe(epoch, EPOCH));
    }
    start.elapsed()
}

/// Times each event alone; what ends an epoch is not of one event.
fn times_of_each(events: &[Event]) -> Vec<Duration> {
    let mut detector = Detector::new(Model::shipped(), Limits::PRODUCT);
    let mut times = Vec::with_capacity(events.len());
    for epoch in events.chunks(EPOCH) {
        let (model, population, shards) = detector.parts();
        let mut contributions = Vec::with_capacity(EPOCH);
        for event in epoch {
            let start = Instant::now();
            let (scored, contribution) = shards[shard_of(&event.user)].observe(event, population, model);
            times.push(start.elapsed());
            std::hint::black_box(scored);
            contributions.push(contribution);
        }
        detector.end_epoch(contributions);
    }
    times
}

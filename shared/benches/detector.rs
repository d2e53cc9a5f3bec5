//! Events a second of the detector on one core: assess, say why where it is notable, learn.

use std::time::Instant;

use shared::{
    detector::{Detector, EPOCH},
    event::Event,
    formats,
    model::Model,
    profile::Limits,
};

static LOG: &[u8] = include_bytes!("../../server/assets/sample/activity.csv.gz");
const RUNS: usize = 7;

#[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark prints rates")]
fn main() {
    let events: Vec<Event> =
        formats::read(LOG, None, None).map(|record| record.event.expect("the log has no fault")).collect();
    let mut rates: Vec<f64> = (0..RUNS)
        .map(|_| {
            let mut detector = Detector::new(Model::shipped(), Limits::PRODUCT);
            let start = Instant::now();
            for epoch in events.chunks(EPOCH) {
                std::hint::black_box(detector.observe(epoch, EPOCH));
            }
            events.len() as f64 / start.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    println!(
        "detector, one core, {} events: {:.0} events/s (median of {RUNS}; {:.0} to {:.0})",
        events.len(),
        rates[RUNS / 2],
        rates[0],
        rates[RUNS - 1]
    );
}

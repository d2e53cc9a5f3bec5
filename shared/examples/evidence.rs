//! Prints three numbers for every event of a log: identity evidence in bits, bulk activity, and the total rarity.
//! `scripts/quality` compares them with those of the reference detector.
//!
//! `evidence MODEL exact|shipped < LOG`: MODEL is a model as JSON; the log is in order of time. With `exact`, epochs
//! have one event and profiles have full precision and no limits; with `shipped`, both are those of the product.

use std::{
    env, fs,
    io::{self, BufWriter, Write},
    sync::Arc,
};

use shared::{
    engine::InMemoryEngine, event::Event, formats, model::Model, population::EPOCH, profile::Limits, signals::Signal,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [file, mode] = arguments.as_slice() else {
        return Err("name the file of the model, and exact or shipped".into());
    };
    let model: Model = serde_json::from_slice(&fs::read(file)?)?;
    let (limits, epoch) = if mode == "exact" { (Limits::NONE, 1) } else { (Limits::PRODUCT, EPOCH) };
    let events = formats::read(io::stdin().lock(), None, None).map(|record| record.event);
    let events: Vec<Event> = events.collect::<Result<_, _>>()?;
    let mut engine = InMemoryEngine::new(Arc::new(model), limits).with_longest_epoch(epoch);
    let mut out = BufWriter::new(io::stdout().lock());
    for scored in engine.observe(&events) {
        let score = scored.assessment.score;
        let [identity, bulk] = [Signal::Identity, Signal::BulkActivity].map(|signal| score.signals[signal]);
        writeln!(out, "{identity:.12},{bulk:.12},{:.9}", score.log10_rarity.total)?;
    }
    Ok(out.flush()?)
}

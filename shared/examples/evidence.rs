//! Prints what the detector says of every event of a log: identity and mass evidence in bits, and the rarity that all
//! evidence comes to. What `scripts/quality` compares with the reference detector, and with the detector as shipped.
//!
//! `evidence MODEL exact|shipped < LOG`: MODEL is a model as JSON; the log is in order of time. `exact` is an epoch of
//! one event, full precision and nothing forgotten.

use std::{
    env, fs,
    io::{self, BufWriter, Write},
    sync::Arc,
};

use shared::{
    calibration::Signal, detector::Detector, event::Event, formats, model::Model, population::EPOCH, profile::Limits,
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
    let mut detector = Detector::new(Arc::new(model), limits);
    let mut out = BufWriter::new(io::stdout().lock());
    for scored in detector.observe(&events, epoch) {
        let assessment = scored.assessment;
        let [identity, mass] = [Signal::Identity, Signal::Mass].map(|signal| assessment.signal(signal));
        writeln!(out, "{identity:.12},{mass:.12},{:.9}", assessment.rarity.total)?;
    }
    Ok(out.flush()?)
}

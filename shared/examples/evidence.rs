//! Prints the identity and the mass evidence of every event of a log, in full precision and with nothing forgotten:
//! what `scripts/quality/prototype.py` compares with the reference detector.
//!
//! `evidence WEIGHTS < LOG`: WEIGHTS is the `weights` part of a model, as JSON; the log is in order of time.

use std::{
    env, fs,
    io::{self, BufWriter, Write},
    sync::Arc,
};

use shared::{
    calibration::Signal,
    detector::Detector,
    event::Event,
    formats,
    model::{Model, Weights},
    profile::Limits,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = env::args().nth(1).ok_or("name the file of the weights")?;
    let weights: Weights = serde_json::from_slice(&fs::read(file)?)?;
    let events = formats::read(io::stdin().lock(), None, None).map(|record| record.event);
    let events: Vec<Event> = events.collect::<Result<_, _>>()?;
    let mut detector = Detector::new(Arc::new(Model::uncalibrated(weights)), Limits::NONE);
    let mut out = BufWriter::new(io::stdout().lock());
    for scored in detector.observe(&events, 1) {
        writeln!(
            out,
            "{:.12},{:.12}",
            scored.assessment.signal(Signal::Identity),
            scored.assessment.signal(Signal::Mass)
        )?;
    }
    Ok(out.flush()?)
}

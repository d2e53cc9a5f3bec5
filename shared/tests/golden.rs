//! Scores are equal to the bit natively and in the browser: both are compared with one recorded list.
//!
//! The list begins with a digest over every event of the sample log, so that no score, p-value, risk or sentence
//! changes unnoticed. A thousand events from late in the log, when the users are known, follow in full: half of them at
//! regular distances, half of them with reasons.

use shared::{
    engine::{InMemoryEngine, Scored},
    event::Event,
    formats,
    hash::hash_bytes,
    model::Model,
    profile::Limits,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test;

static LOG: &[u8] = include_bytes!("../../server/assets/sample/activity.csv.gz");
static RECORDED: &str = include_str!("golden/scores.txt");
/// The number of events in each half of the list.
const HALF: usize = 500;
/// The distance of the events that are listed at regular distances.
const DISTANCE: usize = 80;

/// Returns the line of an event: score, p-value and risk by their bits, and the reasons.
fn line((index, scored): (usize, &Scored)) -> String {
    let Scored { assessment, reasons, .. } = scored;
    let numbers = [assessment.anomaly_score(), assessment.p_value(), assessment.user_risk()];
    let [score, p_value, risk] = numbers.map(f64::to_bits);
    let sentences: Vec<_> = reasons.told.iter().map(|reason| reason.sentence.as_str()).collect();
    format!("{index} {score:016x} {p_value:016x} {risk:016x} {}", sentences.join("; "))
}

/// Returns the lines of the list for the sample log.
fn lines() -> Vec<String> {
    let events: Vec<Event> =
        formats::read(LOG, None, None).map(|record| record.event.expect("the log has no fault")).collect();
    let scored = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT).observe(&events);
    let all: Vec<String> = scored.iter().enumerate().map(line).collect();
    let digest = hash_bytes(all.join("\n").as_bytes());
    let late = all.len() - HALF * DISTANCE;
    let regular = all[late..].iter().step_by(DISTANCE);
    let with_reasons =
        all.iter().zip(&scored).filter(|(_, scored)| !scored.reasons.told.is_empty()).map(|(line, _)| line);
    let mut last_with_reasons: Vec<_> = with_reasons.rev().take(HALF).collect();
    last_with_reasons.reverse();
    let digest = format!("{} events, digest {digest:016x}", all.len());
    [digest].into_iter().chain(regular.chain(last_with_reasons).map(|line| line.trim_end().to_owned())).collect()
}

/// With `UPDATE_GOLDEN` in the environment, the test records the list again and fails.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn every_score_of_the_sample_log_is_the_recorded_one_to_the_bit() {
    let lines = lines();
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/scores.txt");
        std::fs::write(path, lines.join("\n") + "\n").expect("the list can be written");
        panic!("the list was recorded again: look at the difference and run the test again");
    }
    let recorded: Vec<_> = RECORDED.lines().collect();
    assert_eq!(recorded.len(), 1 + 2 * HALF);
    let different = lines[1..].iter().zip(&recorded[1..]).find(|(line, recorded)| line != recorded);
    assert_eq!(different, None, "the first event of the list that is scored differently");
    assert_eq!(lines[0], recorded[0], "an event outside the list is scored differently");
}

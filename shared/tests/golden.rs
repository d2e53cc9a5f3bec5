//! The same scores, to the bit, natively and in the browser: both are held to one recorded list.

use shared::{detector::Detector, event::Event, formats, model::Model, population::EPOCH, profile::Limits};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test;

static LOG: &[u8] = include_bytes!("../../server/assets/sample/activity.csv.gz");
static RECORDED: &str = include_str!("golden/scores.txt");
const EVENTS: usize = 1000;

fn scores() -> Vec<String> {
    let events: Vec<Event> =
        formats::read(LOG, None, None).map(|record| record.event.expect("the log has no fault")).take(EVENTS).collect();
    let scored = Detector::new(Model::shipped(), Limits::PRODUCT).observe(&events, EPOCH);
    scored.iter().map(|scored| format!("{:016x}", scored.assessment.anomaly_score().to_bits())).collect()
}

/// Records the list anew where the environment says `UPDATE_GOLDEN`.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn a_thousand_scores_are_the_recorded_ones_to_the_bit() {
    let scores = scores();
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/scores.txt");
        std::fs::write(path, scores.join("\n") + "\n").expect("the list can be written");
        return;
    }
    let recorded: Vec<_> = RECORDED.lines().collect();
    assert_eq!(recorded.len(), EVENTS);
    let different = scores.iter().zip(&recorded).position(|(score, recorded)| score != recorded);
    assert_eq!(different, None, "the first event whose score differs");
}

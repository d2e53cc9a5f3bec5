//! Three scenarios that every detector must get right, natively and in the browser: a login in business hours is
//! normal, an administrative act at night after failed attempts is not, and neither is a large download from an unusual
//! place.

use shared::{engine::InMemoryEngine, event::Event, formats, model::Model, profile::Limits};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test;

static MONTH: &[u8] = include_bytes!("fixtures/scenarios/month.csv");
static SCENARIOS: &[u8] = include_bytes!("fixtures/scenarios/events.csv");
const THRESHOLD: f64 = 0.7;
const IS_ANOMALY: [bool; 3] = [false, true, true];

fn events(csv: &'static [u8]) -> Vec<Event> {
    formats::read(csv, None, None).map(|record| record.event.expect("the file has no fault")).collect()
}

/// Returns whether each scenario is an anomaly after the `history`.
fn verdicts(history: &[Event], scenarios: &[Event]) -> Vec<bool> {
    let verdict = |scenario: &Event| {
        let mut engine = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
        engine.observe(history);
        let scored = engine.observe(std::slice::from_ref(scenario));
        scored[0].assessment.anomaly_score() >= THRESHOLD
    };
    scenarios.iter().map(verdict).collect()
}

fn by_a_new_user(events: Vec<Event>) -> Vec<Event> {
    events.into_iter().map(|event| Event { user: "zoe".parse().expect("a valid id"), ..event }).collect()
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn scenarios_are_right_without_any_history() {
    assert_eq!(verdicts(&[], &events(SCENARIOS)), IS_ANOMALY);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn scenarios_are_right_after_a_month() {
    assert_eq!(verdicts(&events(MONTH), &events(SCENARIOS)), IS_ANOMALY);
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn scenarios_of_a_new_user_are_right_after_a_month_of_others() {
    assert_eq!(verdicts(&events(MONTH), &by_a_new_user(events(SCENARIOS))), IS_ANOMALY);
}

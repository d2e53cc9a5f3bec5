//! Evidence files: computed again to the byte, and what was changed in one is named.

use std::sync::Arc;

use serde_json::Value;
use shared::{
    engine::InMemoryEngine,
    event::Event,
    evidence::{Difference, EvidenceFile, EvidenceSource, Unverifiable, Verification},
    explanation::{Explainer, lime::TabularStatistics},
    formats,
    model::Model,
    profile::{Limits, Profile},
    scored_event::ScoredEvent,
};

static LOG: &[u8] = include_bytes!("../../server/assets/sample/activity.csv.gz");
/// The number of events before those whose evidence is taken.
const EVENTS: usize = 12_000;

/// Returns the engine after many events, the events that follow, and the statistics of inputs.
fn later() -> (InMemoryEngine, Vec<Event>, TabularStatistics) {
    let records = formats::read(LOG, None, None).take(EVENTS + 600);
    let mut events: Vec<Event> = records.map(|record| record.event.expect("the log has no fault")).collect();
    let later = events.split_off(EVENTS);
    let mut engine = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
    let rows: Vec<[f64; _]> =
        engine.observe(&events)[EVENTS - 500..].iter().map(|scored| *scored.assessment.inputs.values()).collect();
    (engine, later, TabularStatistics::fit(&rows))
}

/// Returns the evidence of an event by the state before it.
fn evidence(
    in_memory: &InMemoryEngine,
    explainer: &Explainer,
    event: &Event,
    statistics: Option<&TabularStatistics>,
    has_state: bool,
) -> EvidenceFile {
    let unknown = Profile::new(Limits::PRODUCT);
    let (engine, profile) = (in_memory.engine(), in_memory.profile(&event.user).unwrap_or(&unknown));
    let version = engine.model().version().into();
    let scored = ScoredEvent::of(event.clone(), &engine.assess(event, profile), 0.7, event.time, &version);
    let before = has_state.then_some((profile, engine.population()));
    EvidenceFile::of(&scored, &EvidenceSource { explainer, calibration: engine.calibration(), statistics, before })
}

#[test]
fn evidence_is_computed_again_to_the_byte_from_the_inputs_and_from_the_profile() {
    let (engine, later, statistics) = later();
    let explainer = Explainer::of(Model::shipped());
    let mut with_reasons = 0;
    for (number, event) in later.iter().enumerate() {
        let has_state = number % 2 == 0;
        let statistics = (number % 60 == 0).then_some(&statistics);
        let evidence = evidence(&engine, &explainer, event, statistics, has_state);
        with_reasons += usize::from(!evidence.prediction.reasons.is_empty());
        let verified = EvidenceFile::verify(&evidence.to_json(), Model::shipped()).expect("it can be verified");
        assert_eq!(verified, Verification::Reproduced { from_profile: has_state }, "{event:?}");
    }
    assert!(with_reasons > 5, "{with_reasons} events have reasons");
}

#[test]
fn what_was_changed_in_a_file_is_named() {
    let (engine, later, _) = later();
    let explainer = Explainer::of(Model::shipped());
    let file = evidence(&engine, &explainer, &later[0], None, true).to_json();
    let pointers = |file: &str| match EvidenceFile::verify(file, Model::shipped()).expect("it can be verified") {
        Verification::Differs(differences) => {
            differences.into_iter().map(|Difference { pointer, .. }| pointer).collect::<Vec<_>>()
        }
        Verification::Reproduced { .. } => Vec::new(),
    };
    let changed = |pointer: &str, value: Value| {
        let mut content: Value = serde_json::from_str(&file).expect("JSON");
        *content.pointer_mut(pointer).expect("a field") = value;
        let evidence: EvidenceFile = serde_json::from_value(content).expect("still an evidence file");
        evidence.to_json()
    };
    let score = changed("/prediction/anomaly_score", 0.5.into());
    assert!(pointers(&score).contains(&"/prediction/anomaly_score".to_owned()));
    let risk = changed("/prediction/user_risk", 77.0.into());
    assert!(pointers(&risk).contains(&"/prediction/user_risk".to_owned()));
    let input = changed("/inputs/0/value", 3.0.into());
    assert!(pointers(&input).contains(&"/inputs/0/value".to_owned()));
    let time = changed("/prediction/prediction_time", "2020-01-01T00:00:00Z".into());
    assert_eq!(pointers(&time), ["/sha256"], "what nothing tells is guarded by the hash");
    assert_eq!(pointers(&file.replace("  ", " ")), [""], "another form of the same content");
    assert_eq!(pointers(&file), [""; 0]);
}

#[test]
fn a_file_of_another_model_or_format_or_that_is_damaged_is_refused() {
    let (engine, later, _) = later();
    let file = evidence(&engine, &Explainer::of(Model::shipped()), &later[0], None, false).to_json();
    let other = Arc::new(Model { forest: None, ..Model::clone(&Model::shipped()) });
    let refusal = |file: &str, model: Arc<Model>| EvidenceFile::verify(file, model).expect_err("a refusal").to_string();
    let message = refusal(&file, other);
    assert!(message.starts_with(&format!("the event was scored by the model {}", Model::shipped().version())));
    let newer = file.replacen("\"format\": 1", "\"format\": 2", 1);
    assert_eq!(refusal(&newer, Model::shipped()), "it has format 2, this program knows format 1");
    let renamed = file.replacen(r#""name": "action_bits""#, r#""name": "deed_bits""#, 1);
    assert!(refusal(&renamed, Model::shipped()).starts_with("the inputs are not those of this program: deed_bits"));
    let damaged = EvidenceFile::verify(&file[..file.len() / 2], Model::shipped());
    assert!(matches!(damaged, Err(Unverifiable::NoEvidence(_))));
}

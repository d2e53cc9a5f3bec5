//! The whole explanation of an event, as it is sent.

use serde_json::Value;
use shared::{
    engine::{InMemoryEngine, Scored},
    event::Event,
    explanation::{
        Alternatives, Explainer, Explanation, ExplanationRequest, Goal, LimeRequest, Reference, SentenceWriter,
        ShapValue, counterfactual, lime::TabularStatistics, seed_of,
    },
    formats,
    model::Model,
    profile::Limits,
};

const THRESHOLD: f64 = 0.7;

/// Returns three weeks of ordinary work, and then a night of deletions.
fn events() -> Vec<Event> {
    let work = (1..=21).flat_map(|day| {
        let view = move |hour| format!("ann,2024-01-{day:02}T{hour:02}:00:00Z,view,Berlin,success,crm/accounts");
        [9, 11, 14].map(view)
    });
    let night = (10..40).map(|second| format!("ann,2024-01-22T03:00:{second}Z,delete,Lima,success,payroll/{second}"));
    let head = "user_id,timestamp,action_type,location,outcome,resource_id".to_owned();
    let log = [head].into_iter().chain(work).chain(night).collect::<Vec<_>>().join("\n");
    formats::read(log.as_bytes(), None, None).map(|record| record.event.expect("a valid event")).collect()
}

/// Explains the last of the events.
fn explained() -> (Scored, Explanation) {
    let events = events();
    let (last, before) = events.split_last().expect("there are events");
    let mut in_memory = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
    let scored_before = in_memory.observe(before);
    let (engine, profile) = (in_memory.engine(), in_memory.profile(&last.user).expect("her profile"));
    let scored = engine.assess(last, profile);
    let (assessment, calibration) = (&scored.assessment, engine.calibration());
    let rows: Vec<[f64; _]> = scored_before.iter().map(|scored| *scored.assessment.inputs.values()).collect();
    let statistics = TabularStatistics::fit(&rows);
    let score = |event: &Event| engine.score(event, profile).anomaly_score();
    let explanation = Explainer::of(engine.model().clone()).explain(ExplanationRequest {
        writer: SentenceWriter::of(last, assessment),
        is_anomaly: assessment.anomaly_score() >= THRESHOLD,
        calibration,
        reference: &Reference::of_user(&assessment.inputs, engine.model()),
        lime: Some(LimeRequest { statistics: &statistics, runs: 3 }),
        counterfactual: counterfactual(
            last,
            &Alternatives::of(Goal::Ordinary, last, profile, before),
            THRESHOLD,
            score,
        ),
    });
    (scored, explanation)
}

#[test]
fn an_explanation_has_the_parts_of_the_api_and_is_the_same_every_time() {
    let (scored, explanation) = explained();
    let text = serde_json::to_string(&explanation).expect("plain data");
    assert_eq!(serde_json::to_string(&explained().1).expect("plain data"), text);
    assert_eq!(serde_json::from_str::<Explanation>(&text).expect("its own form"), explanation);

    let shap = &explanation.shap_explanation;
    let sum = shap.base_value + shap.values.iter().map(|value| value.contribution).sum::<f64>();
    assert!((sum - scored.assessment.anomaly_score()).abs() < 1e-9);
    assert!((sum - shap.anomaly_score).abs() < 1e-12);
    assert!(shap.values.iter().any(|value| value.sentence == "30 deletions in one day"));
    let of_user = |value: &&ShapValue| value.contribution > 0.0 && value.signal != "known";
    let strongest = shap.values.iter().find(of_user).expect("it is an anomaly");
    let start = format!("This event was flagged as anomalous. {}", strongest.sentence);
    assert!(explanation.text_explanation.starts_with(&start), "{}", explanation.text_explanation);
    let falls = |value: &&ShapValue| value.contribution < 0.0;
    assert!(shap.values.iter().filter(falls).all(|value| {
        ["Typical of this user: ", "Unlike known attacks: "].iter().any(|start| value.sentence.starts_with(start))
    }));
    let json: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json["shap_explanation"]["reference"], "user");
    for field in ["signal", "feature", "value", "usual", "contribution", "sentence"] {
        assert!(json["shap_explanation"]["values"][0].get(field).is_some(), "{field}");
    }
    let lime = explanation.lime_explanation.expect("it was asked for");
    assert!(lime.r2.is_some_and(|r2| (0.0..=1.0).contains(&r2)), "{:?}", lime.r2);
    assert_eq!(lime.values.len(), 10);
    assert!(lime.values.iter().all(|condition| condition.spread.is_some()));
    assert!(explanation.agreement.is_some());
}

#[test]
fn the_seed_depends_on_the_event_alone() {
    let events = events();
    assert_eq!(seed_of(&events[0]), seed_of(&events[0].clone()));
    assert_ne!(seed_of(&events[0]), seed_of(&events[1]));
}

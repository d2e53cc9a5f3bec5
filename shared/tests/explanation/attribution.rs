//! The contributions of an event add up to its score, whatever the event.

use std::sync::LazyLock;

use proptest::{collection::vec, prelude::*};
use shared::{
    calibration::{Calibration, DailyMaxima, anomaly_score, p_value},
    engine::{InMemoryEngine, Scored},
    event::Event,
    explanation::{Attributions, Cause, EvidencePart, Explainer, Reference},
    formats,
    inputs::{INPUTS, Inputs, table},
    model::{Model, Weights},
    profile::Limits,
    scoring::{Score, score},
    signals::{PerSignal, Signal},
};

static LOG: &[u8] = include_bytes!("../../../server/assets/sample/activity.csv.gz");
/// The number of events that go through the engine.
const EVENTS: usize = 20_000;
/// The number of those that are explained.
const EXPLAINED: usize = 10_000;

static SCORED: LazyLock<Vec<Scored>> =
    LazyLock::new(|| InMemoryEngine::new(Model::shipped(), Limits::PRODUCT).observe(&events()));
static EXPLAINER: LazyLock<Explainer> = LazyLock::new(|| Explainer::of(Model::shipped()));

fn events() -> Vec<Event> {
    let records = formats::read(LOG, None, None).take(EVENTS);
    records.map(|record| record.event.expect("the log has no fault")).collect()
}

fn of_user(inputs: &Inputs) -> Attributions {
    let model = Model::shipped();
    EXPLAINER.attributions(inputs, &model.calibration, &Reference::of_user(inputs, &model))
}

fn scored(inputs: &Inputs) -> Score {
    let model = Model::shipped();
    score(inputs, &model, &model.calibration)
}

#[test]
fn contributions_add_up_to_the_score_of_ten_thousand_events() {
    let mut largest: f64 = 0.0;
    for event in &SCORED[EVENTS - EXPLAINED..] {
        let inputs = &event.assessment.inputs;
        let attributions = of_user(inputs);
        largest = largest.max((attributions.sum() - scored(inputs).anomaly_score()).abs());
        assert!(attributions.values.iter().all(|value| value.contribution.abs() <= 1.0));
    }
    assert!(largest < 1e-9, "{largest}");
}

#[test]
fn a_reason_contributes_what_the_causes_of_its_part_do_together() {
    let (model, events) = (Model::shipped(), events());
    let mut engine = InMemoryEngine::new(model.clone(), Limits::PRODUCT);
    let (mut later, mut told) = (&events[..], 0);
    while !later.is_empty() {
        let (epoch, rest) = later.split_at(engine.engine().room().min(later.len()));
        let calibration = engine.engine().calibration().clone();
        for Scored { assessment, reasons, calibration_version } in engine.observe(epoch) {
            assert_eq!(calibration_version, calibration.version());
            let Some(base_value) = reasons.base_value else { continue };
            let inputs = &assessment.inputs;
            let attributions = EXPLAINER.attributions(inputs, &calibration, &Reference::of_user(inputs, &model));
            assert!((base_value - attributions.base_value).abs() < 1e-12);
            for reason in &reasons.told {
                let sum: f64 = match reason.part {
                    EvidencePart::AttackClassifier => attributions.of_signal(Signal::AttackClassifier),
                    part => of_part(&attributions, part),
                };
                assert!((reason.contribution - sum).abs() < 1e-9 && sum > 0.0, "{reason:?}: {sum}");
            }
            told += reasons.told.len();
        }
        later = rest;
    }
    assert!(told > 1000, "{told} reasons");
}

fn of_part(attributions: &Attributions, part: EvidencePart) -> f64 {
    let of_part = attributions.values.iter().filter(|value| value.cause == Cause::Evidence(part));
    of_part.map(|value| value.contribution).sum()
}

#[test]
fn what_raises_a_sum_adds_to_the_score_and_what_lowers_it_takes_from_it() {
    for event in SCORED.iter().step_by(97) {
        for value in of_user(&event.assessment.inputs).values {
            if value.signal == Signal::AttackClassifier {
                continue; // its features move the forest, not their own value
            }
            assert_eq!(value.contribution > 0.0, value.value > value.usual, "{value:?}");
        }
    }
}

#[test]
fn a_signals_contributions_are_its_shapley_value() {
    let (model, event) = (Model::shipped(), &SCORED[EVENTS - 1]);
    let inputs = &event.assessment.inputs;
    let rows: Vec<&Inputs> = SCORED[..8].iter().map(|scored| &scored.assessment.inputs).collect();
    let reference = Reference::of_events(&rows, &model).expect("there are events");
    // At the reference of a single event, each signal is that event's but for the baselines of the explained one.
    let one = Reference::of_events(&rows[..1], &model).expect("there is an event");
    for reference in [reference, one] {
        let attributions = EXPLAINER.attributions(inputs, &model.calibration, &reference);
        assert!((attributions.sum() - scored(inputs).anomaly_score()).abs() < 1e-12);
        let signals: f64 = Signal::ALL.map(|signal| attributions.of_signal(signal)).iter().sum();
        assert!((attributions.base_value + signals - attributions.sum()).abs() < 1e-12);
    }
}

#[test]
fn an_event_at_its_own_reference_has_no_contributions() {
    let model = Model::shipped();
    for event in SCORED.iter().step_by(1999) {
        let assessment = &event.assessment;
        let own = Reference::of_events(&[&assessment.inputs], &model).expect("there is an event");
        let attributions = EXPLAINER.attributions(&assessment.inputs, &model.calibration, &own);
        assert!(attributions.values.iter().all(|value| value.contribution.abs() < 1e-12));
        assert!((attributions.base_value - scored(&assessment.inputs).anomaly_score()).abs() < 1e-12);
    }
}

#[test]
fn with_one_signal_alone_its_parts_share_the_whole_difference() {
    let maxima =
        |day: u16| DailyMaxima { signals: PerSignal([f32::from(day) / 10.0, 0.0, 0.0, 0.0, 0.0]), is_known: true };
    let days: Vec<DailyMaxima> = (0..1000).map(maxima).collect();
    let calibration = Calibration::fit(&[days], &Signal::ALL[1..], None).expect("days that differ");
    let model = std::sync::Arc::new(Model::uncalibrated(Weights::untrained()));
    let inputs = &SCORED[EVENTS - 1].assessment.inputs;
    let reference = Reference::of_user(inputs, &model);
    let attributions = Explainer::of(model.clone()).attributions(inputs, &calibration, &reference);
    let event = score(inputs, &model, &calibration);
    assert!((attributions.of_signal(Signal::Identity) + attributions.base_value - event.anomaly_score()).abs() < 1e-12);
    assert!(attributions.values.iter().all(|value| value.signal == Signal::Identity));
    assert_eq!(event.anomaly_score(), anomaly_score(p_value(event.log10_rarity.total)));
}

/// Inputs of any kind: in bits, counts, and unknown ones.
fn inputs() -> impl Strategy<Value = Inputs> {
    let number = prop_oneof![-15.0..15.0_f64, 0.0..5000.0_f64, Just(0.0), Just(f64::NAN)];
    vec(number, INPUTS).prop_map(|mut values| {
        for (value, input) in values.iter_mut().zip(table()) {
            let may_be_unknown = !input.name.ends_with("_day") && !input.name.starts_with("usual");
            if input.unit.is_empty() {
                *value = value.abs();
            } else if !may_be_unknown && value.is_nan() {
                *value = 1.0;
            }
        }
        Inputs::stored(values.try_into().expect("as many as there are inputs"))
    })
}

proptest! {
    #[test]
    fn contributions_add_up_to_the_score_of_any_inputs(inputs in inputs()) {
        let model = Model::shipped();
        let score = scored(&inputs).anomaly_score();
        for reference in [Reference::of_user(&inputs, &model), Reference::of_organisation(&inputs, &model)] {
            let attributions = EXPLAINER.attributions(&inputs, &model.calibration, &reference);
            prop_assert!((attributions.sum() - score).abs() < 1e-9, "{} of {score}", attributions.sum());
        }
    }
}

//! Every sentence, with values as real events have them.

use shared::{
    event::{Action, Device, Event},
    explanation::{EvidencePart, Observation, SentenceWriter},
    facts::{Facts, SeenBefore, ToldFamily, UsualValue},
    families::Family,
    inputs::{INPUTS, Inputs, Measure},
};

static RECORDED: &str = include_str!("sentences.txt");

/// Returns an event that has every field, 3 days after the last one of its user.
fn event() -> Event {
    Event {
        resource: Some("crm/accounts/emea/contract-12.pdf".into()),
        address: Some("203.0.113.7".parse().expect("an address")),
        volume_mb: Some(50_000.0),
        location: Some("France".into()),
        device: Some(Device::Mobile),
        user_agent: Some("aws-cli/2.15.0".into()),
        ..Event::new("ann".parse().expect("an id"), "2024-01-20T03:12:00Z".parse().expect("a time"), Action::Download)
    }
}

fn inputs(measures: &[(Measure, f64)]) -> Inputs {
    let mut inputs = [0.0; INPUTS];
    for (measure, value) in measures {
        inputs[measure.index()] = *value;
    }
    Inputs::stored(inputs)
}

fn usual(family: Family) -> Option<UsualValue> {
    let (name, share) = match family {
        Family::Hour => ("08:00-19:00 UTC", 0.96),
        Family::Location => ("Germany", 1.0),
        Family::Project => ("web", 0.88),
        Family::Device => ("a desktop computer", 0.97),
        _ => return None,
    };
    Some(UsualValue { name: name.into(), share })
}

fn facts(seen: SeenBefore) -> Facts {
    let told = |family: &Family| ToldFamily { family: *family, user: 0.004, others: 0.07, seen, usual: usual(*family) };
    Facts {
        last_second: Some(1_705_461_120),
        last_action: Some(Action::Login),
        told: Family::ALL.iter().map(told).collect(),
        ..Facts::default()
    }
}

fn sentence(part: EvidencePart, event: &Event, measures: &[(Measure, f64)], facts: &Facts, attack_bits: f32) -> String {
    SentenceWriter { event, inputs: &inputs(measures), facts, attack_bits }.sentence(part)
}

fn of_families() -> Vec<String> {
    let kinds = [SeenBefore::Never, SeenBefore::Lately, SeenBefore::Earlier].map(facts);
    let none = Facts::default();
    let of_family = |family: &Family| {
        let sentence = |facts| {
            let sentence = sentence(EvidencePart::Family(*family), &event(), &[(Measure::Events, 2.0)], facts, 0.0);
            format!("{}: {sentence}", family.name())
        };
        kinds.iter().chain([&none]).map(sentence).collect::<Vec<_>>()
    };
    Family::ALL.iter().flat_map(of_family).collect()
}

fn of_counts() -> Vec<String> {
    let quiet = Facts { usual_failures: Some(0.1), usual_moved_mb: Some(0.0), ..Facts::default() };
    let busy = Facts { usual_failures: Some(2.2), usual_moved_mb: Some(1219.5), ..Facts::default() };
    let told = |part: EvidencePart, measure, amounts: [f64; 2], facts: [&Facts; 2]| {
        let pairs = amounts.into_iter().zip(facts);
        let sentence = |(amount, facts)| sentence(part, &event(), &[(measure, amount)], facts, 0.0);
        pairs.map(sentence).map(|sentence| format!("{}: {sentence}", part.name())).collect::<Vec<_>>()
    };
    let unknown = &Facts::default();
    [
        told(EvidencePart::NewResources, Measure::NewResources, [1.0, 21.0], [unknown; 2]),
        told(EvidencePart::Destructive, Measure::DestructiveActs, [1.0, 30.0], [unknown; 2]),
        told(EvidencePart::ExternalShares, Measure::ExternalShares, [1.0, 4.0], [unknown; 2]),
        told(EvidencePart::Failures, Measure::FailedActs, [1.0, 12.0], [unknown, &quiet]),
        told(EvidencePart::Failures, Measure::FailedActs, [2.0, 40.0], [&quiet, &busy]),
        told(EvidencePart::Transfer, Measure::MovedMb, [0.5, 50_000.0], [unknown, &busy]),
        told(EvidencePart::Transfer, Measure::MovedMb, [50_000.0, 3_000.0], [&quiet, &busy]),
    ]
    .concat()
}

/// With `UPDATE_GOLDEN` in the environment, the test records the sentences again and fails.
#[test]
fn every_sentence_is_the_recorded_one() {
    let attack = sentence(EvidencePart::AttackClassifier, &event(), &[], &Facts::default(), 2.0);
    let all = [of_families(), of_counts(), vec![format!("known_attack: {attack}")]].concat().join("\n") + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/explanation/sentences.txt");
        std::fs::write(path, &all).expect("the sentences can be written");
        panic!("the sentences were recorded again: read them and run the test again");
    }
    assert_eq!(all.lines().collect::<Vec<_>>(), RECORDED.lines().collect::<Vec<_>>());
}

#[test]
fn an_observation_has_what_happened_and_what_is_usual_for_user_and_others() {
    let (event, inputs, facts) = (event(), inputs(&[(Measure::MovedMb, 50_000.0)]), facts(SeenBefore::Never));
    let facts = Facts { usual_moved_mb: Some(1000.0), ..facts };
    let writer = SentenceWriter { event: &event, inputs: &inputs, facts: &facts, attack_bits: 0.0 };
    assert_eq!(
        writer.observation(EvidencePart::Family(Family::Location)),
        Observation {
            observed: "France".to_owned(),
            usual: Some("Germany".to_owned()),
            usual_share: Some(1.0),
            user_share: Some(f64::from(0.004_f32)),
            others_share: Some(f64::from(0.07_f32)),
        }
    );
    let transfer = writer.observation(EvidencePart::Transfer);
    assert_eq!((transfer.observed.as_str(), transfer.usual.as_deref()), ("50 GB", Some("1 GB")));
    assert_eq!(transfer.user_share, None);
}

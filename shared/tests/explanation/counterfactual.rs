//! A counterfactual turns the verdict, by the detector itself.

use std::sync::LazyLock;

use shared::{
    engine::InMemoryEngine,
    event::{Action, Event, UserId},
    explanation::{Alternatives, Counterfactual, EventField, Goal, counterfactual},
    formats,
    model::Model,
    profile::{Limits, Profile},
};

static LOG: &[u8] = include_bytes!("../../../server/assets/sample/activity.csv.gz");
const EVENTS: usize = 30_000;

/// The first events of the log, and an engine that has learnt them.
static WORLD: LazyLock<(Vec<Event>, InMemoryEngine)> = LazyLock::new(|| {
    let records = formats::read(LOG, None, None).take(EVENTS);
    let events: Vec<Event> = records.map(|record| record.event.expect("the log has no fault")).collect();
    let mut engine = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
    engine.observe(&events);
    (events, engine)
});

fn profile_of(user: &UserId) -> &'static Profile {
    WORLD.1.profile(user).expect("a user of the log")
}

fn score(event: &Event) -> f64 {
    WORLD.1.engine().score(event, profile_of(&event.user)).anomaly_score()
}

/// Returns the last events of some users, moved to after all events of the log, with changes that make some of them
/// anomalies.
fn trials() -> Vec<Event> {
    let last = WORLD.0.last().expect("there are events").time;
    let mut events: Vec<Event> = WORLD.0.iter().rev().step_by(211).take(60).cloned().collect();
    for (number, event) in events.iter_mut().enumerate() {
        event.time = last + jiff::SignedDuration::from_hours(24 + i64::try_from(number).expect("few"));
        match number % 4 {
            0 => event.volume_mb = Some(60_000.0),
            1 => event.location = Some("Vladivostok".into()),
            2 => (event.failed_attempts, event.action) = (Some(40), Action::Login),
            _ => {}
        }
    }
    events
}

fn of_user(user: &UserId) -> Vec<Event> {
    WORLD.0.iter().filter(|event| event.user == *user).cloned().collect()
}

fn assert_turns(event: &Event, threshold: f64, found: &Counterfactual) {
    let before = score(event) >= threshold;
    assert_eq!(score(&found.event), found.anomaly_score);
    assert_eq!(found.anomaly_score >= threshold, !before, "{:?}", found.changes);
    assert!((1..=3).contains(&found.changes.len()));
    assert!(found.changes.iter().all(|change| change.from != change.to));
    assert_eq!((found.event.user.clone(), found.event.day()), (event.user.clone(), event.day()));
}

#[test]
fn what_is_found_turns_the_verdict_always() {
    let mut found_normal = 0;
    let mut found_anomalous = 0;
    for event in trials() {
        for threshold in [0.3, 0.7] {
            let is_anomaly = score(&event) >= threshold;
            let examples = if is_anomaly { of_user(&event.user) } else { WORLD.0[..300].to_vec() };
            let goal = Goal::against(is_anomaly);
            let alternatives = Alternatives::of(goal, &event, profile_of(&event.user), &examples);
            let Some(found) = counterfactual(&event, &alternatives, threshold, score) else { continue };
            assert_turns(&event, threshold, &found);
            *(if is_anomaly { &mut found_normal } else { &mut found_anomalous }) += 1;
        }
    }
    assert!(found_normal >= 5 && found_anomalous >= 20, "{found_normal} and {found_anomalous}");
}

#[test]
fn one_field_is_changed_where_one_suffices() {
    let event = trials().remove(0); // 60 GB
    let threshold = 0.7;
    assert!(score(&event) >= threshold);
    let alternatives = Alternatives::of(Goal::Ordinary, &event, profile_of(&event.user), &of_user(&event.user));
    let found = counterfactual(&event, &alternatives, threshold, score).expect("a smaller volume is ordinary");
    let [change] = found.changes.as_slice() else { panic!("more than one change: {:?}", found.changes) };
    assert_eq!((change.field, change.from.as_str()), (EventField::Volume, "60 GB"));
    assert_eq!(Event { volume_mb: event.volume_mb, ..found.event }, event);
}

#[test]
fn the_same_event_has_the_same_counterfactual() {
    let event = trials().remove(1);
    let of_profile = || {
        let alternatives = Alternatives::of(Goal::Ordinary, &event, profile_of(&event.user), &[]);
        counterfactual(&event, &alternatives, 0.3, score)
    };
    assert_eq!(of_profile(), of_profile());
}

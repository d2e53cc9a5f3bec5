//! An event with a time long past, as of a clock that was reset, moves nobody's counts, windows or risk.

use jiff::Timestamp;
use shared::{
    calendar::second_of,
    engine::InMemoryEngine,
    event::{Action, Event},
    model::Model,
    profile::Limits,
    risk::Risk,
};

const START_SECOND: i64 = 1_704_067_200; // 2024-01-01, a Monday
const USERS: [&str; 6] = ["ann", "bob", "cy", "dee", "eve", "fay"];

fn act(user: &str, time: Timestamp, action: Action, resource: &str, location: &str) -> Event {
    let event = Event::new(user.parse().expect("an id"), time, action);
    Event { resource: Some(resource.into()), location: Some(location.into()), ..event }
}

/// Returns the acts of an office in 60 days, in their order; on the last one eve deletes 30 files in the night.
fn office() -> Vec<Event> {
    let mut events = Vec::new();
    for day in 0..60 {
        for (hour, user) in (8..).zip(USERS) {
            for (minute, action) in [Action::Login, Action::View, Action::Upload].into_iter().enumerate() {
                let minute = i64::try_from(minute).expect("three") * 7 + day % 5;
                let time = Timestamp::from_second(START_SECOND + day * 86_400 + hour * 3600 + minute * 60);
                let resource = format!("crm/{user}/{}", day % 9);
                events.push(act(user, time.expect("a time"), action, &resource, "Oslo"));
            }
        }
    }
    for file in 0..30 {
        let time = Timestamp::from_second(START_SECOND + 60 * 86_400 + 3 * 3600 + file * 20).expect("a time");
        events.push(act("eve", time, Action::Delete, &format!("vault/{file}"), "Lima"));
    }
    events
}

/// Returns the score and the risk at every event, and the engine after all.
fn scores(events: &[Event]) -> (Vec<(f64, f64)>, InMemoryEngine) {
    let mut engine = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT).with_longest_epoch(1);
    let scored = engine.observe(events);
    (scored.iter().map(|scored| (scored.assessment.anomaly_score(), scored.assessment.user_risk())).collect(), engine)
}

#[test]
fn an_event_of_long_ago_moves_nobody() {
    let office = office();
    let (expected, honest) = scores(&office);
    let end = second_of(office.last().expect("there are events").time);
    for date in ["1970-01-01T00:00:01Z", "1900-06-01T12:00:00Z", "2001-09-09T01:46:40Z"] {
        for (place, user) in [(0, "ann"), (500, "ann"), (1090, "eve"), (700, "new")] {
            let mut events = office.clone();
            events.insert(place, act(user, date.parse().expect("a time"), Action::Admin, "vault/0", "Lima"));
            let (mut with_stray, engine) = scores(&events);
            with_stray.remove(place);
            for ((event, (score, risk)), (other_score, other_risk)) in office.iter().zip(&expected).zip(&with_stray) {
                let of_user = event.user.as_str() == user;
                let most = if of_user { (0.01, 1.0) } else { (5e-3, 0.1) }; // one odd user-day more in the baseline
                let difference = ((score - other_score).abs(), (risk - other_risk).abs());
                assert!(difference.0 <= most.0 && difference.1 <= most.1, "{date} {user} {event:?}: {difference:?}");
            }
            let opens_a_day = place == 0; // the user's first event, after which all others are later
            for (id, profile) in honest.profiles() {
                let after = engine.profile(id).expect("the user is there");
                let more_days = u32::from(opens_a_day && id.as_str() == user);
                assert_eq!(after.active_days(), profile.active_days() + more_days);
                assert_eq!(after.last(), profile.last());
                let level = |risk: &Risk| risk.level(end);
                assert!((level(after.risk()) - level(profile.risk())).abs() < 0.5, "{date} {user}");
            }
        }
    }
}

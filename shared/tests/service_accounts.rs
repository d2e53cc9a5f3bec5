//! Service accounts are compared with each other, not with people.
#![cfg(not(target_arch = "wasm32"))]

use jiff::Timestamp;
use shared::{
    engine::{Engine, InMemoryEngine},
    event::{Action, Event},
    families::Family,
    model::Model,
    profile::{Limits, Profile},
};

const START_DAY: i64 = 19_675;
const DAYS: i64 = 30;

/// An upload of a user at an hour of a day.
fn act(user: &str, day: i64, hour: i64) -> Event {
    let time = Timestamp::from_second((START_DAY + day) * 86_400 + hour * 3600).expect("a time of this century");
    Event::new(user.parse().expect("a valid id"), time, Action::Upload)
}

fn with_role(role: &str, event: Event) -> Event {
    Event { role: Some(role.into()), department: Some("engineering".into()), ..event }
}

/// Thirty people who work at ten in the morning, and five service accounts that run at three in the night.
fn organisation() -> InMemoryEngine {
    let mut engine = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT).with_longest_epoch(1);
    for day in 0..DAYS {
        let programs = (0..5).map(|number| with_role("service", act(&format!("svc-{number}"), day, 3)));
        let people = (0..30).map(|number| with_role("developer", act(&format!("u{number}"), day, 10)));
        engine.observe(&programs.chain(people).collect::<Vec<_>>());
    }
    engine
}

/// Returns the probability of the event's hour among the peers of a new user.
fn hour_among_peers(engine: &InMemoryEngine, event: &Event) -> f64 {
    let assessment = engine.engine().assess(event, &Profile::default()).assessment;
    assessment.context.evidence[Family::Hour.index()].expect("every event has an hour").others
}

#[test]
fn a_service_account_that_works_at_night_is_compared_with_the_other_service_accounts() {
    let engine = organisation();
    let night = |event: Event| hour_among_peers(&engine, &event);
    let program = night(with_role("service", act("svc-new", DAYS, 3)));
    let person = night(with_role("developer", act("u-new", DAYS, 3)));
    assert!(program > 10.0 * person, "{program} against {person}");
    let by_day = hour_among_peers(&engine, &with_role("service", act("svc-new", DAYS, 10)));
    assert!(program > 2.0 * by_day, "{program} at night against {by_day} by day");
}

/// The browser gets an extract of the population: it must hold the peer group of a program that was never seen, however
/// many larger groups there are.
#[test]
fn an_extract_of_the_population_scores_a_new_program_as_the_whole_does() {
    let mut engine = organisation();
    let group = |number: i64| {
        (0..10).map(move |user| with_role(&format!("role {number}"), act(&format!("r{number}-{user}"), DAYS, 9)))
    };
    engine.observe(&(0..60).flat_map(group).collect::<Vec<_>>());
    let program = with_role("service", act("svc-new", DAYS, 3));
    let whole = engine.engine();
    let extract = whole.population().extract(&program, &Profile::default());
    let by_extract = Engine::new(Model::shipped(), extract).assess(&program, &Profile::default());
    assert_eq!(by_extract, whole.assess(&program, &Profile::default()));
    let peers = |engine: &Engine| {
        engine.assess(&program, &Profile::default()).assessment.context.evidence[Family::Hour.index()]
    };
    assert!(peers(whole).is_some_and(|hour| hour.others > 0.1), "programs work at night");
}

#[test]
fn a_service_account_stays_one_until_an_event_has_another_role() {
    let mut engine = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
    let kind = |engine: &InMemoryEngine| engine.profile(&act("p7", 0, 0).user).map(Profile::is_service_account);
    for (event, is_program) in [
        (act("p7", 0, 3), false),
        (with_role("service", act("p7", 1, 3)), true),
        (act("p7", 2, 3), true),
        (with_role("developer", act("p7", 3, 3)), false),
    ] {
        engine.observe(&[event]);
        assert_eq!(kind(&engine), Some(is_program));
    }
}

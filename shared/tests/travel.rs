//! The travel and the pause before an event, as derived from the profile.
#![cfg(not(target_arch = "wasm32"))]

use shared::{
    context::Derived,
    engine::InMemoryEngine,
    event::{Action, Event},
    model::Model,
    profile::Limits,
    travel::Coordinates,
};

const BERLIN: (f64, f64) = (52.52, 13.41);
const NEW_YORK: (f64, f64) = (40.71, -74.01);

fn event(time: &str, at: Option<(f64, f64)>) -> Event {
    let time = time.parse().expect("a time");
    let coordinates = at.map(|(latitude, longitude)| Coordinates::new(latitude, longitude).expect("on the globe"));
    Event { coordinates, ..Event::new("ann".parse().expect("an id"), time, Action::View) }
}

/// Returns the derived values of each event, given the events before it.
fn derived<const N: usize>(events: [Event; N]) -> [Derived; N] {
    let mut engine = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
    events.map(|event| engine.observe(&[event])[0].assessment.context.derived)
}

#[test]
fn travel_is_from_the_last_known_place_and_the_pause_from_the_last_event() {
    let [first, second, third] = derived([
        event("2024-01-15T09:00:00Z", Some(BERLIN)),
        event("2024-01-15T09:30:00Z", None),
        event("2024-01-15T11:00:00Z", Some(NEW_YORK)),
    ]);
    assert_eq!((first.travel, first.pause, second.travel), (None, None, None));
    let travel = third.travel.expect("both places are known");
    assert!((travel.km / 6385.0 - 1.0).abs() < 0.01, "{travel:?}");
    assert_eq!(travel.hours, 2.0);
    let pause = third.pause.expect("there was an event before");
    assert!((pause * 24.0 - 1.5).abs() < 1e-6, "{pause} days");
}

#[test]
fn a_late_event_has_no_travel_and_no_pause_and_does_not_change_the_last_place() {
    let [_, late, next] = derived([
        event("2024-01-15T09:00:00Z", Some(BERLIN)),
        event("2024-01-15T08:00:00Z", Some(NEW_YORK)),
        event("2024-01-15T10:00:00Z", Some(BERLIN)),
    ]);
    assert_eq!((late.travel, late.pause), (None, None));
    assert_eq!(next.travel.map(|travel| travel.km), Some(0.0));
}

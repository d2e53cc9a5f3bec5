//! Where events were and what came before them: from the names in a log to the speed of travel, and what it tells.

use std::collections::HashMap;

use app::backend::Backend as _;
use axum::http::StatusCode;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;
use server::{
    labelled::{Label, Labelled},
    places::places,
    world::{self, Attack, Plan},
};
use shared::{
    calendar::{Day, second_of},
    detector::{Derived, Detector},
    event::Event,
    formats,
    metrics::{Ranking, Sample},
    model::Model,
    population::EPOCH,
    profile::{Limits, Profile},
    travel::{Coordinates, Position},
};

use crate::{admin, post, service};

#[test]
fn locations_in_a_log_give_travel() {
    let log = "user_id,timestamp,action_type,location,ip_address\n\
               ann,2024-01-15T09:00:00Z,login,\"Berlin, DE\",\n\
               ann,2024-01-15T09:30:00Z,view,,10.0.0.1\n\
               ann,2024-01-15T11:00:00Z,login,new york,\n\
               ann,2024-01-15T11:20:00Z,view,,8.8.8.8\n\
               ann,2024-01-15T11:30:00Z,view,the office,\n";
    let events: Vec<Event> =
        formats::read(log.as_bytes(), None, Some(places())).map(|record| record.event.expect("a valid row")).collect();
    let km: Vec<_> = derived(&events).iter().map(|derived| derived.travel.map(|travel| travel.km.round())).collect();
    let atlantic = Coordinates::new(52.52, 13.41).ok().zip(Coordinates::new(40.71, -74.01).ok());
    let atlantic = atlantic.map(|(berlin, new_york)| berlin.km_to(new_york).round());
    assert_eq!(
        km,
        [None, None, atlantic, Some(0.0), None],
        "of an address in the US no more is known than the country"
    );
    assert_eq!(derived(&events)[2].travel.map(|travel| travel.hours), Some(2.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_sent_to_the_server_is_remembered_where_its_location_is() {
    let service = service().await;
    let router = server::router(service.clone());
    for (minute, location) in [(0, "Berlin"), (30, "nowhere in particular")] {
        let time = format!("2024-01-15T09:{minute:02}:00Z");
        let event = json!({"user_id": "ann", "timestamp": time, "action_type": "login", "location": location});
        assert_eq!(post(&router, "/api/predict", &event).await.status, StatusCode::OK);
    }
    let what_if = service.what_if(&admin(), "ann", None, Some("new york")).await.expect("ann is known");
    assert!(what_if.places.contains(&("new york".to_owned(), places().coordinates("New York, US"))));
    let profile = BASE64_STANDARD.decode(what_if.profile).expect("base64");
    let last = Profile::from_bytes(&profile).expect("a profile").last();
    let berlin = places().coordinates("Berlin").expect("a city");
    assert_eq!(last.position, Some(Position { coordinates: berlin, second: 1_705_309_200 }));
    assert_eq!(last.second, Some(1_705_309_200 + 1800));
}

/// Returns what the memory says of each event.
pub(crate) fn derived(events: &[Event]) -> Vec<Derived> {
    let scored = Detector::new(Model::shipped(), Limits::PRODUCT).observe(events, EPOCH);
    scored.into_iter().map(|scored| scored.assessment.derived).collect()
}

/// A number that may tell an event of an attack.
type Clue = fn(&Event, &Derived) -> f64;

/// Kilometres an hour since the last known place.
pub(crate) const SPEED: Clue = |_, derived| derived.travel.map_or(0.0, |travel| travel.speed());
/// Days since the user's last event.
pub(crate) const PAUSE: Clue = |_, derived| derived.pause.unwrap_or_default();
/// Failures in a row, the event's own among them.
pub(crate) const FAILURES: Clue =
    |event, derived| f64::from(derived.failed_attempts) + f64::from(u8::from(event.has_failed()));

#[test]
fn speed_pauses_and_failures_tell_their_own_kinds_of_attack() {
    let start = "2026-01-05T00:00:00Z".parse().expect("a time");
    for (kind, clue, least_auc) in [
        (Attack::ImpossibleTravel, SPEED, 0.95),
        (Attack::DormantRevival, PAUSE, 0.7), // whose second and third days follow no pause
        (Attack::BruteForce, FAILURES, 0.9),
    ] {
        let rows = world::generate(&Plan { users: 100, days: 60, start, attacks: vec![kind], rate: 0.2, seed: 1 });
        let auc = auc_of_user_days(&rows, clue);
        assert!(auc.is_some_and(|auc| auc >= least_auc), "{kind:?}: {auc:?}");
    }
}

/// Returns how well the largest value of a user-day tells those of attacks.
fn auc_of_user_days(rows: &[Labelled], clue: Clue) -> Option<f64> {
    let events: Vec<Event> = rows.iter().map(|row| row.event.clone()).collect();
    let mut days: HashMap<_, (f64, bool)> = HashMap::new();
    for (row, derived) in rows.iter().zip(derived(&events)) {
        let (most, is_attack) = days.entry((&row.event.user, Day::of(second_of(row.event.time)))).or_default();
        *most = most.max(clue(&row.event, &derived));
        *is_attack |= matches!(row.label, Label::Attack { .. });
    }
    let sample = |(score, is_attack)| Sample { score, is_attack, weight: 1.0, cluster: 0 };
    Ranking::new(days.into_values().map(sample).collect()).curve().roc_auc()
}

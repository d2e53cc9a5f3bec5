//! Travel, pauses and failures: from the names of places in a log to features that reveal kinds of attack.

use std::collections::HashMap;

use lab::{
    dataset::LabelledEvent,
    place_tables::places,
    synthetic::{self, AttackKind, LifeRates, OrganisationPlan},
};
use shared::{
    context::Derived,
    engine::InMemoryEngine,
    event::Event,
    formats,
    metrics::{Ranking, Sample},
    model::Model,
    profile::Limits,
    travel::Coordinates,
};

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

/// Returns the values that the engine derives for each event.
pub(crate) fn derived(events: &[Event]) -> Vec<Derived> {
    let scored = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT).observe(events);
    scored.into_iter().map(|scored| scored.assessment.context.derived).collect()
}

/// A number by which an event of an attack may be recognised.
type Clue = fn(&Event, &Derived) -> f64;

/// Kilometres an hour since the last known place.
pub(crate) const SPEED: Clue = |_, derived| derived.travel.map_or(0.0, |travel| travel.speed());
/// Days since the user's last event.
pub(crate) const PAUSE: Clue = |_, derived| derived.pause.unwrap_or_default();
/// Failures in a row, the event's own among them.
pub(crate) const FAILURES: Clue =
    |event, derived| f64::from(derived.failed_attempts) + f64::from(u8::from(event.has_failed()));

#[test]
fn speed_pauses_and_failures_reveal_their_own_kinds_of_attack() {
    let start = "2026-01-05T00:00:00Z".parse().expect("a time");
    for (kind, clue, least_auc) in [
        (AttackKind::ImpossibleTravel, SPEED, 0.95),
        (AttackKind::DormantRevival, PAUSE, 0.7), // whose second and third days follow no pause
        (AttackKind::BruteForce, FAILURES, 0.9),
    ] {
        let rows = synthetic::generate(&OrganisationPlan {
            users: 100,
            days: 60,
            start,
            attacks: vec![kind],
            rate: 0.2,
            life: LifeRates::NONE,
            situated: 0.0,
            seed: 1,
        });
        let auc = auc_of_user_days(&rows, clue);
        assert!(auc.is_some_and(|auc| auc >= least_auc), "{kind:?}: {auc:?}");
    }
}

/// Returns the ROC-AUC of the largest value of each user-day.
fn auc_of_user_days(rows: &[LabelledEvent], clue: Clue) -> Option<f64> {
    let events: Vec<Event> = rows.iter().map(|row| row.event.clone()).collect();
    let mut days: HashMap<_, (f64, bool)> = HashMap::new();
    for (row, derived) in rows.iter().zip(derived(&events)) {
        let (most, is_attack) = days.entry((&row.event.user, row.event.day())).or_default();
        *most = most.max(clue(&row.event, &derived));
        *is_attack |= row.is_attack();
    }
    let sample = |(score, is_attack)| Sample { score, is_attack, weight: 1.0, cluster: 0 };
    Ranking::new(days.into_values().map(sample).collect()).curve().roc_auc()
}

//! Properties of the detector, over streams of arbitrary events.
#![cfg(not(target_arch = "wasm32"))]

use jiff::Timestamp;
use proptest::{collection::vec, option, prelude::*, sample::select};
use shared::{
    engine::{Engine, InMemoryEngine, Scored},
    event::{Action, Device, Event},
    families::Family,
    inputs::extract,
    model::Model,
    population::Population,
    profile::{Limits, Profile},
    risk::Risk,
    scoring::score,
    travel::{Area, Coordinates, Country},
    user_records::{UserRecords, WorkingCopies},
};
use strum::VariantArray as _;

const START_SECOND: i64 = 1_700_000_000;

/// An event of one of three users, some minutes to days after the start.
fn event() -> impl Strategy<Value = Event> {
    let who = select(vec!["ann", "bob", "eve"]);
    let when = 0_i64..60 * 86_400;
    let what = select(Action::VARIANTS);
    let resource = option::of("p[0-3](/[a-c]){0,4}");
    let location = option::of(select(vec!["Berlin", "Oslo", "Lima"]));
    let device = option::of(select(Device::VARIANTS));
    let volume = option::of(0.0..1e4_f64);
    let address = option::of(any::<std::net::Ipv4Addr>());
    let place = (location, option::of(coordinates()));
    (who, when, what, resource, place, device, volume, address).prop_map(
        |(who, when, what, resource, (location, coordinates), device, volume, address)| {
            let time = Timestamp::from_second(START_SECOND + when).expect("a time of this century");
            Event {
                resource: resource.map(Into::into),
                location: location.map(Into::into),
                device,
                volume_mb: volume,
                address: address.map(Into::into),
                coordinates,
                ..Event::new(who.parse().expect("a valid id"), time, what)
            }
        },
    )
}

/// A place anywhere on the globe.
fn coordinates() -> impl Strategy<Value = Coordinates> {
    let area = select(vec![Area::Unknown, Area::In(country("PE")), Area::All(country("PE")), Area::All(country("DE"))]);
    (-90.0..=90.0_f64, -180.0..=180.0_f64, area).prop_map(|(latitude, longitude, area)| {
        Coordinates::new(latitude, longitude).expect("a point on the globe").with(area)
    })
}

fn country(code: &str) -> Country {
    code.parse().expect("a code of two letters")
}

fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by_key(|event| event.time);
    events
}

/// An engine with short epochs and the shipped model.
fn engine() -> InMemoryEngine {
    InMemoryEngine::new(Model::shipped(), Limits::PRODUCT).with_longest_epoch(16)
}

proptest! {
    #[test]
    fn a_stored_profile_comes_back_as_it_was(events in vec(event(), 1..200)) {
        let mut engine = engine();
        engine.observe(&in_order(events));
        for (_, profile) in engine.profiles() {
            prop_assert_eq!(&Profile::from_bytes(&profile.to_bytes()), &Ok(profile.clone()));
        }
    }

    #[test]
    fn a_user_who_is_packed_between_batches_is_scored_as_one_whose_profile_stays(
        events in vec(event(), 1..200), batch in 1..20_usize,
    ) {
        let mut kept = engine();
        let mut packing = Engine::new(Model::shipped(), Population::default()).with_longest_epoch(16);
        let mut records = UserRecords::default();
        for batch in events.chunks(batch) {
            let (mut left, expected) = (batch, kept.observe(batch));
            let mut scored = Vec::new();
            while !left.is_empty() {
                let (now, later) = left.split_at(packing.room().min(left.len()));
                let mut copies = WorkingCopies::of(&records);
                let (of_epoch, contributions): (Vec<_>, Vec<_>) =
                    packing.observe(&now.iter().collect::<Vec<_>>(), &mut copies).into_iter().unzip();
                for (user, record) in copies.pack() {
                    records.insert(user, record);
                }
                packing.commit(contributions);
                scored.extend(of_epoch);
                left = later;
            }
            prop_assert_eq!(scored, expected);
        }
    }

    /// The score is a function of the inputs, so it can be computed again from stored inputs.
    #[test]
    fn a_score_follows_from_the_inputs_alone(events in vec(event(), 1..100)) {
        let events = in_order(events);
        let (last, before) = events.split_last().expect("there is an event");
        let mut in_memory = engine();
        in_memory.observe(before);
        let profile = in_memory.profile(&last.user).cloned().unwrap_or_default();
        let engine = in_memory.engine();
        let model = engine.model();
        let calibration = engine.population().calibration_window().adapted(&model.calibration);
        let Scored { assessment, .. } = engine.assess(last, &profile);
        prop_assert_eq!(&extract(last, &profile, engine.population()), &assessment.inputs);
        prop_assert_eq!(score(&assessment.inputs, model, &calibration), assessment.score);
    }

    #[test]
    fn a_stored_profile_is_never_larger_than_4_kib(events in vec(event(), 1000..2000)) {
        let mut engine = engine();
        engine.observe(&in_order(events));
        for (_, profile) in engine.profiles() {
            prop_assert!(profile.to_bytes().len() <= 4096, "{} bytes", profile.to_bytes().len());
        }
    }

    /// A profile does not depend on when an event of a known active day arrives, as long as none of its values was
    /// counted within a day. Only the late event has a place, so this holds for the place.
    #[test]
    fn a_late_event_counts_as_if_it_had_been_on_time(days in 2..8_usize, late in 0..8_usize) {
        let at = |day: usize, hours: i64, place: Option<&str>| {
            let second = START_SECOND / 86_400 * 86_400 + i64::try_from(day).expect("few days") * 86_400 + hours * 3600;
            let time = Timestamp::from_second(second).expect("a time of this century");
            Event { location: place.map(Into::into), ..Event::new("ann".parse().expect("a valid id"), time, Action::View) }
        };
        let mut events: Vec<Event> = (0..days).map(|day| at(day, 9, None)).collect();
        let late = at(late % days, 10, Some("Oslo"));
        let usual = |events: &[Event]| {
            let mut engine = engine().with_longest_epoch(1);
            engine.observe(events);
            let profile = engine.profile(&late.user).expect("the user was seen");
            let places = profile.usual_places(&profile.clock(20));
            (profile.active_days(), places.first().map(|(name, share)| ((*name).to_owned(), *share)))
        };
        events.push(late.clone());
        let arrived_late = usual(&events);
        prop_assert_eq!(arrived_late, usual(&in_order(events)));
    }

    #[test]
    fn late_events_are_taken_in_any_order(events in vec(event(), 1..200)) {
        for scored in engine().observe(&events) {
            prop_assert!(scored.assessment.score.signals.values().iter().all(|signal| signal.is_finite()));
            prop_assert!((0.0..=1.0).contains(&scored.assessment.anomaly_score()));
        }
    }

    #[test]
    fn events_given_together_or_one_by_one_are_scored_alike(events in vec(event(), 1..200)) {
        let events = in_order(events);
        let together = engine().observe(&events);
        let mut engine = engine();
        let one_by_one: Vec<_> = events.chunks(1).flat_map(|event| engine.observe(event)).collect();
        prop_assert_eq!(together, one_by_one);
    }

    #[test]
    fn the_points_of_its_days_add_up_to_the_risk(moments in moments(), later in 0..30 * 86_400_i64) {
        let risk = risk_of(&moments);
        let now = moments.iter().map(|(second, _)| *second).max().unwrap_or_default() + later;
        let points: f64 = risk.parts(now).map(|part| part.points).sum();
        prop_assert!((points - risk.level(now)).abs() < 1e-9, "{points} of {}", risk.level(now));
        prop_assert!(risk.parts(now).all(|part| part.points > 0.0));
        prop_assert!(risk.days() <= 32);
    }

    /// The moments are within a week, so that no day is dropped before another comes.
    #[test]
    fn risk_does_not_depend_on_the_order_of_moments(mut moments in moments()) {
        for (second, _) in &mut moments {
            *second %= 7 * 86_400;
        }
        moments.sort_by_key(|(second, _)| *second);
        moments.dedup_by_key(|(second, _)| *second);
        let in_order = risk_of(&moments);
        moments.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        prop_assert_eq!(risk_of(&moments), in_order);
    }

    #[test]
    fn an_unknown_value_is_no_evidence(event in event()) {
        let Scored { assessment, .. } = assess_first(&event);
        let shares = assessment.shares(&Model::shipped());
        for (family, is_known) in [
            (Family::Location, event.location.is_some()),
            (Family::Device, event.device.is_some()),
            (Family::Volume, event.volume_mb.is_some()),
            (Family::Project, event.resource.is_some()),
        ] {
            prop_assert_eq!(assessment.context.evidence[family.index()].is_some(), is_known);
            prop_assert!(is_known || shares[family.index()] == 0.0);
        }
    }

    #[test]
    fn a_distance_is_the_same_both_ways_and_never_more_than_half_around_the_globe(
        from in coordinates(), to in coordinates(),
    ) {
        let km = from.km_to(to);
        prop_assert_eq!(km.to_bits(), to.km_to(from).to_bits());
        prop_assert!((0.0..=20_038.0).contains(&km), "{} km", km);
        prop_assert_eq!(from.km_to(from), 0.0);
    }

    #[test]
    fn no_detour_is_shorter(from in coordinates(), over in coordinates(), to in coordinates()) {
        const ROUNDING_KM: f64 = 1e-3; // near the far side of the globe the formula is less exact
        prop_assert!(from.km_to(to) <= from.km_to(over) + over.km_to(to) + ROUNDING_KM);
    }

    #[test]
    fn a_first_event_is_no_anomaly_unless_it_is_large_or_follows_failures(event in event()) {
        const LARGE_MB: f64 = 500.0;
        let volume_mb = event.volume_mb.map(|volume| volume % LARGE_MB);
        let Scored { assessment, .. } = assess_first(&Event { volume_mb, ..event });
        prop_assert!(assessment.anomaly_score() < 0.7, "{}", assessment.anomaly_score());
    }
}

/// Seconds within two months, each with a rarity in powers of ten.
fn moments() -> impl Strategy<Value = Vec<(i64, f64)>> {
    vec((0..60 * 86_400_i64, 0.0..6.0_f64), 0..100)
}

fn risk_of(moments: &[(i64, f64)]) -> Risk {
    let after = |risk: Risk, (second, rarity): &(i64, f64)| risk.after(*second, *rarity, Risk::HALF_LIFE_DAYS);
    moments.iter().fold(Risk::default(), after)
}

/// Scores an event as the first event of all, by the shipped model.
fn assess_first(event: &Event) -> Scored {
    Engine::new(Model::shipped(), Population::default()).assess(event, &Profile::default())
}

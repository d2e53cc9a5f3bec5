//! Laws of the detector, over streams of arbitrary events.
#![cfg(not(target_arch = "wasm32"))]

use std::sync::Arc;

use jiff::Timestamp;
use proptest::{collection::vec, option, prelude::*, sample::select};
use shared::{
    detector::{Assessment, Detector, observe},
    event::{Action, Device, Event},
    family::Family,
    members::Member,
    model::{Model, Weights},
    population::Population,
    profile::{Limits, Profile},
    risk::Risk,
    travel::{Area, Coordinates, Country},
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

fn detector() -> Detector {
    Detector::new(Arc::new(Model::uncalibrated(Weights::UNTRAINED)), Limits::PRODUCT)
}

proptest! {
    #[test]
    fn a_stored_profile_comes_back_as_it_was(events in vec(event(), 1..200)) {
        let mut detector = detector();
        detector.observe(&in_order(events), 16);
        for (_, profile) in detector.profiles() {
            prop_assert_eq!(&Profile::from_bytes(&profile.to_bytes()), &Ok(profile.clone()));
        }
    }

    #[test]
    fn a_member_who_is_packed_between_events_is_judged_alike(events in vec(event(), 1..200)) {
        let (population, model) = (Population::default(), Model::shipped());
        let (mut kept, mut packed) = (Member::default(), Member::default());
        for event in events {
            let scored = [&mut kept, &mut packed].map(|member| {
                let (scored, _) = observe(&event, &mut member.profile, &population, &model);
                member.standing.add(&event, &scored, false);
                scored
            });
            prop_assert_eq!(&scored[0], &scored[1]);
            packed = packed.pack().unpack();
            prop_assert_eq!(&packed, &kept);
        }
    }

    #[test]
    fn a_stored_profile_is_never_larger_than_4_kib(events in vec(event(), 1000..2000)) {
        let mut detector = detector();
        detector.observe(&in_order(events), 16);
        for (_, profile) in detector.profiles() {
            prop_assert!(profile.to_bytes().len() <= 4096, "{} bytes", profile.to_bytes().len());
        }
    }

    /// The habits of a user do not depend on when an event of a known active day arrives, as long as nothing of it was
    /// counted within a day: here everything but the place, which only the late event has.
    #[test]
    fn a_late_event_counts_on_its_own_day(days in 2..8_usize, late in 0..8_usize) {
        let at = |day: usize, hours: i64, place: Option<&str>| {
            let second = START_SECOND / 86_400 * 86_400 + i64::try_from(day).expect("few days") * 86_400 + hours * 3600;
            let time = Timestamp::from_second(second).expect("a time of this century");
            Event { location: place.map(Into::into), ..Event::new("ann".parse().expect("a valid id"), time, Action::View) }
        };
        let mut events: Vec<Event> = (0..days).map(|day| at(day, 9, None)).collect();
        let late = at(late % days, 10, Some("Oslo"));
        let usual = |events: &[Event]| {
            let mut detector = detector();
            detector.observe(events, 1);
            let profile = detector.profile(&late.user).expect("the user was seen");
            let places = profile.usual_places(&profile.clock(20));
            (profile.active_days(), places.first().map(|(name, share)| ((*name).to_owned(), *share)))
        };
        events.push(late.clone());
        let arrived_late = usual(&events);
        prop_assert_eq!(arrived_late, usual(&in_order(events)));
    }

    #[test]
    fn late_events_are_taken_in_any_order(events in vec(event(), 1..200)) {
        let scored = detector().observe(&events, 16);
        for scored in scored {
            prop_assert!(scored.assessment.signals.iter().all(|signal| signal.is_finite()));
        }
    }

    #[test]
    fn epochs_given_together_or_one_by_one_are_the_same(events in vec(event(), 1..200)) {
        let events = in_order(events);
        let together = detector().observe(&events, 16);
        let mut detector = detector();
        let one_by_one: Vec<_> = events.chunks(16).flat_map(|epoch| detector.observe(epoch, 16)).collect();
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

    /// Within few days, so that none has faded before another comes.
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
    fn what_is_unknown_is_no_evidence(event in event()) {
        let assessment = assess_first(&event);
        for (family, is_known) in [
            (Family::Location, event.location.is_some()),
            (Family::Device, event.device.is_some()),
            (Family::Volume, event.volume_mb.is_some()),
            (Family::Project, event.resource.is_some()),
        ] {
            prop_assert_eq!(assessment.evidence[family.index()].is_some(), is_known);
            prop_assert!(is_known || assessment.share(family) == 0.0);
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
    fn nobodys_first_event_is_suspicious_unless_it_is_large_or_follows_failures(event in event()) {
        const LARGE_MB: f64 = 500.0;
        let volume_mb = event.volume_mb.map(|volume| volume % LARGE_MB);
        let assessment = assess_first(&Event { volume_mb, ..event });
        prop_assert!(assessment.anomaly_score() < 0.7, "{}", assessment.anomaly_score());
    }
}

/// Seconds within two months, and how rare something was then, in powers of ten.
fn moments() -> impl Strategy<Value = Vec<(i64, f64)>> {
    vec((0..60 * 86_400_i64, 0.0..6.0_f64), 0..100)
}

fn risk_of(moments: &[(i64, f64)]) -> Risk {
    let after = |risk: Risk, (second, rarity): &(i64, f64)| risk.after(*second, *rarity, Risk::HALF_LIFE_DAYS);
    moments.iter().fold(Risk::default(), after)
}

/// Judges an event as the first of anybody, by the shipped model.
fn assess_first(event: &Event) -> Assessment {
    Assessment::of(event, &Profile::default(), &Population::default(), &Model::shipped())
}

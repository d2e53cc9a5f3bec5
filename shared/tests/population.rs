//! Laws of the population: its limits, and the form in which it is stored.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::{collection::vec, option, prelude::*};
use shared::{
    engine::{Engine, InMemoryEngine},
    event::{Action, Event},
    families::{FAMILIES, FLAT, Family, Moment, Tree},
    last_event::LastEvent,
    model::Model,
    population::{
        Contribution, DecayWeight, EPOCH, PartId, Population, PopulationLimits, UnreadablePopulation,
        contributions_from_bytes, contributions_to_bytes,
    },
    profile::{ClosedDay, DayScores, FirstOfDay, Limits, Profile},
    signals::PerSignal,
    value::Value,
    values::{Path, Paths},
};

const START_SECOND: i64 = 1_700_000_000;
const DAY_SECONDS: i64 = 86_400;
/// Limits that a few hundred contributions exceed.
const SMALL: PopulationLimits = PopulationLimits { nodes: 4, names: 8, groups: 14, group_names: 20, adoptions: 5 };
/// Limits that nothing exceeds.
const NONE: PopulationLimits =
    PopulationLimits { nodes: MAX, names: MAX, groups: MAX, group_names: MAX, adoptions: MAX };
const MAX: usize = usize::MAX;
/// The number of parts with nodes and of those with peer groups.
const NODE_PARTS: u64 = 64;
const PEER_PARTS: usize = 16;

/// A contribution at one of a few times, so that many counts are equal, of a peer group of one of two parts.
fn contribution() -> impl Strategy<Value = Contribution> {
    let second = (0..4_i64).prop_map(|time| START_SECOND + time * 30 * DAY_SECONDS);
    let resource = option::of("p[0-3](/[a-h]){0,3}".prop_map(|resource| Path::of(&resource)));
    let address = option::of(any::<std::net::Ipv4Addr>().prop_map(|address| Path::of_address(address.into())));
    let place = option::of((0..40_u64).prop_map(place));
    let closed = option::of((-10.0..10.0_f64, any::<bool>(), 0.0..5.0_f32).prop_map(closed_day));
    let peer_group = option::of((0..40_u64, 0..2_u64).prop_map(|(group, part)| group * PEER_PARTS as u64 + part));
    (second, peer_group, place, 0..3_u16, (resource, address), closed, any::<(bool, bool)>()).prop_map(
        |(second, peer_group, place, action, (resource, address), closed_day, (is_adopted, is_first_of_week))| {
            let mut values = [None; FLAT];
            values[Family::Action.index()] = Some(Value::Slot(action));
            values[Family::Location.index()] = place;
            let paths = Paths([resource, address]);
            let first_of_day = FirstOfDay { values, paths, adopted: [is_adopted; FAMILIES], is_first_of_week };
            Contribution { second, peer_group, first_of_day, closed_day }
        },
    )
}

fn place(number: u64) -> Value {
    Value::Name(Family::Location.name_keys().start() + number)
}

fn closed_day((identity, is_known, evidence): (f64, bool, f32)) -> (ClosedDay, DayScores) {
    let closed = ClosedDay { identity, totals: [0.5, identity.abs()], is_known };
    (closed, DayScores { maxima: PerSignal([evidence, 0.0, 1.0, 0.5, -evidence]), evidence })
}

fn learnt(mut population: Population, contributions: &[Contribution]) -> Population {
    for contribution in contributions {
        population.add(contribution);
    }
    population
}

/// Commits contributions one by one.
fn commit(engine: &mut Engine, contributions: &[Contribution]) {
    for contribution in contributions {
        engine.commit([*contribution]);
    }
}

fn limited(limits: PopulationLimits) -> Population {
    Population::default().with_limits(limits)
}

/// Returns the population as it is read from its stored parts.
fn stored_and_read(population: &Population) -> Population {
    let mut all = population.clone();
    all.mark_changed(PartId::all());
    Population::from_parts(all.changed_parts()).expect("the parts were just written")
}

proptest! {
    #[test]
    fn no_limit_is_exceeded(contributions in vec(contribution(), 1..400)) {
        let mut population = limited(SMALL);
        for contribution in &contributions {
            population.add(contribution);
            let counts = population.counts();
            prop_assert!(counts.nodes <= SMALL.nodes * usize::try_from(NODE_PARTS).expect("64"));
            prop_assert!(counts.names <= SMALL.names);
            prop_assert!(counts.groups <= SMALL.groups * PEER_PARTS);
            prop_assert!(counts.group_names <= SMALL.group_names * PEER_PARTS);
        }
    }

    #[test]
    fn no_dropped_name_or_node_is_commoner_than_a_kept_one(mut contributions in vec(contribution(), 1..400)) {
        contributions.last_mut().expect("there is a contribution").first_of_day.paths.0[1] = None;
        let (last, before) = contributions.split_last().expect("there is a contribution");
        let all = learnt(limited(NONE), &contributions);
        let kept = learnt(learnt(limited(NONE), before).with_limits(SMALL), std::slice::from_ref(last));
        let now = DecayWeight::at(START_SECOND);
        let is_fair = |pairs: Vec<(f64, f64)>| {
            let dropped = pairs.iter().filter(|(_, kept)| *kept == 0.0).map(|(all, _)| *all).fold(0.0, f64::max);
            pairs.iter().filter(|(_, kept)| *kept > 0.0).all(|(all, kept)| all == kept && *kept >= dropped)
        };
        let count = |population: &Population, number| population.organisation().count(place(number), now);
        prop_assert!(is_fair((0..40).map(|number| (count(&all, number), count(&kept, number))).collect()));
        for path in last.first_of_day.paths.0.iter().flatten() {
            let part = path.leaf() % NODE_PARTS;
            let paths = contributions.iter().flat_map(|other| other.first_of_day.paths.0.iter().flatten());
            let nodes = paths.flat_map(Path::nodes).filter(|node| **node % NODE_PARTS == part);
            let count = |population: &Population, node| population.node(Tree::Resource, Some(node)).count(now);
            prop_assert!(is_fair(nodes.map(|node| (count(&all, *node), count(&kept, *node))).collect()));
        }
    }

    /// So what is kept depends on the contributions and their order alone, not on the order within hash tables.
    #[test]
    fn storing_and_reading_in_between_changes_nothing(contributions in vec(contribution(), 1..400), at in 0..400_usize) {
        let (before, after) = contributions.split_at(at.min(contributions.len()));
        let uninterrupted = learnt(limited(SMALL), &contributions);
        let read = stored_and_read(&learnt(limited(SMALL), before)).with_limits(SMALL);
        let resumed = learnt(read, after);
        prop_assert_eq!(&resumed, &uninterrupted);
        prop_assert_eq!(resumed.to_bytes(), uninterrupted.to_bytes());
        prop_assert_eq!(Population::from_bytes(&uninterrupted.to_bytes()), Some(uninterrupted));
    }

    /// The parts that changed since the last time, written over those of before, are the whole population; a time that
    /// failed is made up for by the next one.
    #[test]
    fn the_changed_parts_are_enough(times in vec((vec(contribution(), 0..50), any::<bool>()), 1..10)) {
        let mut population = limited(SMALL);
        let mut rows = BTreeMap::new();
        for (contributions, has_failed) in &times {
            population = learnt(population, contributions);
            let changed: Vec<_> = population.changed_parts().collect();
            population.mark_stored();
            if *has_failed {
                population.mark_changed(changed.iter().map(|(part, _)| *part));
            } else {
                rows.extend(changed);
            }
        }
        rows.extend(population.changed_parts());
        prop_assert_eq!(Population::from_parts(rows), Ok(population));
    }

    #[test]
    fn contributions_come_back_as_they_were(contributions in vec(contribution(), 0..50)) {
        prop_assert_eq!(contributions_from_bytes(&contributions_to_bytes(&contributions)), Ok(contributions));
    }

    #[test]
    fn damaged_bytes_are_refused_or_read_but_never_a_panic(
        contributions in vec(contribution(), 1..50), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut bytes = contributions_to_bytes(&contributions);
        let place = at.index(bytes.len());
        bytes[place] = byte;
        let read = contributions_from_bytes(&bytes).unwrap_or_default();
        let mut population = learnt(Population::default(), &read);
        population.mark_changed(PartId::all());
        for (part, mut bytes) in population.changed_parts() {
            let longer = [bytes.as_slice(), &[0]].concat();
            prop_assert!(Population::from_parts([(part, longer)]).is_err(), "there is a byte too many");
            let place = at.index(bytes.len());
            bytes[place] = byte;
            if let Err(refused) = Population::from_parts([(part, &bytes)]) {
                prop_assert_eq!(refused.part, part);
            }
        }
    }

    #[test]
    fn an_engine_goes_on_from_its_parts_and_pending_contributions(
        contributions in vec(contribution(), 1..400), at in 0..400_usize,
    ) {
        let (before, after) = contributions.split_at(at.min(contributions.len()));
        let mut engine = Engine::new(Model::shipped(), Population::default());
        commit(&mut engine, before);
        let mut resumed = Engine::new(Model::shipped(), stored_and_read(engine.population()));
        resumed.commit(contributions_from_bytes(&contributions_to_bytes(engine.pending())).expect("just written"));
        prop_assert_eq!(&resumed, &engine);
        commit(&mut engine, after);
        commit(&mut resumed, after);
        prop_assert_eq!(resumed, engine);
    }

    #[test]
    fn a_probability_is_at_most_1_whatever_was_dropped(resources in vec("p[0-3](/[a-e]){0,3}", 1..400)) {
        let mut profiles = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
        let nodes = PopulationLimits { nodes: 1, ..SMALL };
        let mut engine = Engine::new(Model::shipped(), limited(nodes)).with_longest_epoch(1);
        for (hours, resource) in (0..).zip(resources) {
            let time = Timestamp::from_second(START_SECOND + hours * 3600).expect("a time of this century");
            let user = format!("u{}", hours % 7).parse().expect("a valid id");
            let event = Event { resource: Some(resource.into()), ..Event::new(user, time, Action::View) };
            let (_, mut shards) = profiles.parts();
            let (scored, contribution) = engine.observe(&[&event], &mut shards).remove(0);
            engine.commit([contribution]);
            for evidence in scored.assessment.context.evidence.iter().flatten() {
                prop_assert!(evidence.others > 0.0 && evidence.others <= 1.0, "{evidence:?}");
            }
        }
    }
}

#[test]
fn what_many_users_have_outlives_a_flood_of_what_one_user_had_once() {
    let of = |number: u32, place_number: u64, resource: &str| {
        let mut values = [None; FLAT];
        values[Family::Location.index()] = Some(place(place_number));
        let paths = Paths([Some(Path::of(resource)), None]);
        let second = START_SECOND + i64::from(number);
        let first_of_day = FirstOfDay { values, paths, adopted: [false; FAMILIES], is_first_of_week: false };
        Contribution { second, peer_group: None, first_of_day, closed_day: None }
    };
    let mut population = limited(PopulationLimits { nodes: 40, names: 40, ..SMALL });
    (0..3).for_each(|number| population.add(&of(number, 0, "plans/2024/budget")));
    (3..20_000).for_each(|number| population.add(&of(number, number.into(), &format!("scratch/{number}"))));
    let now = DecayWeight::at(START_SECOND);
    assert_eq!(population.organisation().count(place(0), now).round(), 3.0);
    assert_eq!(population.organisation().count(place(4), now), 0.0);
    for node in Path::of("plans/2024/budget").nodes() {
        assert_eq!(population.node(Tree::Resource, Some(*node)).count(now).round(), 3.0);
    }
    assert_eq!(population.node(Tree::Resource, Some(Path::of("scratch/4").leaf())).count(now), 0.0);
    assert!(population.counts().nodes <= 40 * 64 && population.counts().nodes > 28 * 64);
}

/// Returns a population in which so many users with a history were active in the week, and so many of them took up a
/// place in the first seconds of it.
fn with_adopters(active: u32, adopters: u32) -> Population {
    let mut population = Population::default();
    for user in 0..active {
        let mut values = [None; FLAT];
        let mut adopted = [false; FAMILIES];
        values[Family::Location.index()] = Some(place(1));
        adopted[Family::Location.index()] = user < adopters;
        let second = START_SECOND + i64::from(user);
        let first_of_day = FirstOfDay { values, paths: Paths::default(), adopted, is_first_of_week: true };
        population.add(&Contribution { second, peer_group: None, first_of_day, closed_day: None });
    }
    population
}

#[test]
fn what_many_took_up_lately_says_little_about_one_and_what_one_took_up_says_all() {
    let most_bits = |active, adopters, days: i64, is_adopter| {
        let second = START_SECOND + days * DAY_SECONDS;
        with_adopters(active, adopters).most_bits(place(1).key(), second, is_adopter)
    };
    assert_eq!(most_bits(40, 0, 0, false), None);
    assert_eq!(most_bits(40, 1, 0, false), None, "one other user is no fashion");
    assert_eq!(most_bits(40, 2, 0, true), None, "nor is one beside the user");
    let two_of_forty = most_bits(40, 2, 0, false).expect("two others are");
    assert!((two_of_forty - 2.74).abs() < 0.01, "{two_of_forty}");
    assert_eq!(most_bits(40, 14, 0, false), Some(0.0), "beyond a third it says nothing");
    assert!(most_bits(4, 2, 0, false).is_some_and(|bits| bits > 0.7), "ten users are assumed at least");
    let after_two_weeks = most_bits(40, 14, 14, false).expect("half of them count");
    assert!((after_two_weeks - 0.93).abs() < 0.01, "{after_two_weeks}");
    assert_eq!(most_bits(40, 4, 60, false), None, "it was long ago");
}

#[test]
fn an_extract_knows_what_others_took_up_of_what_the_event_has() {
    let event = Event {
        location: Some("Oslo".into()),
        ..Event::new("ann".parse().expect("an id"), Timestamp::UNIX_EPOCH, Action::Login)
    };
    let oslo =
        Family::Location.value(&Moment { event: &event, second: 0, last: &LastEvent::default() }).expect("a place");
    let mut population = with_adopters(40, 0);
    let mut adopt = |value: Value, users: i64| {
        for user in 0..users {
            let (mut values, mut adopted) = ([None; FLAT], [false; FAMILIES]);
            values[Family::Location.index()] = Some(value);
            adopted[Family::Location.index()] = true;
            let first_of_day = FirstOfDay { values, paths: Paths::default(), adopted, is_first_of_week: false };
            let second = START_SECOND + user;
            population.add(&Contribution { second, peer_group: None, first_of_day, closed_day: None });
        }
    };
    (0..300).for_each(|number| adopt(place(number), 3));
    adopt(oslo, 2);
    let slot = Value::Slot(5);
    adopt(slot, 2);
    let extract = population.extract(&event, &Profile::default());
    let most_bits = |population: &Population, value: Value| population.most_bits(value.key(), START_SECOND, false);
    assert!(most_bits(&population, oslo).is_some());
    assert_eq!(most_bits(&extract, oslo), most_bits(&population, oslo), "though 300 places have more adopters");
    assert!(most_bits(&extract, slot).is_some(), "another event of the user may have it");
    let kept = (0..300).filter(|number| most_bits(&extract, place(*number)).is_some()).count();
    assert_eq!(kept, 200, "those with the most");
}

#[test]
fn epochs_are_short_in_a_new_population_and_where_few_users_are_active() {
    let mut population = with_adopters(40, 0);
    assert_eq!((Population::default().epoch(), population.epoch()), (1, 4), "an eighth of the events");
    let later = |population: &mut Population| {
        let first_of_day = FirstOfDay {
            values: [None; FLAT],
            paths: Paths::default(),
            adopted: [false; FAMILIES],
            is_first_of_week: false,
        };
        let event = Contribution { second: START_SECOND, peer_group: None, first_of_day, closed_day: None };
        (0..5000).for_each(|_| population.add(&event));
        population.epoch()
    };
    assert_eq!(later(&mut population), 8, "a quarter of the users, as a power of two");
    assert_eq!(later(&mut with_adopters(3000, 0)), EPOCH);
}

#[test]
fn bytes_of_another_version_are_refused_and_the_part_is_named() {
    let part = PartId::from_index(70).expect("there are 82 parts");
    let refused = Population::from_parts([(part, [9, 0])]).expect_err("there is no version 9");
    assert_eq!((refused.part, refused.reason), (part, UnreadablePopulation::Version(9)));
    let sentence = "of the stored population, part 5 of the peer groups cannot be read: the bytes have version 9, this \
                    program reads 1";
    assert_eq!(refused.to_string(), sentence);
    assert_eq!(contributions_from_bytes(&[9]), Err(UnreadablePopulation::Version(9)));
    assert_eq!(contributions_from_bytes(&[]), Err(UnreadablePopulation::Damaged));
}

mod fixture {
    //! What was once stored by version 1 is read for ever.

    use super::{
        Contribution, FAMILIES, FLAT, Family, FirstOfDay, Path, Paths, Population, START_SECOND, Value, closed_day,
    };
    use super::{contributions_from_bytes, contributions_to_bytes, learnt, place};

    static POPULATION: &[u8] = include_bytes!("fixtures/population-v1/population.bin");
    static CONTRIBUTIONS: &[u8] = include_bytes!("fixtures/population-v1/contributions.bin");
    const CONTRIBUTIONS_LISTED: usize = 12;

    /// Returns what the stored population learnt from: enough closed days for a calibration of its own.
    fn contributions() -> Vec<Contribution> {
        (0..600).map(contribution).collect()
    }

    fn contribution(number: u16) -> Contribution {
        let mut values = [None; FLAT];
        values[Family::Action.index()] = Some(Value::Slot(number % 3));
        values[Family::Location.index()] = number.is_multiple_of(2).then(|| place(u64::from(number % 5)));
        let resource = Path::of(&format!("p{}/{}/{number}", number % 2, number % 7));
        let address = number.is_multiple_of(4).then(|| Path::of_address([10, 0, 0, 7].into()));
        let evidence = f32::from(number * 7 % 600) / 100.0;
        Contribution {
            second: START_SECOND + 3600 * i64::from(number),
            peer_group: (!number.is_multiple_of(3)).then(|| u64::from(number % 20)),
            first_of_day: FirstOfDay {
                values,
                paths: Paths([Some(resource).filter(|_| number.is_multiple_of(20)), address]),
                adopted: [false; FAMILIES],
                is_first_of_week: false,
            },
            closed_day: (number > 5).then(|| closed_day((evidence.into(), true, evidence))),
        }
    }

    #[test]
    fn a_population_and_contributions_of_version_1_are_read_as_they_were() {
        let population = learnt(Population::default(), &contributions());
        let listed = contributions().split_off(600 - CONTRIBUTIONS_LISTED);
        if std::env::var_os("WRITE_FIXTURES").is_some() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/population-v1");
            std::fs::write(format!("{folder}/population.bin"), population.to_bytes()).expect("it can be written");
            std::fs::write(format!("{folder}/contributions.bin"), contributions_to_bytes(&listed))
                .expect("it can be written");
            panic!("the fixtures were written: run the test again");
        }
        assert!(population.calibration_window().own().is_some());
        assert_eq!(Population::from_bytes(POPULATION), Some(population.clone()));
        assert_eq!(population.to_bytes(), POPULATION);
        assert_eq!(contributions_from_bytes(CONTRIBUTIONS), Ok(listed.clone()));
        assert_eq!(contributions_from_bytes(&contributions_to_bytes(&listed)), Ok(listed));
    }
}

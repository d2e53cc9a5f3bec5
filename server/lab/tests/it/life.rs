//! Ordinary life in a made-up organisation: what its situations change, how often they come, and what they leave alone.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use lab::{
    dataset::{LabelledEvent, write_csv},
    synthetic::{self, AttackKind, LifeRates, OrganisationPlan, Scope, Situation, SituationKind},
};
use shared::{
    calendar::Day,
    event::{Action, Event, UserId},
};
use strum::VariantArray as _;

use crate::Folder;

/// FNV-1a of the log of 30 users and 40 days, seed 1, as it was before there was ordinary life.
const WITHOUT_LIFE: u64 = 0x8c3e_4317_2277_425b;

fn plan(life: LifeRates) -> OrganisationPlan {
    let start = "2026-01-05T00:00:00Z".parse().expect("a time");
    OrganisationPlan { users: 60, days: 140, start, attacks: Vec::new(), rate: 0.2, life, situated: 0.5, seed: 5 }
}

fn only(kind: SituationKind) -> OrganisationPlan {
    plan(LifeRates::NONE.with(kind, 6.0))
}

/// The events of each user in order of time.
fn by_user(plan: &OrganisationPlan) -> BTreeMap<String, Vec<Event>> {
    let mut users: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for row in synthetic::generate(plan) {
        users.entry(row.event.user.as_str().to_owned()).or_default().push(row.event);
    }
    users
}

/// Returns the names of the fields in which two events differ, but for those that follow from others.
fn differences(one: &Event, other: &Event) -> BTreeSet<&'static str> {
    let fields = [
        ("time", one.time != other.time),
        ("action", one.action != other.action),
        ("resource", one.resource != other.resource),
        ("address", one.address != other.address),
        ("volume", one.volume_mb != other.volume_mb),
        ("location", one.location != other.location),
        ("device", one.device != other.device),
        ("program", one.user_agent != other.user_agent),
        ("outcome", one.outcome != other.outcome),
        ("department", one.department != other.department),
        ("role", one.role != other.role),
        ("failed attempts", one.failed_attempts != other.failed_attempts),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

/// Whether a day is one of a situation of the user; local days may begin a day before or end a day after.
fn is_within(situations: &[Situation], user: &UserId, day: Day) -> bool {
    let days = |situation: &Situation| situation.first.0 - 1..=situation.last.0 + 1;
    situations.iter().any(|situation| situation.user == *user && days(situation).contains(&day.0))
}

/// The first day of the situations of each user.
fn first_days(situations: &[Situation]) -> HashMap<&str, Day> {
    let mut first: HashMap<&str, Day> = HashMap::new();
    for situation in situations {
        let day = first.entry(situation.user.as_str()).or_insert(situation.first);
        *day = (*day).min(situation.first);
    }
    first
}

#[test]
fn without_ordinary_life_a_seed_gives_the_log_that_it_always_gave() {
    let plan = OrganisationPlan {
        users: 30,
        days: 40,
        attacks: AttackKind::VARIANTS.to_vec(),
        situated: 0.0,
        seed: 1,
        ..plan(LifeRates::NONE)
    };
    let mut written = Vec::new();
    write_csv(&synthetic::generate(&plan), &mut written).expect("memory can be written to");
    let hash = written
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    assert_eq!(hash, WITHOUT_LIFE);
    assert_eq!(synthetic::situations(&plan), []);
}

#[test]
fn a_situation_changes_its_own_fields_of_its_own_users_and_nothing_else() {
    let before = by_user(&plan(LifeRates::NONE));
    for (kind, fields) in [
        (SituationKind::NewDevice, &["device", "program"][..]),
        (SituationKind::NewHome, &["address"]),
        (SituationKind::MobileHabit, &["address", "location"]),
        (SituationKind::EgressHabit, &["address", "location"]),
        (SituationKind::SharedMachine, &["address", "device", "program"]),
        (SituationKind::NewProject, &["resource", "outcome"]),
        (SituationKind::NewOffice, &["address"]),
        (SituationKind::FailOver, &["address", "location"]),
        (SituationKind::EgressForAll, &["address", "location"]),
        (SituationKind::NewApplication, &["resource", "program", "outcome"]),
        (SituationKind::PlaceRelabelled, &["location"]),
    ] {
        let plan = only(kind);
        let (after, situations) = (by_user(&plan), synthetic::situations(&plan));
        let is_habit =
            matches!(kind, SituationKind::MobileHabit | SituationKind::EgressHabit | SituationKind::SharedMachine);
        let first = first_days(&situations);
        let mut changed: BTreeSet<&str> = BTreeSet::new();
        for (user, events) in &after {
            assert_eq!(events.len(), before[user].len(), "{kind:?}, {user}");
            for (event, other) in events.iter().zip(&before[user]) {
                let differences = differences(event, other);
                let has_begun = first.get(user.as_str()).is_some_and(|first| first.0 <= event.day().0 + 1);
                assert!(differences.is_empty() || has_begun || is_habit, "{kind:?}, {user}, {:?}", event.time);
                changed.extend(differences);
            }
        }
        let fields: BTreeSet<&str> = fields.iter().copied().collect();
        assert!(!changed.is_empty() && changed.is_subset(&fields), "{kind:?}: {changed:?}");
    }
}

#[test]
fn a_passing_situation_ends() {
    let before = by_user(&plan(LifeRates::NONE));
    for kind in [SituationKind::FailOver, SituationKind::Travel, SituationKind::LongStay] {
        let plan = only(kind);
        let situations = synthetic::situations(&plan);
        let mut outside = 0;
        for (user, events) in by_user(&plan) {
            let unchanged: HashSet<(Timestamp, Option<_>)> =
                before[&user].iter().map(|event| (event.time, event.address)).collect();
            for event in events.iter().filter(|event| !is_within(&situations, &event.user, event.day())) {
                assert!(unchanged.contains(&(event.time, event.address)), "{kind:?}, {user}, {}", event.time);
                outside += 1;
            }
        }
        assert!(outside > 1000, "{kind:?}: {outside}");
    }
}

#[test]
fn extra_work_comes_on_top_of_everything_else() {
    let before = by_user(&plan(LifeRates::NONE));
    for kind in [
        SituationKind::SecondSignIn,
        SituationKind::OnCall,
        SituationKind::Deadline,
        SituationKind::MonthEnd,
        SituationKind::YearEnd,
    ] {
        let plan = only(kind);
        let situations = synthetic::situations(&plan);
        let mut more = 0;
        for (user, events) in by_user(&plan) {
            let mut others = before[&user].iter().peekable();
            for event in &events {
                if others.next_if(|other| differences(event, other).is_empty()).is_some() {
                    continue;
                }
                let may_be_old = matches!(kind, SituationKind::OnCall | SituationKind::SecondSignIn);
                assert!(may_be_old || is_within(&situations, &event.user, event.day()), "{kind:?}, {}", event.time);
                more += 1;
            }
            assert_eq!(others.next(), None, "{kind:?}, {user}");
        }
        assert!(more > 0, "{kind:?}");
    }
}

#[test]
fn who_is_away_does_nothing_and_all_other_days_stay_as_they_are() {
    let before = by_user(&plan(LifeRates::NONE));
    for kind in [SituationKind::Joining, SituationKind::Leaving, SituationKind::Return] {
        let after = by_user(&only(kind));
        let mut missing = 0;
        for (user, events) in &before {
            let left = after.get(user).map_or(&[][..], |left| left);
            let mut left = left.iter().peekable();
            for event in events {
                missing += usize::from(left.next_if(|other| differences(event, other).is_empty()).is_none());
            }
            assert_eq!(left.next(), None, "{kind:?}, {user}");
        }
        assert!(missing > 100, "{kind:?}: {missing}");
    }
}

#[test]
fn a_new_team_changes_nothing_before_its_first_day_and_nobody_else() {
    let before = by_user(&plan(LifeRates::NONE));
    for kind in [SituationKind::NewTeam, SituationKind::Reorganisation] {
        let plan = only(kind);
        let (after, situations) = (by_user(&plan), synthetic::situations(&plan));
        let first = first_days(&situations);
        for (user, events) in &after {
            let until = first.get(user.as_str()).map_or(i32::MAX, |day| day.0 - 1);
            let earlier = |events: &[Event]| events.iter().filter(|event| event.day().0 < until).count();
            assert_eq!(earlier(events), earlier(&before[user]), "{kind:?}, {user}");
            for (event, other) in events.iter().zip(&before[user]).take_while(|(event, _)| event.day().0 < until) {
                assert_eq!(differences(event, other), BTreeSet::new(), "{kind:?}, {user}");
            }
        }
        let departments =
            |user: &str| after[user].iter().map(|event| event.department.clone()).collect::<BTreeSet<_>>();
        let moved = first.keys().filter(|user| after.contains_key(**user) && departments(user).len() > 1).count();
        assert!(moved * 10 > first.len() * 8, "{kind:?}: {moved} of {}", first.len());
    }
}

#[test]
fn an_acquisition_brings_new_people_on_one_day_and_leaves_the_others_alone() {
    let before = by_user(&plan(LifeRates::NONE));
    let plan = plan(LifeRates::NONE.with(SituationKind::Acquisition, 3.0));
    let (after, situations) = (by_user(&plan), synthetic::situations(&plan));
    let mut joined: BTreeMap<Day, usize> = BTreeMap::new();
    for (user, events) in &after {
        if let Some(others) = before.get(user) {
            assert_eq!(events.len(), others.len());
            assert!(events.iter().zip(others).all(|(event, other)| differences(event, other).is_empty()));
        } else {
            let of_user = situations.iter().find(|situation| situation.user.as_str() == user);
            let first = of_user.expect("new people are in a situation").first;
            assert!(events[0].day() >= first);
            *joined.entry(first).or_default() += 1;
        }
    }
    assert!(joined.values().any(|people| *people >= 4), "{joined:?}");
}

#[test]
fn people_keep_their_hours_when_the_clocks_change() {
    let before = by_user(&plan(LifeRates::NONE));
    let plan = only(SituationKind::ClockChange);
    let (after, situations) = (by_user(&plan), synthetic::situations(&plan));
    let first = first_days(&situations);
    let hour = SignedDuration::from_hours(1);
    let mut shifted = 0;
    for (user, events) in &after {
        let others: HashSet<Timestamp> = before[user].iter().map(|event| event.time).collect();
        for event in events {
            let Some(change) = first.get(user.as_str()) else {
                assert!(others.contains(&event.time), "{user} has no summer time");
                continue;
            };
            if event.day().0 > change.0 {
                assert!(others.contains(&event.time.checked_add(hour).expect("a time")), "{user}, {}", event.time);
                shifted += 1;
            } else if event.day().0 < change.0 - 1 {
                assert!(others.contains(&event.time), "{user}, {}", event.time);
            }
        }
    }
    let changes: BTreeSet<Day> = first.into_values().collect();
    assert_eq!(changes.len(), 2, "one in the United States, one in Europe");
    assert!(shifted > 1000, "{shifted}");
}

#[test]
fn situations_come_at_their_rates() {
    let plan = OrganisationPlan { users: 400, days: 28 + 365, ..plan(LifeRates::ordinary()) };
    let situations = synthetic::situations(&plan);
    let people = 400.0 * 24.0 / 25.0;
    for kind in [
        SituationKind::NewDevice,
        SituationKind::NewHome,
        SituationKind::Travel,
        SituationKind::LongStay,
        SituationKind::NewTeam,
        SituationKind::NewProject,
        SituationKind::Joining,
        SituationKind::NewHours,
        SituationKind::Deadline,
    ] {
        let counted = situations.iter().filter(|situation| situation.kind == kind).count();
        let counted = f64::from(u32::try_from(counted).expect("few"));
        let expected = kind.ordinary_rate() * people;
        assert!((counted - expected).abs() <= 4.0 * expected.sqrt(), "{kind:?}: {counted} of {expected}");
    }
    let closings: BTreeSet<Day> =
        situations.iter().filter(|one| one.kind == SituationKind::MonthEnd).map(|one| one.first).collect();
    let days: Vec<Day> = closings.into_iter().collect();
    let months = 1 + days.windows(2).filter(|pair| pair[1].0 - pair[0].0 > 7).count();
    assert_eq!(months, 13, "{days:?}");
    for kind in [SituationKind::NewOffice, SituationKind::FailOver, SituationKind::SecondSignIn] {
        let plan = OrganisationPlan { days: 28 + 365, ..only(kind) };
        let days: BTreeSet<Day> = synthetic::situations(&plan).into_iter().map(|situation| situation.first).collect();
        assert!((4..=13).contains(&days.len()), "{kind:?}: {days:?}"); // six, a day earlier for some offices
    }
}

#[test]
fn every_kind_of_situation_comes_in_a_restless_year() {
    let plan = OrganisationPlan { users: 200, days: 400, ..plan("restless,egress_for_all=1".parse().expect("rates")) };
    let kinds: BTreeSet<SituationKind> =
        synthetic::situations(&plan).into_iter().map(|situation| situation.kind).collect();
    let missing: Vec<_> = SituationKind::VARIANTS.iter().filter(|kind| !kinds.contains(*kind)).collect();
    assert!(missing.len() <= 2, "{missing:?}"); // an organisation's rates are low: the seed decides
    assert!(!missing.iter().any(|kind| kind.scope() == Scope::Person), "{missing:?}");
}

#[test]
fn a_seed_gives_one_life() {
    let plan = plan(LifeRates::ordinary());
    assert!(synthetic::generate(&plan) == synthetic::generate(&plan));
    assert_eq!(synthetic::situations(&plan), synthetic::situations(&plan));
    let other = OrganisationPlan { seed: 6, ..plan.clone() };
    assert_ne!(synthetic::situations(&plan), synthetic::situations(&other));
}

#[test]
fn attacks_are_put_into_situations_and_none_is_lost() {
    let share = |situated: f64| {
        let plan = OrganisationPlan {
            users: 150,
            attacks: AttackKind::VARIANTS.to_vec(),
            situated,
            ..plan("restless,joining=0,leaving=0,return=0".parse().expect("rates"))
        };
        let situations = synthetic::situations(&plan);
        let mut first: BTreeMap<String, (UserId, Day)> = BTreeMap::new();
        for LabelledEvent { event, .. } in synthetic::generate(&plan).iter().filter(|row| row.is_attack()) {
            first.entry(event.user.as_str().to_owned()).or_insert((event.user.clone(), event.day()));
        }
        let within = first.values().filter(|(user, day)| is_within(&situations, user, *day)).count();
        (within, first.len())
    };
    let ((by_chance, of_chance), (meant, of_meant)) = (share(0.0), share(1.0));
    assert!(of_chance.abs_diff(of_meant) <= 2, "{of_chance} and {of_meant} attacks");
    assert!(meant * 100 >= of_meant * 85, "{meant} of {of_meant}"); // revivals of unused accounts stay where they are
    assert!(by_chance * 100 <= of_chance * 70, "{by_chance} of {of_chance}");
}

#[test]
fn the_command_lists_situations_beside_the_log() {
    let folder = Folder::new();
    let small = ["generate", "--users", "20", "--days", "60", "--life", "fail_over=12,clock_change=2"];
    folder.succeed(&[&small[..], &["--out", "world.csv", "--situations", "situations.csv"]].concat());
    let situations = folder.text("situations.csv");
    let mut lines = situations.lines();
    assert_eq!(lines.next(), Some("user_id,situation,scope,first_day,last_day"));
    let log = folder.text("world.csv");
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let [user, "fail_over", "organisation", first, last] = cells[..] else { panic!("{line}") };
        assert!(log.contains(user) && first <= last && first >= "2026-02-01", "{line}");
    }
    let refused = folder.run(&["generate", "--life", "lively", "--out", "other.csv"]);
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("\"lively\" is neither none, quiet, ordinary or restless")
    );
}

#[test]
fn a_second_sign_in_is_a_login_from_the_same_place_within_seconds() {
    let plan = only(SituationKind::SecondSignIn);
    let from = synthetic::situations(&plan).iter().map(|situation| situation.first).max().expect("it comes");
    let mut logins = 0;
    for (_, events) in by_user(&plan) {
        let signed_in = events.iter().filter(|event| event.action == Action::Login && !event.has_failed());
        for event in signed_in.filter(|event| event.day().0 > from.0 + 1 && !event.user.as_str().starts_with("svc")) {
            let near = |other: &&Event| {
                let seconds = other.time.duration_since(event.time).as_secs_f64().abs();
                other.action == Action::Login && seconds > 0.0 && seconds <= 20.0 && other.address == event.address
            };
            assert!(events.iter().any(|other| near(&other)), "{}, {}", event.user.as_str(), event.time);
            logins += 1;
        }
    }
    assert!(logins > 50, "{logins}");
}

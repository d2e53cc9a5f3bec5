//! Attacks injected into the sample log, and into a small log with more fields.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::File,
    sync::LazyLock,
};

use lab::{
    dataset::{self, Label, LabelledEvent, LabelledLog},
    inject::{AttackSizes, Injection, InjectionPlan, MIN_ACTIVE_DAYS, NobodyFits, for_training, inject, placed},
};
use shared::{
    calendar::{DAY_SECONDS, Day, second_of},
    event::{Action, Event},
    formats,
};
use strum::VariantArray as _;

use crate::{Folder, SAMPLE_LOG};

static SAMPLE: LazyLock<Vec<Event>> = LazyLock::new(|| {
    let log = File::open(SAMPLE_LOG).expect("the sample is there");
    formats::read(log, None, None).map(|record| record.event.expect("the log has no fault")).collect()
});

/// The sample with six injected attacks of every kind.
static ATTACKED: LazyLock<Vec<LabelledEvent>> = LazyLock::new(|| attacked(Injection::VARIANTS, 6, 1));

fn plan(kinds: &[Injection], cases: usize, seed: u64) -> InjectionPlan {
    InjectionPlan { kinds: kinds.to_vec(), cases, after: 0.6, sizes: AttackSizes::USUAL, seed }
}

fn attacked(kinds: &[Injection], cases: usize, seed: u64) -> Vec<LabelledEvent> {
    inject(SAMPLE.clone(), &plan(kinds, cases, seed)).expect("the sample has people who can be attacked")
}

/// Returns the content of an event that attacks on others must not change: everything but its id and the change of
/// location.
fn content(event: &Event) -> String {
    format!("{:?}", Event { event_id: None, location_change: None, ..event.clone() })
}

fn counts<'a>(events: impl Iterator<Item = &'a Event>) -> HashMap<String, i32> {
    let mut counts = HashMap::new();
    events.for_each(|event| *counts.entry(content(event)).or_default() += 1);
    counts
}

fn benign(rows: &[LabelledEvent]) -> impl Iterator<Item = &Event> {
    rows.iter().filter(|row| row.label == Label::Benign).map(|row| &row.event)
}

/// Returns the events of each attack of one kind, by its case.
fn attacks(rows: &[LabelledEvent], wanted: Injection) -> BTreeMap<&str, Vec<&Event>> {
    let mut cases: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for LabelledEvent { event, label } in rows {
        if let Label::Attack { kind, case } = label
            && kind.as_ref() == wanted.name()
        {
            cases.entry(case).or_default().push(event);
        }
    }
    cases
}

fn user_days(rows: &[LabelledEvent], kind: Injection) -> usize {
    let cases = attacks(rows, kind);
    let days: BTreeSet<_> = cases.values().flatten().map(|event| (&event.user, event.day())).collect();
    days.len()
}

/// The user's events of the sample, in order of time.
fn own<'a>(attack: &[&'a Event]) -> impl Iterator<Item = &'static Event> + use<'a> {
    let user = attack[0].user.clone();
    SAMPLE.iter().filter(move |event| event.user == user)
}

#[test]
fn what_is_benign_stays_as_it_was() {
    let rows = attacked(&[Injection::TransientIntrusion, Injection::MassDeletion], 6, 2);
    assert!(counts(benign(&rows)) == counts(SAMPLE.iter()));
    assert!(rows.is_sorted_by_key(|row| row.event.time));
    let ids: BTreeSet<_> = rows.iter().map(|row| row.event.event_id.as_deref()).collect();
    assert_eq!((ids.len(), ids.contains(&None)), (rows.len(), false), "every row has an id of its own");
}

#[test]
fn a_takeover_takes_the_place_of_the_users_own_days() {
    let rows = attacked(&[Injection::Takeover], 10, 3);
    let mut expected = counts(SAMPLE.iter());
    for events in attacks(&rows, Injection::Takeover).values() {
        let days = events[0].day()..=events[events.len() - 1].day();
        assert!((2..=7).contains(&events.iter().map(|event| event.day()).collect::<BTreeSet<_>>().len()));
        for replaced in own(events).filter(|event| days.contains(&event.day())) {
            *expected.entry(content(replaced)).or_default() -= 1;
        }
    }
    expected.retain(|_, count| *count > 0);
    assert!(counts(benign(&rows)) == expected);
}

#[test]
fn two_people_go_on_under_each_others_names() {
    let rows = attacked(&[Injection::IdentitySwap], 14, 4);
    let days = user_days(&rows, Injection::IdentitySwap);
    assert!((180..=196).contains(&days), "seven days of each of 28 people, fewer for few, not {days}");
    assert_eq!(rows.len(), SAMPLE.len());
    for events in attacks(&rows, Injection::IdentitySwap).values() {
        let users: BTreeSet<_> = events.iter().map(|event| &event.user).collect();
        let [one, other] = *users.iter().copied().collect::<Vec<_>>() else { panic!("{users:?}") };
        for (account, person) in [(one, other), (other, one)] {
            let first = events.iter().find(|event| event.user == *account).expect("both have days");
            let after = rows.iter().filter(|row| row.event.user == *account && row.event.day() >= first.day());
            let theirs = SAMPLE.iter().filter(|event| event.user == *person && event.day() >= first.day());
            assert!(after.clone().all(|row| row.label != Label::Benign));
            assert!(after.map(|row| &row.event.resource).eq(theirs.map(|event| &event.resource)));
        }
    }
}

#[test]
fn everybody_is_attacked_once_late_and_only_when_known() {
    let mut days: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    SAMPLE.iter().for_each(|event| _ = days.entry(&event.user).or_default().insert(event.day()));
    let mut all: Vec<_> = days.values().flatten().copied().collect();
    all.sort_unstable();
    let start = all[all.len() * 6 / 10];
    let mut victims = BTreeSet::new();
    for kind in Injection::VARIANTS {
        let cases = attacks(&ATTACKED, *kind);
        assert_eq!(cases.len(), 6, "{kind:?}");
        for (case, events) in cases {
            let accounts: BTreeSet<_> = events.iter().map(|event| &event.user).collect();
            assert_eq!(accounts.len(), if *kind == Injection::IdentitySwap { 2 } else { 1 }, "{case}");
            for account in accounts {
                let first = events.iter().find(|event| event.user == *account).map(|event| event.day());
                let first = first.expect("the attack has events");
                assert!(first >= start && days[account].range(..first).count() >= MIN_ACTIVE_DAYS, "{case}");
                assert!(victims.insert(account), "{case} is the second attack on {account}");
            }
        }
    }
}

#[test]
fn half_of_the_others_are_peers_and_the_case_says_so() {
    for kind in [
        Injection::Takeover,
        Injection::IdentitySwap,
        Injection::TransientIntrusion,
        Injection::NewPlace,
        Injection::BulkRead,
    ] {
        let cases = attacks(&ATTACKED, kind);
        let ends_with = |end| cases.keys().filter(|case| case.ends_with(end)).count();
        assert_eq!((ends_with("-same"), ends_with("-cross")), (3, 3), "{kind:?}");
    }
    let first = attacks(&ATTACKED, Injection::Takeover).into_keys().next();
    assert_eq!(first, Some("takeover-00-same"));
}

#[test]
fn days_of_others_keep_their_weekdays_and_hours() {
    let second_of_week = |event: &Event| second_of(event.time).rem_euclid(7 * DAY_SECONDS);
    let known: BTreeSet<_> = SAMPLE.iter().map(|event| (&event.resource, second_of_week(event))).collect();
    for kind in [Injection::Takeover, Injection::TransientIntrusion, Injection::NewPlace] {
        for event in attacks(&ATTACKED, kind).values().flatten() {
            assert!(known.contains(&(&event.resource, second_of_week(event))), "{kind:?}");
        }
    }
    let visits = user_days(&attacked(&[Injection::TransientIntrusion], 40, 5), Injection::TransientIntrusion);
    assert!((60..=80).contains(&visits), "one or two days each, not {visits}");
}

#[test]
fn a_new_place_is_one_where_the_user_never_was() {
    for (case, events) in attacks(&ATTACKED, Injection::NewPlace) {
        let places: BTreeSet<_> = events.iter().map(|event| &event.location).collect();
        assert_eq!(places.len(), 1, "{case}");
        assert!(own(&events).all(|event| !places.contains(&event.location)), "{case}");
    }
}

#[test]
fn what_is_read_in_bulk_is_new_to_the_user_and_read_once() {
    for (case, events) in attacks(&ATTACKED, Injection::BulkRead) {
        let read: BTreeSet<_> = events.iter().map(|event| &event.resource).collect();
        assert_eq!(read.len(), events.len(), "{case}");
        let before = own(&events).take_while(|event| event.day() < events[0].day());
        assert!(before.map(|event| &event.resource).all(|resource| !read.contains(resource)), "{case}");
        assert!(events.iter().all(|event| [Action::View, Action::Download].contains(&event.action)), "{case}");
    }
}

/// Returns how many acts the attacks of one kind have a day, the fewest and the most.
fn acts_a_day(rows: &[LabelledEvent], kind: Injection) -> (usize, usize) {
    let mut acts: BTreeMap<_, usize> = BTreeMap::new();
    for (case, events) in attacks(rows, kind) {
        for event in events {
            *acts.entry((case, event.day())).or_default() += 1;
        }
    }
    let most = acts.values().max().copied().unwrap_or_default();
    (acts.into_values().min().unwrap_or_default(), most)
}

#[test]
fn mass_changes_are_of_the_sizes_asked_for() {
    let kinds = [Injection::MassDeletion, Injection::Sharing, Injection::BulkRead];
    for kind in kinds {
        let (fewest, most) = acts_a_day(&ATTACKED, kind);
        assert!(fewest >= 15 && most < 120 && most > 40, "{kind:?}: {fewest} to {most}");
    }
    let weak = InjectionPlan { sizes: AttackSizes::WEAK, ..plan(&kinds, 6, 1) };
    let weak = inject(SAMPLE.clone(), &weak).expect("the sample has people who can be attacked");
    for kind in kinds {
        let (fewest, most) = acts_a_day(&weak, kind);
        assert!(fewest >= 4 && most < 15, "{kind:?}: {fewest} to {most}");
    }
    for (action, kind) in [(Action::Delete, Injection::MassDeletion), (Action::Admin, Injection::Sharing)] {
        assert!(attacks(&ATTACKED, kind).values().flatten().all(|event| event.action == action));
    }
}

#[test]
fn a_burst_is_over_within_minutes() {
    for (case, events) in attacks(&ATTACKED, Injection::Burst) {
        let length = second_of(events[events.len() - 1].time) - second_of(events[0].time);
        assert!(length <= 20 * 60 && events.len() >= 12, "{case}: {} acts in {length} s", events.len());
        assert_eq!(events.iter().map(|event| event.action).collect::<Vec<_>>(), vec![events[0].action; events.len()]);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let bytes = |seed| {
        let mut bytes = Vec::new();
        dataset::write_csv(&attacked(Injection::VARIANTS, 6, seed), &mut bytes).expect("memory can be written");
        bytes
    };
    let once = bytes(1);
    assert!(once == bytes(1));
    assert!(once != bytes(6));
}

#[test]
fn changes_of_place_fit_the_rows_and_stay_where_nobody_was_attacked() {
    let mut places: HashMap<_, _> = HashMap::new();
    for event in ATTACKED.iter().map(|row| &row.event) {
        let place = event.location.as_deref().expect("the sample knows places");
        let before = places.insert(&event.user, place);
        assert_eq!(event.location_change, Some(before.is_some_and(|before| before != place)), "{event:?}");
    }
    assert!(ATTACKED.iter().all(|row| row.event.address.is_none() && row.event.user_agent.is_none()));
}

#[test]
fn people_with_a_long_history_are_attacked_again_and_again_to_learn_from() {
    let before = SAMPLE[SAMPLE.len() * 6 / 10].day();
    let rows = for_training(&SAMPLE, before, 1);
    assert!(rows.iter().all(|row| row.event.day() < before));
    let [takeovers, visits] = [Injection::Takeover, Injection::TransientIntrusion]
        .map(|kind| u32::try_from(attacks(&rows, kind).len()).expect("few"));
    let share = f64::from(takeovers) / f64::from(takeovers + visits);
    assert!((0.5..0.7).contains(&share), "six of ten are takeovers, not {share}");
    let days = user_days(&rows, Injection::Takeover) + user_days(&rows, Injection::TransientIntrusion);
    assert!((300..900).contains(&days), "{days} user-days");
    assert!(rows == for_training(&SAMPLE, before, 1));
}

/// Two people each of two departments, active every day, each with an address, a program and a folder of their own.
fn small(days: i32) -> Vec<Event> {
    let act = |day: i32, person: u8, act: u8| {
        let second =
            Day(20_000 + day).first_second() + i64::from(3_600 * (8 + i32::from(person)) + 60 * i32::from(act));
        let time = jiff::Timestamp::from_second(second).expect("a time of this century");
        Event {
            resource: Some(format!("files/{person}/{}", day % 7 + i32::from(act)).into()),
            address: Some([192, 0, 2, person].into()),
            user_agent: Some(format!("program {person}").into()),
            department: Some(if person < 2 { "sales" } else { "law" }.into()),
            ..Event::new(format!("u{person}").parse().expect("an id"), time, Action::Upload)
        }
    };
    (0..days)
        .flat_map(|day| (0..4).flat_map(move |person| (0..6).map(move |number| act(day, person, number))))
        .collect()
}

#[test]
fn an_account_keeps_its_department_and_a_place_may_be_an_address() {
    let kinds = [Injection::TransientIntrusion, Injection::NewPlace];
    let rows = inject(small(60), &plan(&kinds, 2, 1)).expect("four people can be attacked");
    for kind in kinds {
        let cases = attacks(&rows, kind);
        assert_eq!(cases.len(), 2, "{kind:?}");
        for event in cases.values().flatten() {
            let account = rows.iter().find(|row| row.event.user == event.user).expect("the user has events");
            assert_eq!(event.department, account.event.department);
            assert_ne!(event.address, account.event.address);
            assert_ne!(event.user_agent, account.event.user_agent);
            assert_eq!((&event.location, event.location_change, event.volume_mb), (&None, None, None));
        }
    }
}

#[test]
fn fewer_attacks_than_asked_for_are_reported() {
    assert_eq!(placed(Injection::Takeover, &ATTACKED), 6);
    assert_eq!(placed(Injection::Takeover, &attacked(&[Injection::Burst], 2, 1)), 0);
    let folder = Folder::new();
    let attacks = ["--inject", SAMPLE_LOG, "--attacks", "sharing,burst", "--cases", "75"];
    let output = folder.succeed(&[&["generate", "--out", "rows.csv"], &attacks[..]].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let read = LabelledLog::read(&folder.bytes("rows.csv"));
    let rows: Vec<_> = read.expect("the rows are labelled").events.into_iter().map(|row| row.labelled).collect();
    for kind in [Injection::Sharing, Injection::Burst] {
        let placed = placed(kind, &rows);
        assert!((1..75).contains(&placed), "{placed} {}", kind.name());
        assert!(said.contains(&format!("placed {placed} of 75 {}: ", kind.name())), "{said}");
    }
}

#[test]
fn nobody_is_attacked_where_nobody_is_known() {
    assert_eq!(inject(small(20), &plan(Injection::VARIANTS, 2, 1)), Err(NobodyFits));
    assert_eq!(inject(Vec::new(), &plan(Injection::VARIANTS, 2, 1)), Err(NobodyFits));
    assert_eq!(for_training(&[], Day(0), 1), []);
}

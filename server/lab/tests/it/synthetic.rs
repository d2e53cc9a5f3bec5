//! The made-up organisation: its events are valid, and no single feature gives its attacks away.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::LazyLock,
};

use lab::{
    dataset::{self, Label, LabelledEvent},
    place_tables::places,
    synthetic::{self, AttackKind, LifeRates, OrganisationPlan},
};
use shared::{
    calendar::{hour_of, second_of},
    event::{Action, Device, Event},
    formats::{self, Format},
    metrics::{Ranking, Sample},
};
use strum::VariantArray as _;

use crate::{
    Folder,
    travel::{FAILURES, PAUSE, SPEED, derived},
};

/// The ROC-AUC below which every single feature must stay.
const MOST_AUC: f64 = 0.90;
const USERS: u32 = 150;
const DAYS: u32 = 90;

/// A property that an event has or does not have.
type Sign = fn(&Event) -> bool;
/// A field of an event as text.
type Text = fn(&Event) -> String;

static WORLD: LazyLock<Vec<LabelledEvent>> = LazyLock::new(|| synthetic::generate(&plan(USERS, DAYS, 1)));

fn plan(users: u32, days: u32, seed: u64) -> OrganisationPlan {
    let start = "2026-01-05T00:00:00Z".parse().expect("a time");
    OrganisationPlan {
        users,
        days,
        start,
        attacks: AttackKind::VARIANTS.to_vec(),
        rate: 0.2,
        life: LifeRates::NONE,
        situated: 0.0,
        seed,
    }
}

fn csv(rows: &[LabelledEvent]) -> Vec<u8> {
    let mut written = Vec::new();
    dataset::write_csv(rows, &mut written).expect("memory can be written to");
    written
}

fn number(flag: bool) -> f64 {
    f64::from(u8::from(flag))
}

fn share(part: usize, all: usize) -> f64 {
    let float = |count| f64::from(u32::try_from(count).expect("few"));
    float(part) / float(all)
}

#[test]
fn the_same_seed_writes_the_same_bytes_and_another_seed_others() {
    let world = |seed| csv(&synthetic::generate(&plan(30, 40, seed)));
    assert!(world(1) == world(1));
    assert!(world(1) != world(2));
}

#[test]
fn every_row_is_read_as_it_was_made_in_order_of_time() {
    let read: Vec<Event> = formats::read(&csv(&WORLD)[..], None, Some(places()))
        .map(|record| record.event.expect("a valid row"))
        .collect();
    assert_eq!(read.len(), WORLD.len());
    assert!(WORLD.iter().zip(&read).all(|(row, read)| row.event == *read));
    assert!(WORLD.is_sorted_by_key(|row| row.event.time));
    let last = WORLD.last().expect("there are events").event.time;
    assert!(last < plan(0, 0, 0).start + jiff::SignedDuration::from_hours(24 * i64::from(DAYS)));
}

#[test]
fn a_hundredth_is_an_attack_of_every_kind_late_and_on_accounts_with_a_history() {
    let attacked: Vec<&LabelledEvent> = WORLD.iter().filter(|row| row.is_attack()).collect();
    let of_events = share(attacked.len(), WORLD.len());
    assert!((0.005..0.015).contains(&of_events), "{of_events} of events");
    let late = WORLD[0].event.day().0 + i32::try_from(DAYS * 6 / 10).expect("few");
    let user_days = |rows: &mut dyn Iterator<Item = &LabelledEvent>| {
        let days: HashSet<_> = rows.map(|row| (row.event.user.clone(), row.event.day())).collect();
        days.into_iter().filter(|(_, day)| day.0 >= late).count()
    };
    let of_days = share(user_days(&mut attacked.iter().copied()), user_days(&mut WORLD.iter()));
    assert!((0.01..0.025).contains(&of_days), "{of_days} of user-days");

    let kinds: BTreeSet<&str> = attacked.iter().filter_map(|row| kind(row)).collect();
    assert_eq!(kinds.len(), AttackKind::VARIANTS.len(), "{kinds:?}");
    let mut known: HashSet<&str> = HashSet::new();
    for row in WORLD.iter() {
        if row.is_attack() {
            assert!(known.contains(row.event.user.as_str()), "{}", row.event.user);
            assert!(row.event.day().0 >= late - 1, "local nights begin on the day before");
        } else {
            known.insert(row.event.user.as_str());
        }
    }
}

fn kind(row: &LabelledEvent) -> Option<&str> {
    match &row.label {
        Label::Attack { kind, .. } => Some(kind),
        _ => None,
    }
}

#[test]
fn every_sign_of_an_attack_is_seen_on_as_many_days_of_nobodys_attack() {
    let signs: [(&str, usize, Sign); 7] = [
        ("deletions", 12, |event| event.action == Action::Delete),
        ("administration", 5, |event| event.action == Action::Admin),
        ("failures", 3, |event| event.action == Action::Login && event.has_failed()),
        ("many tries", 1, |event| event.failed_attempts.is_some_and(|tries| tries >= 12)),
        ("large transfers", 4, |event| event.volume_mb.is_some_and(|moved_mb| moved_mb > 100.0)),
        ("places left", 1, |event| event.location_change == Some(true)),
        ("scripts", 5, |event| event.device == Some(Device::Cli)),
    ];
    for (name, often, sign) in signs {
        let days = |attacked: bool| {
            let mut counts: HashMap<_, usize> = HashMap::new();
            for row in WORLD.iter().filter(|row| row.is_attack() == attacked && sign(&row.event)) {
                *counts.entry((&row.event.user, row.event.day())).or_default() += 1;
            }
            counts.into_values().filter(|count| *count >= often).count()
        };
        let (benign, attacked) = (days(false), days(true));
        assert!(attacked > 0 && benign >= attacked, "{name}: {benign} benign days, {attacked} attacked");
    }
}

#[test]
fn no_feature_alone_reveals_attacks() {
    let features = features(&WORLD);
    let told: BTreeMap<&str, f64> = features.iter().map(|(name, values)| (*name, auc(values))).collect();
    let loud: Vec<_> = told.iter().filter(|(_, auc)| **auc >= MOST_AUC).collect();
    assert!(loud.is_empty(), "{loud:?}");
    assert!(told.len() > 30);
}

/// Returns the ROC-AUC of a feature for the events of attacks, with larger or smaller values as the more suspicious.
fn auc(values: &[f64]) -> f64 {
    let sample = |(value, row): (&f64, &LabelledEvent)| Sample {
        score: *value,
        is_attack: row.is_attack(),
        weight: 1.0,
        cluster: 0,
    };
    let auc = Ranking::new(values.iter().zip(WORLD.iter()).map(sample).collect()).curve().roc_auc();
    let auc = auc.expect("there are attacks and others");
    auc.max(1.0 - auc)
}

/// Returns the value of each feature for every event.
fn features(rows: &[LabelledEvent]) -> Vec<(&'static str, Vec<f64>)> {
    let of = |feature: &dyn Fn(&Event) -> f64| rows.iter().map(|row| feature(&row.event)).collect::<Vec<f64>>();
    let hour = |event: &Event| f64::from(hour_of(second_of(event.time)));
    let mut features = vec![
        ("hour", of(&hour)),
        ("distance from noon", of(&|event| (hour(event) - 12.0).abs())),
        ("weekday", of(&|event| f64::from(event.day().weekday()))),
        ("weekend", of(&|event| number(event.day().weekday() >= 5))),
        ("volume", of(&|event| event.volume_mb.unwrap_or(-1.0))),
        ("failed attempts", of(&|event| event.failed_attempts.map_or(-1.0, f64::from))),
        ("location change", of(&|event| number(event.location_change == Some(true)))),
        ("failure", of(&|event| number(event.has_failed()))),
        ("since the last event", since_the_last(rows)),
    ];
    features.extend(Action::VARIANTS.iter().map(|one| (one.name(), of(&|event| number(event.action == *one)))));
    features.extend(Device::VARIANTS.iter().map(|one| (one.name(), of(&|event| number(event.device == Some(*one))))));
    features.extend(text_features(rows));
    let events: Vec<Event> = rows.iter().map(|row| row.event.clone()).collect();
    let derived = derived(&events);
    for (name, clue) in [("speed", SPEED), ("pause", PAUSE), ("failures in a row", FAILURES)] {
        features.push((name, events.iter().zip(&derived).map(|(event, derived)| clue(event, derived)).collect()));
    }
    features.extend([
        ("events of the day", of_the_day(rows, |_| 1.0)),
        ("volume of the day", of_the_day(rows, |event| event.volume_mb.unwrap_or_default())),
        ("failures of the day", of_the_day(rows, |event| number(event.has_failed()))),
        ("destruction of the day", of_the_day(rows, |event| number(event.action == Action::Delete))),
        ("administration of the day", of_the_day(rows, |event| number(event.action == Action::Admin))),
    ]);
    features
}

/// Returns how rare each text of an event is, and whether it is new for its user.
fn text_features(rows: &[LabelledEvent]) -> Vec<(&'static str, Vec<f64>)> {
    let texts: [(&str, &str, Text); 5] = [
        ("rarity of location", "new location", |event| format!("{:?}", event.location)),
        ("rarity of address", "new address", |event| format!("{:?}", event.address)),
        ("rarity of resource", "new resource", |event| format!("{:?}", event.resource)),
        ("rarity of program", "new program", |event| format!("{:?}", event.user_agent)),
        ("rarity of device", "new device", |event| format!("{:?}", event.device)),
    ];
    let mut features = Vec::new();
    for (rarity, novelty, text) in texts {
        let values: Vec<String> = rows.iter().map(|row| text(&row.event)).collect();
        features.push((rarity, rarities(&values)));
        let mut seen = HashSet::new();
        let is_new = |(row, value): (&LabelledEvent, String)| number(seen.insert((row.event.user.clone(), value)));
        features.push((novelty, rows.iter().zip(values).map(is_new).collect()));
    }
    features
}

fn since_the_last(rows: &[LabelledEvent]) -> Vec<f64> {
    let mut last = HashMap::new();
    let mut gaps = Vec::with_capacity(rows.len());
    for LabelledEvent { event, .. } in rows {
        let before = last.insert(&event.user, event.time);
        gaps.push(before.map_or(-1.0, |before: jiff::Timestamp| event.time.duration_since(before).as_secs_f64()));
    }
    gaps
}

fn rarities(values: &[String]) -> Vec<f64> {
    let mut counts: HashMap<&str, f64> = HashMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1.0;
    }
    values.iter().map(|value| -counts[value.as_str()]).collect()
}

fn of_the_day(rows: &[LabelledEvent], amount: fn(&Event) -> f64) -> Vec<f64> {
    let mut sums: HashMap<_, f64> = HashMap::new();
    for LabelledEvent { event, .. } in rows {
        *sums.entry((&event.user, event.day())).or_default() += amount(event);
    }
    rows.iter().map(|row| sums[&(&row.event.user, row.event.day())]).collect()
}

#[test]
fn cloudtrail_records_say_the_same() {
    let rows = synthetic::generate(&plan(20, 30, 3));
    let mut written = Vec::new();
    synthetic::write_cloudtrail(&rows, &mut written).expect("memory can be written to");
    let read: Vec<Event> = formats::read(&written[..], Some(Format::CloudTrail), None)
        .map(|record| record.event.expect("a valid record"))
        .collect();
    assert_eq!(read.len(), rows.len());
    for (LabelledEvent { event, .. }, read) in rows.iter().zip(&read) {
        let identity = |event: &Event| (event.user.clone(), second_of(event.time), event.action, event.address);
        assert_eq!(identity(event), identity(read));
        assert_eq!((event.id(), event.has_failed(), event.volume_mb), (read.id(), read.has_failed(), read.volume_mb));
        if let Some(resource) = &event.resource {
            assert_eq!(read.resource.as_deref(), Some(&*format!("s3/{resource}")));
        }
    }
}

#[test]
fn a_test_batch_has_fifty_events_with_the_legacy_columns() {
    let batch = synthetic::test_batch(&WORLD);
    assert_eq!(batch.len(), 50);
    assert!((5..20).contains(&batch.iter().filter(|row| row.is_attack()).count()));
    let mut written = Vec::new();
    dataset::write_legacy_csv(&batch, &mut written).expect("memory can be written to");
    let text = String::from_utf8(written).expect("text");
    let columns = "user_id,timestamp,action_type,resource_id,ip_address,data_volume_mb,location,device_type,\
                   failed_attempts,location_change";
    assert_eq!(text.lines().next(), Some(columns));
    assert!(formats::read(text.as_bytes(), None, None).all(|record| record.event.is_ok()));
}

#[test]
fn a_test_batch_has_a_name_of_its_own_and_other_logs_have_none() {
    let folder = Folder::new();
    folder.succeed(&["generate", "--test-batch"]);
    assert_eq!(folder.text("test_batch.csv").lines().count(), 51);
    folder.succeed(&["generate", "--test-batch", "--out", "other.csv"]);
    assert_eq!(folder.text("other.csv"), folder.text("test_batch.csv"));
    let nameless = folder.run(&["generate", "--users", "3"]);
    assert_eq!(nameless.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&nameless.stderr).contains("--out"));
}

#[test]
fn an_organisation_may_be_unattacked_tiny_or_empty() {
    let unattacked = synthetic::generate(&OrganisationPlan { attacks: Vec::new(), ..plan(20, 20, 1) });
    assert!(!unattacked.is_empty() && !unattacked.iter().any(LabelledEvent::is_attack));
    for (users, days) in [(0, 0), (1, 1), (0, 30), (3, 0)] {
        let rows = synthetic::generate(&plan(users, days, 1));
        assert!(synthetic::test_batch(&rows).len() <= rows.len());
    }
}

//! Rows of every version, and rows that cannot be read.

#[path = "../../../../shared/tests/support/fuzz.rs"]
mod fuzz;

use std::{fmt::Debug, fs, path::PathBuf, sync::Arc};

use app::actor::{KeyScope, Role};
use shared::{
    alerting::{
        Act, AlertGroup, AlertKind, AlertState, AlertSubject, GroupKey, Lifecycle, Suppression, SuppressionScope,
        Verdict,
    },
    engine::{Engine, Scored},
    event::Event,
    formats::{self, Format},
    model::Model,
    population::Population,
    profile::Profile,
    risk::RiskContribution,
    risk_state::RiskState,
    scored_event::ScoredEvent,
    user_records::{UserRecords, WorkingCopies},
};

use self::fuzz::{damaged, fuzz};
use super::*;
use crate::{
    alerts::{Alert, AlertId, StateBefore},
    audit::{AuditAct, AuditEntry},
    auth::{Account, AccountName, ApiKey, SecretHash, api_keys::ReplacedSecret},
    event_filter::{EventFilter, EventTraits, Place},
    imports::{ImportCounts, ImportJob, ImportOutcome, ImportState},
    rollups::HourCounts,
    store::minutes::{IndexedEvent, Minute},
};

static SAMPLE: &[u8] = include_bytes!("../../../assets/sample/activity.csv.gz");

/// The id of an alert.
const ALERT: AlertId = AlertId { sequence: 7, kind: AlertKind::Risk };

/// Reads a row, and returns why it cannot be read.
type Unpack = fn(&[u8]) -> Option<UnreadableRow>;

/// The content of a row of each table after some hundred events, the last of which are unlike their users.
struct Example {
    events: Vec<ScoredEvent>,
    risk_state: RiskState,
    hour: HourCounts,
}

/// Scores events one after the other; calls `each` with every event and what was found.
fn score(events: impl Iterator<Item = Event>, mut each: impl FnMut(Event, &Scored, &RiskState)) -> UserRecords {
    let mut engine = Engine::new(Model::shipped(), Population::default());
    let mut records = UserRecords::default();
    for event in events {
        let mut copies = WorkingCopies::of(&records);
        let (scored, contribution) = engine.observe(&[&event], &mut copies).remove(0);
        let risk_state = &mut copies.copy_of(&event.user).risk_state;
        risk_state.add(&event, &scored, true);
        each(event, &scored, risk_state);
        copies.pack().into_iter().for_each(|(user, record)| records.insert(user, record));
        engine.commit([contribution]);
    }
    records
}

fn stored(event: Event, scored: &Scored) -> ScoredEvent {
    let now = event.time;
    ScoredEvent::of(event, scored, 0.7, now, &Arc::from("0123456789abcdef"))
}

fn sample() -> impl Iterator<Item = Event> {
    formats::read(SAMPLE, None, None).map(|record| record.event.expect("the log has no fault"))
}

fn example() -> Example {
    let (mut events, mut hour) = (Vec::new(), HourCounts::default());
    let mut riskiest = RiskState::default();
    score(sample().take(3000), |event, scored, risk_state| {
        let is_told = !scored.reasons.told.is_empty();
        if risk_state.reasons().len() > riskiest.reasons().len() {
            riskiest = risk_state.clone();
        }
        let scored = stored(event, scored);
        hour.count(&scored);
        if is_told {
            events.push(scored);
        }
    });
    events.drain(..events.len() - 20);
    Example { events, risk_state: riskiest, hour }
}

/// A minute, to which events are moved.
const MINUTE: Minute = Minute(29_000_000);

fn minute(events: &[ScoredEvent]) -> Vec<IndexedEvent> {
    let indexed = |(sequence, scored): (u64, &ScoredEvent)| {
        let time_ms = MINUTE.first_ms() + scored.event.time.as_millisecond().rem_euclid(Minute::MS);
        let place = Place { time_ms, sequence };
        IndexedEvent { user: scored.event.user.clone(), place, segment: 7, traits: EventTraits::of(scored) }
    };
    (7..).zip(events).map(indexed).collect()
}

fn api_key() -> ApiKey {
    let time = |second| Timestamp::from_second(second).expect("a time");
    ApiKey {
        id: "4kTq0aZx".to_owned(),
        name: "collector".to_owned(),
        scopes: vec![KeyScope::Score, KeyScope::Manage],
        created: time(1_700_000_000),
        expires: Some(time(1_800_000_000)),
        last_used: None,
        hash: SecretHash::of("the secret"),
        replaced: Some(ReplacedSecret { hash: SecretHash::of("the secret before"), until: time(1_750_000_000) }),
    }
}

fn alert(events: &[ScoredEvent]) -> Alert {
    let scored = &events[0];
    let time = scored.event.time;
    let mut alert = Alert {
        id: ALERT,
        key: GroupKey::of_risk(scored),
        group: AlertGroup::of(AlertSubject::of_risk(scored)),
        lifecycle: Lifecycle::default(),
        raised: time,
        event: PackedEvent::of(scored),
        contributions: vec![RiskContribution { time, points: 81.5, reasons: vec!["a reason".to_owned()] }],
    };
    let moves = [AlertState::Acknowledged, AlertState::InProgress, AlertState::Closed(Verdict::TruePositive)];
    let more = [AlertState::InProgress, AlertState::Closed(Verdict::Benign), AlertState::InProgress];
    let last = [AlertState::Open, AlertState::Closed(Verdict::Expected)];
    let moves = moves.into_iter().chain(more).chain(last).map(Act::Move);
    let others = [Act::Assign(Some("bob".to_owned())), Act::Assign(None), Act::Note("a note".to_owned())];
    for act in moves.chain(others) {
        alert.lifecycle.apply(act, "ann", time).expect("it can be done");
    }
    alert
}

fn suppression() -> Suppression {
    let time = |second| Timestamp::from_second(second).expect("a time");
    Suppression {
        scope: SuppressionScope {
            user: "ann".parse().ok(),
            department: Some("sales".to_owned()),
            role: Some("manager".to_owned()),
            kind: Some(AlertKind::BulkActivity),
            feature: Some("location".to_owned()),
            network: "192.0.2.0/24".parse().ok(),
        },
        reason: "a fair in Lima".to_owned(),
        author: "bob".to_owned(),
        created: time(1_700_000_000),
        expires: time(1_700_086_400),
    }
}

fn account() -> Account {
    let hash = r#""$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNo""#;
    Account {
        name: "ann@example".parse().expect("a name"),
        role: Role::Analyst,
        is_disabled: true,
        created: Timestamp::from_second(1_700_000_000).expect("a time"),
        last_signed_in: Some(Timestamp::from_second(1_700_000_001).expect("a time")),
        password: serde_json::from_str(hash).expect("a text"),
    }
}

fn act() -> AuditEntry {
    let time = Timestamp::from_second(1_700_000_000).expect("a time");
    let [by, subject, detail] = ["admin", "ann", "role analyst instead of viewer"].map(str::to_owned);
    AuditEntry { time, by, act: AuditAct::AccountChanged, subject, detail }
}

fn import_job() -> ImportJob {
    let time = Timestamp::from_second(1_700_000_000).expect("a time");
    let outcome = ImportOutcome::Done(ImportCounts { events: 70_000, new: 60_000, faulty: 3 });
    let state = ImportState::Ended { time, outcome };
    ImportJob { number: 7, name: "a log.csv".to_owned(), format: Some(Format::CloudTrail), created: time, state }
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rows").join(name)
}

/// Asserts that a row that an earlier version wrote is read as it was then, and that this version reads what it
/// writes. With `UPDATE_FIXTURES` in the environment, a row of the newest version is recorded.
fn assert_reads<T: PartialEq + Debug>(name: &str, content: &T, packed: &[u8], unpack: impl Fn(&[u8]) -> T) {
    assert!(unpack(packed) == *content, "{name}");
    let (row, text) = (fixture(&format!("{name}.row")), fixture(&format!("{name}.txt")));
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(&row, packed).expect("the row can be written");
        fs::write(&text, format!("{content:#?}\n")).expect("the text can be written");
    }
    assert_still_reads(name, unpack);
}

/// Asserts that a recorded row is read as it was when it was recorded.
fn assert_still_reads<T: Debug>(name: &str, unpack: impl Fn(&[u8]) -> T) {
    let [row, text] = ["row", "txt"].map(|of| fs::read(fixture(&format!("{name}.{of}"))).expect("a fixture is there"));
    assert!(format!("{:#?}\n", unpack(&row)).as_bytes() == text, "{name}");
}

#[test]
fn a_row_of_every_version_is_read() {
    let Example { events, risk_state, hour } = example();
    let packed: Vec<PackedEvent> = events.iter().map(PackedEvent::of).collect();
    let unpack_all = |row: &[u8]| -> Vec<ScoredEvent> {
        let events = unpack_events(row).expect("it is read");
        assert_eq!(events[0].0, 7, "an event keeps its number");
        events.iter().map(|(_, event)| event.unpack().expect("it is read")).collect()
    };
    assert_reads("events-v3", &events, &pack_events((7..).zip(&packed)), unpack_all);
    assert_still_reads("events-v2", unpack_all);
    assert_still_reads("events-v1", unpack_all);
    assert_reads("risk-state-v1", &risk_state, &pack_risk_state(&risk_state), |row| {
        unpack_risk_state(row).expect("it is read")
    });
    assert_reads("hour-v1", &hour, &pack_hour(&hour), |row| unpack_hour(row).expect("it is read"));
    let key = api_key();
    assert_reads("api-key-v1", &key, &pack_api_key(&key), |row| {
        unpack_api_key("4kTq0aZx".to_owned(), row).expect("it is read")
    });
    let account = account();
    assert_reads("account-v1", &account, &pack_account(&account), |row| {
        unpack_account(account.name.clone(), row).expect("it is read")
    });
    let act = act();
    assert_reads("audit-v1", &act, &pack_audit(&act), |row| unpack_audit(act.time, row).expect("it is read"));
    let import = import_job();
    assert_reads("import-job-v1", &import, &pack_import_job(&import), |row| {
        unpack_import_job(7, row).expect("it is read")
    });
    let minute = minute(&events);
    let unpack_minute = |row: &[u8]| unpack_minute(MINUTE, row, &EventFilter::default()).expect("it is read");
    assert_reads("minute-v1", &minute, &pack_minute(minute.iter()), unpack_minute);
    let alert = alert(&events);
    assert_reads("alert-v1", &alert, &pack_alert(&alert), |row| unpack_alert(alert.id, row).expect("it is read"));
    let before = StateBefore { profile: vec![1, 2, 3], population: vec![4; 300] };
    assert_reads("state-before-v1", &before, &pack_state_before(&before), |row| {
        unpack_state_before(row).expect("it is read")
    });
    let suppression = suppression();
    assert_reads("suppression-v1", &suppression, &pack_suppression(&suppression), |row| {
        unpack_suppression(row).expect("it is read")
    });
    let setting = ("a text".to_owned(), 7_u64);
    assert_reads("setting-v1", &setting, &pack_setting(&setting), |row| unpack_setting(row).expect("it is read"));
}

#[test]
fn a_row_that_is_damaged_or_of_a_newer_version_is_refused() {
    let Example { events, risk_state, hour } = example();
    let packed: Vec<PackedEvent> = events.iter().map(PackedEvent::of).collect();
    let before = StateBefore { profile: vec![1, 2, 3], population: vec![4; 300] };
    let rows: [(Vec<u8>, Unpack); 12] = [
        (pack_events((0..).zip(&packed)), |row| unpack_events(row).err()),
        (packed[0].bytes().to_vec(), |row| PackedEvent::stored(row).unpack().err()),
        (pack_risk_state(&risk_state), |row| unpack_risk_state(row).err()),
        (pack_hour(&hour), |row| unpack_hour(row).err()),
        (pack_minute(minute(&events).iter()), |row| unpack_minute(MINUTE, row, &EventFilter::default()).err()),
        (pack_audit(&act()), |row| unpack_audit(Timestamp::UNIX_EPOCH, row).err()),
        (pack_import_job(&import_job()), |row| unpack_import_job(7, row).err()),
        (pack_api_key(&api_key()), |row| unpack_api_key(String::new(), row).err()),
        (pack_alert(&alert(&events)), |row| unpack_alert(ALERT, row).err()),
        (pack_state_before(&before), |row| unpack_state_before(row).err()),
        (pack_suppression(&suppression()), |row| unpack_suppression(row).err()),
        (pack_account(&account()), |row| unpack_account(AccountName::admin(), row).err()),
    ];
    for (row, unpack) in rows {
        assert_eq!(unpack(&row), None);
        let newer = [&[200], &row[1..]].concat();
        assert_eq!(unpack(&newer), Some(UnreadableRow::NewerVersion { found: 200, known: row[0] }));
        let damaged = [&[], &row[..row.len() - 1], &[0, 1, 2]];
        assert!(damaged[..2].iter().all(|row| unpack(row) == Some(UnreadableRow::Damaged)));
        assert_eq!(unpack(&[&row, damaged[2]].concat()), Some(UnreadableRow::Damaged), "nothing may follow");
    }
}

#[test]
fn what_is_said_of_a_stored_event_is_what_was_said_when_it_was_scored() {
    let mut sizes = Vec::new();
    let mut told = 0;
    score(sample().step_by(7), |event, scored, _| {
        let sentences: Vec<_> = scored.reasons.told.iter().map(|reason| reason.sentence.clone()).collect();
        let numbers = [scored.assessment.anomaly_score(), scored.assessment.p_value(), scored.assessment.user_risk()];
        let scored = stored(event, scored);
        let packed = PackedEvent::of(&scored);
        sizes.push(packed.bytes().len());
        let again = packed.unpack().expect("it is read");
        assert!(again == scored, "{:?}", scored.event);
        let prediction = again.prediction();
        assert_eq!([prediction.anomaly_score, prediction.p_value, prediction.user_risk], numbers);
        assert!(prediction.reasons.iter().map(|reason| &reason.sentence).eq(&sentences));
        told += usize::from(!sentences.is_empty());
    });
    assert!(told > 100, "{told} events have reasons");
    sizes.sort_unstable();
    let median = sizes[sizes.len() / 2];
    assert!(median <= 300, "the median of a stored event is {median} bytes");
}

#[test]
fn a_profile_of_every_version_is_read() {
    let records = score(sample().take(3000), |_, _, _| {});
    let busiest = records.iter().max_by_key(|(user, record)| (record.risk_state().events, *user));
    let (_, record) = busiest.expect("there are users");
    let (profile, packed) = record.profile().zip(record.packed()).expect("nobody is evicted");
    assert_reads("profile-v4", &profile, packed.profile_bytes(), |row| Profile::from_bytes(row).expect("it is read"));
}

#[test]
fn whatever_a_row_holds_reading_it_ends() {
    let names = [
        "events-v1",
        "events-v2",
        "events-v3",
        "risk-state-v1",
        "hour-v1",
        "minute-v1",
        "import-job-v1",
        "alert-v1",
        "state-before-v1",
        "suppression-v1",
        "audit-v1",
        "api-key-v1",
        "account-v1",
        "setting-v1",
        "profile-v4",
    ];
    let rows = names.map(|name| fs::read(fixture(&format!("{name}.row"))).expect("a fixture is there"));
    fuzz(&damaged(rows.to_vec()), |row| {
        let events = unpack_events(&row).unwrap_or_default();
        for event in events.iter().filter_map(|(_, event)| event.unpack().ok()) {
            let prediction = event.prediction();
            assert!(prediction.reasons.iter().all(|reason| !reason.sentence.is_empty()));
        }
        if let Ok(event) = PackedEvent::stored(&row).unpack() {
            event.prediction();
        }
        if let Ok(state) = unpack_risk_state(&row) {
            state.contributions(jiff::Timestamp::UNIX_EPOCH);
            assert!(unpack_risk_state(&pack_risk_state(&state)).is_ok());
        }
        if let Ok(hour) = unpack_hour(&row) {
            pack_hour(&hour);
        }
        if let Ok(events) = unpack_minute(MINUTE, &row, &EventFilter::default()) {
            pack_minute(events.iter());
        }
        unpack_import_job(7, &row).ok();
        if let Ok(alert) = unpack_alert(ALERT, &row) {
            assert!(unpack_alert(ALERT, &pack_alert(&alert)).is_ok());
        }
        unpack_state_before(&row).ok();
        unpack_suppression(&row).ok();
        unpack_audit(Timestamp::UNIX_EPOCH, &row).ok();
        unpack_api_key(String::new(), &row).ok();
        unpack_account(AccountName::admin(), &row).ok();
        unpack_setting::<(String, u64)>(&row).ok();
    });
}

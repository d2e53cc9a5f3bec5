//! Whatever is read, nothing panics: logs of every format, and stored profiles, populations and models. What could be
//! read is put to use.
#![cfg(not(target_family = "wasm"))]

#[path = "support/fuzz.rs"]
mod support;

use std::{fs, path::Path, sync::Arc};

use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use proptest::prelude::*;
use serde_json::Value;
use shared::{
    engine::{Engine, InMemoryEngine},
    event::Event,
    formats::{self, Format},
    model::Model,
    places::Places,
    population::{PartId, Population, contributions_from_bytes, contributions_to_bytes},
    profile::{Limits, Profile},
    user_records::{UserRecord, UserRecords, WorkingCopies},
};
use strum::VariantArray as _;

use support::{damaged, fuzz};

/// The length to which samples are cut.
const SAMPLE_BYTES: usize = 6 << 10;

fn file(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the file is there")
}

fn files_in(folder: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).expect("the folder is there");
    let mut paths: Vec<_> =
        entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("the file is there")).collect()
}

/// Returns the beginning of a file's plain content.
fn beginning(content: &[u8]) -> Vec<u8> {
    use std::io::Read as _;
    let mut plain = Vec::new();
    if content.starts_with(&[0x1F, 0x8B]) {
        MultiGzDecoder::new(content).take(SAMPLE_BYTES as u64).read_to_end(&mut plain).expect("it is sound");
    } else {
        plain = content.to_vec();
    }
    plain.truncate(SAMPLE_BYTES);
    plain
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// Returns the beginnings of real logs of every format, plain and packed.
fn logs() -> Vec<Vec<u8>> {
    const OBJECT: &str = r#"{"user_id": "ann", "timestamp": "2024-01-15T14:30:00Z", "action_type": "download",
        "resource_id": "a/b", "ip_address": "2001:db8::1", "data_volume_mb": 1.5, "location": "Oslo", "device_type": "web",
        "failed_attempts": 2, "location_change": true, "event_id": "e", "outcome": 403, "latitude": 1, "longitude": 2}"#;
    let folders =
        ["", "/delivery", "/stratus"].map(|folder| format!("../server/lab/tests/fixtures/aws_cloudtrail{folder}"));
    let mut logs: Vec<_> = folders.iter().flat_map(|folder| files_in(folder)).map(|log| beginning(&log)).collect();
    for folder in ["panther", "sentinel"] {
        let samples = files_in(&format!("../server/lab/tests/fixtures/vendors/{folder}"));
        logs.extend(samples.iter().map(|log| beginning(log)));
    }
    logs.push(b"CEF:0|Example|Drive|1.0|42|File downloaded|3|rt=1705329000000 suser=ann fname=q1.pdf out=2".to_vec());
    logs.push(beginning(&file("../server/assets/sample/activity.csv.gz")));
    logs.push(beginning(&file("tests/fixtures/scenarios/events.csv")));
    logs.extend([OBJECT.as_bytes().to_vec(), format!("[{OBJECT},\n{OBJECT}]").into_bytes()]);
    let all = logs.iter().map(|log| packed(log));
    let packed: Vec<_> = all.collect();
    logs.extend(packed);
    logs
}

fn month() -> Vec<Event> {
    let log = file("tests/fixtures/scenarios/month.csv");
    formats::read(&log[..], None, None).take(600).map(|record| record.event.expect("valid")).collect()
}

/// Returns a population that learnt a month, and the profiles of its users.
fn learnt() -> (Population, Vec<Profile>) {
    let mut engine = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
    engine.observe(&month());
    let profiles = engine.profiles().map(|(_, profile)| profile.clone()).collect();
    let population = Population::from_bytes(&engine.engine().population().to_bytes()).expect("it is sound");
    (population, profiles)
}

/// Scores a day of events in an engine, as the server does; the first user has a profile.
fn put_to_use(mut engine: Engine, profile: Option<&[u8]>) {
    let events: Vec<Event> = month().into_iter().rev().take(20).collect();
    let mut records = UserRecords::default();
    if let Some(profile) = profile.and_then(|bytes| Profile::from_bytes(bytes).ok()) {
        records.insert(events[0].user.clone(), UserRecord { profile, ..UserRecord::default() }.pack());
    }
    let mut copies = WorkingCopies::of(&records);
    let observed = engine.observe(&events.iter().collect::<Vec<_>>(), &mut copies);
    let contributions: Vec<_> = observed.into_iter().map(|(_, contribution)| contribution).collect();
    contributions_from_bytes(&contributions_to_bytes(&contributions)).expect("what was written can be read");
    engine.commit(contributions);
    let records = copies.pack();
    assert!(records.iter().all(|(_, record)| Profile::from_bytes(record.profile_bytes()).is_ok()));
    Population::from_bytes(&engine.population().to_bytes()).expect("what was written can be read");
}

#[test]
fn logs_are_read_and_scored() {
    let table = file("../server/lab/assets/geo/ipv4-country.mmdb.gz");
    let places = Places::unpack(&table, |_| None).expect("the table is sound");
    let format = prop::sample::select(Format::VARIANTS).prop_map(Some);
    let formats = prop_oneof![3 => Just(None), 1 => format];
    fuzz(&(damaged(logs()), formats), |(log, format)| {
        let records: Vec<_> = formats::read(&log[..], format, Some(&places)).collect();
        let (events, errors): (Vec<_>, Vec<_>) =
            records.into_iter().map(|record| record.event).partition(Result::is_ok);
        let said: String = errors.into_iter().filter_map(Result::err).map(|errors| errors.to_string()).collect();
        assert!(!shared::control_characters::controls(&said), "{said:?}");
        let events: Vec<Event> = events.into_iter().flatten().take(20).collect();
        let mut engine = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
        for scored in engine.observe(&events) {
            assert!((0.0..=1.0).contains(&scored.assessment.anomaly_score()));
        }
    });
}

/// Returns the records of JSON lists among the samples of vendors.
fn records_of_vendors() -> Vec<Value> {
    let lists = files_in("../server/lab/tests/fixtures/vendors/panther").into_iter();
    let calls = files_in("../server/lab/tests/fixtures/aws_cloudtrail/stratus").into_iter();
    let lists = lists.chain(calls.take(5)).map(|list| serde_json::from_slice::<Vec<Value>>(&list).expect("a list"));
    lists.flatten().collect()
}

/// Texts that parsers of fields take for something.
const TEXTS: [&str; 8] =
    ["", "-", "NaN", "2024-01-15T14:30:00Z", "198.51.100.7", "CEF:0|a|b|c|d|e|f|g=h", "{\"a\": [", "a\\b|c=d"];

/// Returns JSON values of every kind, with texts and numbers that records may hold.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        prop::sample::select(&TEXTS[..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inside| {
        let members = prop::collection::vec((".{0,8}", inside.clone()), 0..4);
        prop_oneof![
            prop::collection::vec(inside, 0..4).prop_map(Value::from),
            members.prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Returns the number of values in a value, itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(elements) => elements.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// Puts `new` in the place of the value of a number, counted from the outside in; returns the number that is left.
fn replace(value: &mut Value, number: usize, new: &Value) -> usize {
    if number == 0 {
        *value = new.clone();
        return usize::MAX;
    }
    let inside: Vec<&mut Value> = match value {
        Value::Array(elements) => elements.iter_mut().collect(),
        Value::Object(members) => members.values_mut().collect(),
        _ => Vec::new(),
    };
    inside.into_iter().fold(number - 1, |left, value| if left == usize::MAX { left } else { replace(value, left, new) })
}

#[test]
fn records_with_any_values_are_read() {
    let records = records_of_vendors();
    let edits = prop::collection::vec((any::<prop::sample::Index>(), value()), 1..6);
    fuzz(&(any::<prop::sample::Index>(), edits), |(number, edits)| {
        let mut record = number.get(&records).clone();
        for (place, value) in &edits {
            let number = place.index(count(&record));
            replace(&mut record, number, value);
        }
        let text = record.to_string();
        for record in formats::read(text.as_bytes(), None, None) {
            let errors = record.event.map_or_else(|errors| errors.0, |_| record.unread);
            let said: String = errors.iter().map(ToString::to_string).collect();
            assert!(!shared::control_characters::controls(&said), "{said:?}");
        }
    });
}

#[test]
fn stored_profiles_are_read_and_used() {
    let (population, profiles) = learnt();
    let population = population.to_bytes();
    let samples = profiles.iter().map(Profile::to_bytes).collect();
    fuzz(&damaged(samples), |bytes| {
        if Profile::from_bytes(&bytes).is_ok() {
            let population = Population::from_bytes(&population).expect("it is sound");
            put_to_use(Engine::new(Model::shipped(), population), Some(&bytes));
        }
    });
}

#[test]
fn stored_populations_are_read_and_used() {
    let (mut population, _) = learnt();
    population.mark_changed(PartId::all());
    let parts: Vec<_> = population.changed_parts().collect();
    let samples = parts.iter().map(|(_, bytes)| bytes.clone()).chain([population.to_bytes()]).collect();
    let number = any::<prop::sample::Index>();
    fuzz(&(number, damaged(samples)), |(number, bytes)| {
        let stored = parts.iter().enumerate().map(|(place, (id, part))| {
            let is_damaged = place == number.index(parts.len());
            (*id, if is_damaged { &bytes } else { part })
        });
        if let Ok(read) = Population::from_parts(stored) {
            put_to_use(Engine::new(Model::shipped(), read), None);
        }
        if let Some(read) = Population::from_bytes(&bytes) {
            put_to_use(Engine::new(Model::shipped(), read), None);
        }
    });
}

#[test]
fn stored_contributions_are_read_and_used() {
    let samples = vec![file("tests/fixtures/population-v1/contributions.bin")];
    fuzz(&damaged(samples), |bytes| {
        if let Ok(contributions) = contributions_from_bytes(&bytes) {
            let mut engine = Engine::new(Model::shipped(), Population::default());
            let room = engine.room();
            engine.commit(contributions.into_iter().take(room));
            put_to_use(engine, None);
        }
    });
}

#[test]
fn models_are_read_and_used() {
    let samples = vec![file("assets/model.json")];
    fuzz(&damaged(samples), |bytes| {
        if let Ok(model) = serde_json::from_slice::<Model>(&bytes) {
            put_to_use(Engine::new(Arc::new(model), Population::default()), None);
        }
    });
}

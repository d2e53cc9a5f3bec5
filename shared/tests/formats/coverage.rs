//! Which fields of an event the sample logs of other vendors fill, which `docs/FORMATS.md` shows as a table.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use shared::{
    event::{Event, Outcome},
    formats::{Format, Record, read},
};

use crate::samples::lab;

/// The name of a column, and whether an event has the field.
type Column = (&'static str, fn(&Event) -> bool);

const COLUMNS: [Column; 9] = [
    ("resource", |event| event.resource.is_some()),
    ("address", |event| event.address.is_some()),
    ("volume", |event| event.volume_mb.is_some()),
    ("location", |event| event.location.is_some()),
    ("coordinates", |event| event.coordinates.is_some()),
    ("device", |event| event.device.is_some()),
    ("user agent", |event| event.user_agent.is_some()),
    ("outcome", |event| event.outcome != Outcome::Unknown),
    ("event id", |event| event.event_id.is_some()),
];

/// The fields in which vendors write the time.
const TIMES: [&str; 10] = [
    "receiveTimestamp",
    "published",
    "timestamp",
    "@timestamp",
    "createdAt",
    "dateCreate",
    "id.time",
    "activityDateTime",
    "eventTimestamp",
    "requestReceivedTimestamp",
];

/// Reads a file, a JSON list or a table. Records that tests of rules left without a time get one.
fn records_of(path: &Path) -> (Vec<Record>, Option<Format>) {
    let content = fs::read(path).expect("a sample");
    let Ok(list) = serde_json::from_slice::<Vec<Value>>(&content) else {
        let mut records = read(&content[..], None, None);
        let all = records.by_ref().collect();
        return (all, records.format());
    };
    let mut format = None;
    let mut of = |value: &Value| {
        let text = value.to_string();
        let mut records = read(text.as_bytes(), None, None);
        let all: Vec<Record> = records.by_ref().collect();
        format = format.or(records.format());
        all
    };
    let all: Vec<_> = list.iter().flat_map(|value| of(&with_time(value).unwrap_or_else(|| value.clone()))).collect();
    (all, format)
}

/// Returns a record with a time in place of the one that is missing or not readable; none if it has one.
fn with_time(record: &Value) -> Option<Value> {
    let text = record.to_string();
    let errors = read(text.as_bytes(), None, None).next()?.event.err()?;
    let field = errors.0.iter().map(|error| error.field).find(|field| TIMES.contains(field))?;
    let mut record = record.clone();
    let log = record["properties"]["log"].as_str().map(|log| serde_json::from_str::<Value>(log).expect("JSON"));
    if let Some(mut log) = log {
        log[field] = json!("2024-01-15T14:30:00Z");
        record["properties"]["log"] = json!(log.to_string());
        return Some(record);
    }
    let letters = |name: &str| name.replace('_', "").to_lowercase();
    record.as_object_mut()?.retain(|name, _| letters(name) != letters(field)); // one that is not readable
    let place = field.split('.').fold(&mut record, |place, name| &mut place[name]);
    *place = json!("2024-01-15T14:30:00Z");
    Some(record)
}

fn table(paths: &[PathBuf]) -> String {
    let names: Vec<_> = COLUMNS.iter().map(|(name, _)| *name).collect();
    let head = format!(
        "| file | first format | records | read | {} |\n|---|---|---|---|{}",
        names.join(" | "),
        "---|".repeat(names.len())
    );
    let rows = paths.iter().map(|path| {
        let (records, format) = records_of(path);
        let format = format.map_or("none", Format::name);
        format!("| {} | {format} | {} |", name_of(path), shares(&records).join(" | "))
    });
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n")
}

/// Returns the name of a file and of its folder.
fn name_of(path: &Path) -> String {
    let mut names: Vec<_> = path.iter().rev().take(2).map(|name| name.to_string_lossy()).collect();
    names.reverse();
    names.join("/")
}

/// Returns the number of records, of those that are read, and the percentage of these that has each field.
fn shares(records: &[Record]) -> Vec<String> {
    let events: Vec<&Event> = records.iter().filter_map(|record| record.event.as_ref().ok()).collect();
    let percentage = |has: fn(&Event) -> bool| {
        let filled = events.iter().filter(|event| has(event)).count();
        if filled == 0 { String::new() } else { format!("{} %", filled * 100 / events.len()) }
    };
    let counts = [records.len(), events.len()].map(|count| count.to_string());
    counts.into_iter().chain(COLUMNS.iter().map(|(_, has)| percentage(*has))).collect()
}

/// Returns the lists and tables in a folder and its folders, in the order of their names.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> =
        fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    let is_log = |path: &Path| {
        let is_labels = path.file_stem().is_some_and(|stem| stem == "labels");
        !is_labels && path.extension().is_some_and(|extension| extension == "json" || extension == "csv")
    };
    let below = |path: PathBuf| if path.is_dir() { files_below(&path) } else { vec![path] };
    entries.into_iter().flat_map(below).filter(|path| is_log(path)).collect()
}

#[test]
fn the_table_of_coverage_in_the_documentation_is_that_of_the_samples() {
    let table = table(&files_below(&lab("tests/fixtures/vendors")));
    let documentation = fs::read_to_string(lab("../../docs/FORMATS.md")).expect("the documentation is there");
    assert!(documentation.contains(&table), "docs/FORMATS.md should have\n{table}");
}

/// Prints the table of coverage of any folder, and every record that is not read.
#[test]
#[ignore = "needs a folder of logs: UBA_SAMPLES"]
#[expect(clippy::print_stdout, reason = "it is there to be read")]
fn coverage_of_a_folder() {
    let folder = env::var_os("UBA_SAMPLES").expect("UBA_SAMPLES names a folder");
    let paths = files_below(Path::new(&folder));
    println!("{}", table(&paths));
    for path in paths {
        for record in records_of(&path).0 {
            if let Err(errors) = record.event {
                println!("{}: {errors}", name_of(&path));
            }
        }
    }
}

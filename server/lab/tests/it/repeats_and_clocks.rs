//! `uba score` on logs that were delivered twice, and on logs with records whose clocks were wrong.

use std::{collections::HashMap, fmt::Write as _};

use crate::Folder;

const HEAD: &str = "user_id,timestamp,action_type,location,resource_id,event_id\n";

/// Returns the rows of a quiet office in the first 56 days of 2024, and of eve, who deletes 40 files in a last night.
fn office() -> Vec<String> {
    let mut rows = Vec::new();
    for day in 0..56 {
        let date = format!("2024-{:02}-{:02}", 1 + day / 28, 1 + day % 28);
        for (hour, user) in ["ann", "bob", "eve"].into_iter().enumerate() {
            rows.push(format!("{user},{date}T09:{hour:02}:00Z,view,Oslo,crm/{user}/notes,{day}-{user}"));
            rows.push(format!("{user},{date}T1{hour}:00:00Z,upload,Oslo,crm/{user}/plan,"));
        }
    }
    rows.extend((0..40).map(|file| format!("eve,2024-03-01T03:{file:02}:00Z,delete,Lima,vault/{file},n{file}")));
    rows
}

/// The rows of a scored log by `user_id,timestamp,event_id`, those of an event together, and what was said.
struct Scored {
    rows: HashMap<String, Vec<csv::StringRecord>>,
    said: String,
}

const SCORE: usize = 4;
const RISK: usize = 8;
const WARNINGS: usize = 11;

impl Scored {
    fn of(rows: &[String]) -> Self {
        let folder = Folder::new();
        let log = rows.iter().fold(HEAD.to_owned(), |mut log, row| {
            writeln!(log, "{row}").expect("a text takes everything");
            log
        });
        folder.write("log.csv", &log);
        let output = folder.succeed(&["score", "--input", "log.csv", "--output", "rows.csv"]);
        let mut scored = Self { rows: HashMap::new(), said: String::from_utf8_lossy(&output.stderr).into_owned() };
        let mut count = 0;
        for row in csv::Reader::from_reader(&folder.bytes("rows.csv")[..]).records() {
            let row = row.expect("it is CSV");
            assert_eq!(row[0], count.to_string(), "rows stand in the order of the input");
            count += 1;
            scored.rows.entry(format!("{},{},{}", &row[2], &row[3], &row[1])).or_default().push(row);
        }
        assert_eq!(count, rows.len());
        scored
    }

    /// Returns what was said, without the lines that tell of repeats and of times apart.
    fn said_of_the_others(&self) -> Vec<&str> {
        self.said.lines().filter(|line| !line.contains("count once") && !line.contains("apart in time")).collect()
    }

    /// Asserts that every event of `other` has the same score and risk here.
    fn assert_scores_as(&self, other: &Self) {
        assert_eq!(self.said_of_the_others(), other.said_of_the_others());
        for (event, expected) in &other.rows {
            for row in &self.rows[event] {
                assert_eq!([&row[SCORE], &row[RISK]], [&expected[0][SCORE], &expected[0][RISK]], "{event}");
            }
        }
    }
}

#[test]
fn a_log_that_is_delivered_twice_scores_as_once() {
    let once = office();
    let expected = Scored::of(&once);
    assert!(expected.said.contains("1. eve"), "{}", expected.said);
    let twice_each = once.iter().flat_map(|row| [row.clone(), row.clone()]).collect::<Vec<_>>();
    let twice_whole = [once.clone(), once.clone()].concat();
    let third_time = [&once[100..], &once[..], &once[200..]].concat();
    for (log, repeats) in [(twice_each, "376"), (twice_whole, "376"), (third_time, "452")] {
        let scored = Scored::of(&log);
        scored.assert_scores_as(&expected);
        let told = format!("  {repeats} records of events that came before and count once");
        assert!(scored.said.contains(&told), "{}", scored.said);
    }
}

#[test]
fn a_repeat_names_the_record_that_it_repeats() {
    let mut log = office();
    log.push(log[0].clone());
    let scored = Scored::of(&log);
    let rows = &scored.rows["ann,2024-01-01T09:00:00Z,0-ann"];
    assert_eq!(
        rows.iter().map(|row| &row[WARNINGS]).collect::<Vec<_>>(),
        ["", "repeats record 0 and counts once with it"]
    );
}

#[test]
fn events_of_one_time_that_differ_are_no_repeats() {
    let at = |time: &str, count| (0..count).map(|file| format!("ann,{time},view,Oslo,crm/{file},")).collect::<Vec<_>>();
    let (log, strays) = (at("2024-01-15T14:30:00Z", 600), at("2099-01-01T00:00:00Z", 500));
    let scored = Scored::of(&[log.clone(), log, strays.clone(), strays].concat());
    assert!(scored.said.starts_with("600 events of 1 user, "), "{}", scored.said);
    assert_eq!(scored.rows.values().map(Vec::len).collect::<Vec<_>>(), [2; 1100]);
}

#[test]
fn wrong_clocks_change_nothing_for_the_others() {
    let office: Vec<String> = office().into_iter().chain(ordinary_march()).collect();
    let expected = Scored::of(&office);
    let stray = |(number, time): (usize, &str)| {
        format!("{},{time},admin,Lima,vault/{number},s{number}", ["ann", "eve", "mallory"][number % 3])
    };
    for times in [
        &["2099-01-01T00:00:00Z"][..],
        &["1970-01-01T00:00:01Z"],
        &["1900-06-01T12:00:00Z", "1970-01-20T12:00:00Z", "9998-12-31T23:59:59Z"],
        &["2025-03-20T12:00:00Z"],
        &["2031-01-01T00:00:00Z", "2032-02-02T00:00:00Z", "2033-03-03T00:00:00Z", "2034-04-04T00:00:00Z"],
    ] {
        let strays: Vec<String> = times.iter().copied().enumerate().map(stray).collect();
        for log in [[&strays[..], &office].concat(), [&office[..], &strays].concat()] {
            let scored = Scored::of(&log);
            scored.assert_scores_as(&expected);
            assert!(scored.said.contains(" apart in time (first: record "), "{}", scored.said);
            let warned =
                scored.rows.values().flatten().filter(|row| row[WARNINGS].contains("lies apart from the rest"));
            assert_eq!(warned.count(), times.len());
        }
    }
}

/// Returns one more quiet month.
fn ordinary_march() -> impl Iterator<Item = String> {
    (2..=31).map(|day| format!("bob,2024-03-{day:02}T09:00:00Z,view,Oslo,crm/bob/notes,march-{day}"))
}

//! Damage in a source affects one record only, and every lost record is reported.

use std::io::{self, Read};

use shared::formats::read;

use crate::{packed, records, users};

fn event(user: &str) -> String {
    format!(r#"{{"user_id": "{user}", "timestamp": "2024-01-15T14:30:00Z", "action_type": "login"}}"#)
}

fn row(user: &str) -> String {
    format!("{user},2024-01-15T14:30:00Z,login,\"a note\"")
}

/// Puts `broken` at `place` among three valid parts; returns all parts and the expected users.
fn among(good: impl Fn(&str) -> String, broken: &[u8], place: usize) -> (Vec<Vec<u8>>, Vec<&'static str>) {
    let mut users = vec!["ann", "bob", "cid"];
    let mut parts: Vec<_> = users.iter().map(|user| good(user).into_bytes()).collect();
    parts.insert(place, broken.to_vec());
    users.insert(place, "error");
    (parts, users)
}

const BROKEN_VALUES: [&[u8]; 11] = [
    br#"{"user_id": }"#,
    br#"{"user_id": "x", "user_id"}"#,
    br#"{"user_id": "x", "list": [1}"#,
    br#"{"user_id": "x""#,
    br#"{"user_id": {"x": 1"#,
    b"{nonsense}",
    b"nonsense",
    br#""a, text""#,
    b"12",
    b"{}",
    b"{\"user_id\": \"\xFF\"}",
];

#[test]
fn a_broken_line_costs_only_itself() {
    let only_in_lines: [&[u8]; 5] =
        [br#"{"user_id": "x}"#, br#"{"user_id": "x"]}"#, br#"{"user_id": "x"}}"#, b"}{", b"[1, 2"];
    for broken in BROKEN_VALUES.into_iter().chain(only_in_lines) {
        for place in 0..4 {
            if place == 0 && broken == b"[1, 2" {
                continue; // a list begins
            }
            let (lines, expected) = among(event, broken, place);
            assert_eq!(users(lines.join(&b'\n')), expected, "{}", String::from_utf8_lossy(broken));
        }
    }
}

#[test]
fn a_broken_element_of_a_list_costs_only_itself() {
    for (start, between, end) in
        [("[", ", ", "]"), ("[\n  ", ",\n  ", "\n]\n"), (r#"{"Records": ["#, ",", r#"], "x": 1}"#)]
    {
        for broken in BROKEN_VALUES {
            for place in 0..4 {
                let (elements, expected) = among(event, broken, place);
                let list = [start.as_bytes(), &elements.join(between.as_bytes()), end.as_bytes()].concat();
                assert_eq!(users(&list), expected, "{}", String::from_utf8_lossy(&list));
            }
        }
    }
}

#[test]
fn a_quote_that_was_not_closed_costs_only_its_line_of_a_list() {
    for place in 0..4 {
        let (elements, expected) = among(event, br#"{"user_id": "x}"#, place);
        let list = [b"[\n", &elements.join(&b",\n"[..])[..], b"\n]"].concat();
        assert_eq!(users(&list), expected, "{}", String::from_utf8_lossy(&list));
    }
}

#[test]
fn a_broken_row_costs_only_itself() {
    for broken in [
        &b"x,2024-01-15T14:30:00Z,login"[..],
        b"x,2024-01-15T14:30:00Z,login,a,b",
        b"x,yesterday,login,",
        b"x,2024-01-15T14:30:00Z,login,\"a note",
        b"\"x,2024-01-15T14:30:00Z,login,a note",
        b"\"x\"y,2024-01-15T14:30:00Z,login,",
        b"x\xFF,2024-01-15T14:30:00Z,login,",
        b"nonsense",
    ] {
        for place in 0..4 {
            let (mut rows, expected) = among(row, broken, place);
            rows.insert(0, b"user_id,timestamp,action_type,note".to_vec());
            assert_eq!(users(rows.join(&b'\n')), expected, "{}", String::from_utf8_lossy(broken));
        }
    }
}

#[test]
fn a_record_that_is_too_long_is_an_error_and_the_next_is_read() {
    let long = "x".repeat(5 << 20);
    let (ann, bob) = (event("ann"), event("bob"));
    for log in [
        format!("{ann}\n{}\n{bob}", event(&long)),
        format!("[{ann}, {}, {bob}]", event(&long)),
        format!("[{ann}, \"{long}\", {bob}]"),
        format!("user_id,timestamp,action_type,note\n{}\n{}\n{}", row("ann"), row(&long), row("bob")),
    ] {
        let records = records(&log);
        assert_eq!(records.len(), 3, "{}", &log[..40]);
        assert_eq!(records[1].event.as_ref().expect_err("it is too long").to_string(), "longer than 4 MiB");
        assert!(records[0].event.is_ok() && records[2].event.is_ok());
    }
}

#[test]
fn a_quote_that_is_never_closed_costs_one_row_of_a_long_table() {
    let count = 120_000;
    let rows = format!("{}\n", row("ann").replace('"', "")).repeat(count);
    let log = format!("user_id,timestamp,action_type,note\nx,2024-01-15T14:30:00Z,login,\"never closed\n{rows}");
    assert!(rows.len() > 4 << 20, "it must be longer than a record");
    let records = records(log);
    assert_eq!(records.len(), count + 1);
    assert_eq!(
        records.iter().filter(|record| record.event.is_err()).map(|record| record.index).collect::<Vec<_>>(),
        [0]
    );
}

#[test]
fn a_truncated_source_ends_with_an_error() {
    let (ann, bob) = (event("ann"), event("bob"));
    for log in [format!("[{ann}, {bob}"), format!("[{ann},"), format!(r#"{{"Records": [{ann}, {}"#, &bob[..30])] {
        let records = records(&log);
        let last = records.last().expect("an error").event.as_ref().expect_err("it is cut off");
        assert_eq!(last.to_string(), "the input ends before its last list or record does", "{log}");
        assert_eq!(users(&log)[0], "ann");
    }
}

#[test]
fn a_gzip_file_that_is_cut_off_ends_with_an_error_that_says_so() {
    let log = (0..5000).map(|number| event(&format!("u{number}")) + "\n").collect::<String>();
    let whole = packed(log.as_bytes());
    let records = records(&whole[..whole.len() / 2]);
    let (last, read) = records.split_last().expect("an error");
    assert!(read.len() > 1000 && read.iter().all(|record| record.event.is_ok()));
    let error = last.event.as_ref().expect_err("it is cut off").to_string();
    assert!(error.starts_with("the input ends here: the gzip file is damaged or cut off: "), "{error}");
}

/// A source that fails after its last byte.
struct Failing<'a>(&'a [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            return Err(io::Error::other("the line is dead"));
        }
        self.0.read(buffer)
    }
}

#[test]
fn a_source_that_fails_ends_with_one_error_that_says_so() {
    let (ann, table) = (event("ann"), format!("user_id,timestamp,action_type,note\n{}\nbob,20", row("ann")));
    for log in [format!("{ann}\n{{\"user"), format!("[{ann}, {{\"user"), table, String::new()] {
        let records: Vec<_> = read(Failing(log.as_bytes()), None, None).collect();
        assert_eq!(records.len(), 1 + usize::from(!log.is_empty()), "{log}");
        let error = records.last().expect("an error").event.as_ref().expect_err("it failed").to_string();
        assert_eq!(error, "the input ends here: reading failed: the line is dead");
    }
}

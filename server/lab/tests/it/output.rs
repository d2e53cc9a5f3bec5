//! What commands write: whole files or none, with nothing in them or on the terminal that is not text.

use std::{
    fs,
    io::{self, Write as _},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use lab::dataset::{self, Label, LabelledEvent, LabelledLog};
use shared::{event::Event, formats};

use crate::{Folder, SAMPLE_LOG};

fn log_of(users: usize) -> String {
    let row = |user| format!("u{user},2024-01-15T14:30:00Z,login\n");
    format!("user_id,timestamp,action_type\n{}", (0..users).map(row).collect::<String>())
}

fn packed(text: &str) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text.as_bytes()).expect("memory takes everything");
    packer.finish().expect("memory takes everything")
}

/// Returns the names of all files in a folder, hidden ones included.
fn names(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.0.path()).expect("it is there").map(|entry| entry.expect("readable").file_name());
    let mut names: Vec<_> = entries.map(|name| name.into_string().expect("names here are text")).collect();
    names.sort();
    names
}

#[cfg(unix)]
#[test]
fn a_file_is_not_written_over_its_own_input_by_whatever_name() {
    let folder = Folder::new();
    let log = folder.write("log.csv", &log_of(3));
    fs::hard_link(&log, folder.0.path().join("hard.csv")).expect("it can be linked");
    std::os::unix::fs::symlink(&log, folder.0.path().join("soft.csv")).expect("it can be linked");
    folder.write("model.json", "{}");
    let absolute = log.to_str().expect("text");
    for output in ["log.csv", "./log.csv", absolute, "hard.csv", "soft.csv"] {
        let said = folder.refusal(&["score", "--input", "log.csv", "--output", output]);
        assert!(said.contains("it is read, too: name another file"), "{said}");
    }
    for command in [
        "score --input log.csv --model model.json --output model.json",
        "generate --inject log.csv --out soft.csv",
        "train --data log.csv --output hard.csv",
    ] {
        let said = folder.refusal(&command.split(' ').collect::<Vec<_>>());
        assert!(said.contains("it is read, too"), "{command}: {said}");
    }
    assert_eq!((folder.text("log.csv"), folder.text("model.json").as_str()), (log_of(3), "{}"));

    let labelled = log_of(3).replace("action_type\n", "action_type,is_anomaly\n").replace("login\n", "login,0\n");
    folder.write("labelled.csv", &labelled.replacen("login,0", "login,1", 1));
    let said =
        folder.refusal(&["evaluate", "--labels", "labelled.csv", "--warm-up", "0", "--output", "./labelled.csv"]);
    assert!(said.contains("it is read, too"), "{said}");
    assert!(folder.text("labelled.csv").contains("login,1"));
}

#[test]
fn an_input_that_cannot_be_read_leaves_an_output_as_it_was_and_says_why() {
    let folder = Folder::new();
    folder.write("rows.csv", "the rows of yesterday");
    folder.write("letter.csv", "Dear team,\nall is well\n");
    folder.write("bad.ndjson", "{\"user_id\": 1}\n");
    for (input, reason) in
        [("letter.csv", "no known table"), ("bad.ndjson", "timestamp is missing"), ("none.csv", "cannot open")]
    {
        let said = folder.refusal(&["score", "--input", input, "--output", "rows.csv"]);
        assert!(said.contains(reason), "{said}");
    }
    assert_eq!(folder.text("rows.csv"), "the rows of yesterday");
    assert_eq!(names(&folder), ["bad.ndjson", "letter.csv", "rows.csv"]);
}

#[cfg(unix)]
#[test]
fn a_process_that_is_ended_leaves_an_output_as_it_was() {
    for signal in ["-INT", "-TERM", "-KILL"] {
        let folder = Folder::new();
        folder.write("rows.csv", "the rows of yesterday");
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command.args(["score", "--input", SAMPLE_LOG, "--output", "rows.csv"]).current_dir(&folder.0);
        let mut process = command.stderr(Stdio::null()).spawn().expect("the program starts");
        let is_being_written = || {
            let entries = fs::read_dir(folder.0.path()).expect("it is there").filter_map(Result::ok);
            entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum::<u64>() > 1000
        };
        while !is_being_written() {
            assert!(process.try_wait().expect("it can be asked").is_none(), "rows are written");
            thread::sleep(Duration::from_millis(1));
        }
        Command::new("kill").args([signal, &process.id().to_string()]).status().expect("it can be ended");
        assert!(!process.wait().expect("it ends").success());
        assert_eq!(folder.text("rows.csv"), "the rows of yesterday", "{signal}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named() {
    let folder = Folder::new();
    folder.write("log.csv", &log_of(3));
    for command in ["score --input log.csv --output /dev/full", "generate --users 3 --days 3 --out /dev/full"] {
        let said = folder.refusal(&command.split(' ').collect::<Vec<_>>());
        assert!(said.contains("No space left on device"), "{command}: {said}");
    }
}

#[test]
fn a_log_that_is_cut_off_is_scored_to_there_and_fails() {
    let folder = Folder::new();
    let whole = packed(&log_of(5000));
    fs::write(folder.0.path().join("log.csv.gz"), &whole[..whole.len() / 2]).expect("it can be written");
    let record = r#"{"user_id": "ann", "timestamp": "2024-01-15T14:30:00Z", "action_type": "login"}"#;
    folder.write("list.json", &format!("[{record},\n{record}"));
    for (input, at_least) in [("log.csv.gz", 1000), ("list.json", 2)] {
        let said = folder.refusal(&["score", "--input", input, "--output", "rows.csv"]);
        assert!(said.contains(&format!("{input} could not be read to its end")), "{said}");
        let rows = folder.text("rows.csv");
        assert!(rows.lines().count() > at_least, "what could be read is scored");
        assert!(rows.lines().last().expect("rows").contains("the input ends"), "{rows}");
    }
    let said = folder.refusal(&["generate", "--inject", "log.csv.gz", "--out", "labelled.csv"]);
    assert!(said.contains("could not be read to its end"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_ends_the_command_without_a_word() {
    for arguments in [&["score", "--input", SAMPLE_LOG, "--output", "-"][..], &["generate", "--out", "-"], &["model"]] {
        let (reader, writer) = io::pipe().expect("there are pipes");
        drop(reader); // it has left before the first byte, however fast the command is
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        let process = command.args(arguments).stdout(writer).stderr(Stdio::piped()).spawn();
        let output = process.expect("the program starts").wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(141), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
}

#[test]
fn a_log_without_a_record_is_an_error_that_says_so() {
    let folder = Folder::new();
    for log in ["", "user_id,timestamp,action_type\n"] {
        folder.write("log.csv", log);
        let message = folder.refusal(&["score", "--input", "log.csv", "--output", "rows.csv"]);
        assert!(
            message.ends_with("no event of log.csv can be read: no record: nothing, or only a header\n"),
            "{message}"
        );
    }
}

#[test]
fn no_cell_is_a_formula_and_every_text_is_read_back() {
    let folder = Folder::new();
    let texts = ["=cmd|' /C calc'!A0", "+49 30 1", "-x", "@SUM(1+1)", "\u{FF1D}1", "'=1", "ann"];
    let event = |(minute, text): (usize, &&str)| {
        format!(
            "{{\"user_id\": \"{text}\", \"event_id\": \"{text}\", \"timestamp\": \"2024-01-15T14:{minute:02}:00Z\", \
             \"action_type\": \"view\", \"resource_id\": \"{text}\", \"location\": \"{text}\", \"role\": \"{text}\", \
             \"department\": \"{text}\", \"native_action\": \"{text}\", \"user_agent\": \"{text}\", \"outcome\": \"{text}\"}}\n"
        )
    };
    let log = texts.iter().enumerate().map(event).collect::<String>();
    folder.write("log.ndjson", &log);
    folder.succeed(&["score", "--input", "log.ndjson", "--output", "rows.csv"]);
    folder.succeed(&["score", "--input", "log.ndjson", "--output", "rows.ndjson"]);

    let read = |log: &[u8]| formats::read(log, None, None).map(|record| record.event.expect("valid")).collect();
    let events: Vec<Event> = read(log.as_bytes());
    let attack = |event: &Event| {
        let text: Box<str> = event.user.as_str().into();
        LabelledEvent { event: event.clone(), label: Label::Attack { kind: text.clone(), case: text } }
    };
    let labelled: Vec<_> = events.iter().map(attack).collect();
    let mut written = Vec::new();
    dataset::write_csv(&labelled, &mut written).expect("memory takes everything");

    for table in [folder.bytes("rows.csv"), written.clone()] {
        for row in csv::Reader::from_reader(&table[..]).records() {
            let row = row.expect("it is CSV");
            let formula = row.iter().find(|cell| cell.starts_with(['=', '+', '-', '@', '\u{FF1D}', '\t', '\r']));
            assert_eq!(formula, None, "{row:?}");
        }
    }
    assert!(folder.text("rows.ndjson").contains("\"user_id\":\"=cmd|"), "JSON is as it was");
    assert_eq!(read(&written), events);
    let again = LabelledLog::read(&written).expect("it has labels").events;
    assert!(again.iter().map(|event| &event.labelled.label).eq(labelled.iter().map(|event| &event.label)));
    folder.write("labelled.csv", str::from_utf8(&written).expect("text"));
    folder.succeed(&["score", "--input", "labelled.csv", "--output", "again.csv"]);
    assert_eq!(folder.text("again.csv"), folder.text("rows.csv"));
}

#[test]
fn nothing_that_was_read_controls_the_terminal() {
    let folder = Folder::new();
    let bad = "user_id,timestamp,action_type,\u{1B}[31m\na,\u{1B}]0;x\u{7},login,\na,2024-01-15T14:30:00Z,\u{1B}[2J,\nann\u{202E},2024-01-15T14:30:00Z,login,\n";
    folder.write("bad\u{1B}[2J.csv", bad);
    folder.write("odd.csv", "\u{1B}[31m,b\n1,2\n");
    for input in ["bad\u{1B}[2J.csv", "odd.csv", "none\u{1B}[2J.csv"] {
        let said = folder.refusal(&["score", "--input", input, "--output", "rows.csv"]);
        assert!(said.contains('␛') && !said.contains(['\u{1B}', '\u{7}']), "{said}");
    }
    folder.write("good.csv", &(bad.to_owned() + "ann,2024-01-15T14:30:00Z,login,\n"));
    let said = folder.run(&["score", "--input", "good.csv", "--output", "rows.csv"]);
    assert_eq!(said.status.code(), Some(3), "some records cannot be read");
    assert!(!said.stderr.iter().any(|byte| matches!(byte, 0x1B | 7)), "{}", String::from_utf8_lossy(&said.stderr));
    let rows = folder.text("rows.csv");
    assert!(rows.contains('␛') && !rows.contains(['\u{1B}', '\u{7}', '\u{202E}']), "{rows}");
}

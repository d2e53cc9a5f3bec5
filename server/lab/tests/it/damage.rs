//! `uba score` on a large log of which one record in a hundred is damaged, in twenty ways.
//!
//! With `UBA_DAMAGED_RECORDS=10000000` the log is as large as a year of a company's.

use std::{
    env,
    fs::{self, File},
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use crate::Folder;

/// What replaces a sound record, and what the summary says of it; `{}` is the time.
const DAMAGE: [(&str, &str); 20] = [
    (r#"{"user_id":"u7","timestamp":"yesterday","action_type":"view"}"#, "timestamp is no time"),
    (r#"{"user_id":"u7","timestamp":"2024-13-45T00:00:00Z","action_type":"view"}"#, "timestamp"),
    (r#"{"user_id":"u7","timestamp":true,"action_type":"view"}"#, "timestamp"),
    (r#"{"user_id":"u7","action_type":"view"}"#, "timestamp is missing"),
    (r#"{"timestamp":"{}","action_type":"view"}"#, "user_id is missing"),
    (r#"{"user_id":"","timestamp":"{}","action_type":"view"}"#, "user_id"),
    (r#"{"user_id":"a\u0007b","timestamp":"{}","action_type":"view"}"#, "user_id"),
    (r#"{"user_id":["u7","u8"],"timestamp":"{}","action_type":"view"}"#, "user_id"),
    (r#"{"user_id":"u7","timestamp":"{}"}"#, "action_type is missing"),
    (r#"{"user_id":"u7","timestamp":"{}","action_type":"fly"}"#, "action_type"),
    (r#"{"user_id":"u7","timestamp":"{}","action_type":"view""#, ""),
    (r#"{"user_id":"u7","timesta"#, ""),
    ("just a line of a program's output", ""),
    (r#"["u7","{}","view"]"#, ""),
    (
        r#"{"user_id":"u7","timestamp":"{}","action_type":"view","ip_address":"300.1.2.3.4"}"#,
        "kept all the same: ip_address",
    ),
    (
        r#"{"user_id":"u7","timestamp":"{}","action_type":"view","data_volume_mb":"much"}"#,
        "kept all the same: data_volume_mb",
    ),
    (
        r#"{"user_id":"u7","timestamp":"{}","action_type":"view","data_volume_mb":-5}"#,
        "kept all the same: data_volume_mb",
    ),
    (
        r#"{"user_id":"u7","timestamp":"{}","action_type":"view","device_type":"abacus"}"#,
        "kept all the same: device_type",
    ),
    (
        r#"{"user_id":"u7","timestamp":"{}","action_type":"view","failed_attempts":"few"}"#,
        "kept all the same: failed_attempts",
    ),
    (
        r#"{"user_id":"u7","timestamp":"{}","action_type":"view","location_change":"maybe"}"#,
        "kept all the same: location_change",
    ),
];
/// The number of ways of damage that cost the record; the others cost one field.
const FATAL: usize = 14;

/// The peak of memory that a log of any size may take, in megabytes.
const MOST_MEMORY_MB: u64 = 1536;

#[test]
fn every_damaged_record_has_a_row_and_the_summary_tells_each_kind() {
    let records = env::var("UBA_DAMAGED_RECORDS").map_or(20_000, |records| records.parse().expect("a number"));
    let folder = Folder::new();
    let (log, rows) = (folder.0.path().join("log.ndjson"), folder.0.path().join("rows.csv"));
    write_log(&log, records).expect("there is room");
    let (code, said, memory_mb) = score(&log, &rows);
    assert_eq!(code, Some(3), "{said}");
    for (_, told) in DAMAGE {
        assert!(said.contains(told), "{told}: {said}");
    }
    let each = records / 100 / DAMAGE.len();
    assert!(said.contains(&format!("{} records that could not be read", each * FATAL)), "{said}");
    let (mut with_error, mut warned) = (0, 0);
    let mut reader = csv::Reader::from_path(&rows).expect("the rows were written");
    let mut count = 0;
    for row in reader.records() {
        let row = row.expect("it is CSV");
        assert_eq!(row[0], count.to_string());
        with_error += usize::from(!row[10].is_empty());
        warned += usize::from(!row[11].is_empty());
        count += 1;
    }
    assert_eq!((count, with_error, warned), (records, each * FATAL, each * (DAMAGE.len() - FATAL)), "{said}");
    assert!(memory_mb <= MOST_MEMORY_MB, "{memory_mb} MB");
    if records > 100_000 {
        writeln!(std::io::stdout(), "{memory_mb} MB\n{said}").expect("it can be read");
    }
}

/// Writes a log of ten thousand users in the order of its times, every hundredth record of which is damaged.
fn write_log(path: &Path, records: usize) -> std::io::Result<()> {
    let mut log = BufWriter::new(File::create(path)?);
    let start = "2024-01-01T00:00:00Z".parse::<jiff::Timestamp>().expect("a time").as_millisecond();
    for record in 0..records {
        let time = jiff::Timestamp::from_millisecond(start + i64::try_from(record).expect("few") * 2500);
        let time = time.expect("a log of 10 million records ends within a year").to_string();
        if record % 100 == 99 {
            writeln!(log, "{}", DAMAGE[record / 100 % DAMAGE.len()].0.replace("{}", &time))?;
            continue;
        }
        let user = record * 7919 % (records / 20).min(10_000);
        let act = ["view", "view", "download", "upload"][record % 4];
        writeln!(
            log,
            r#"{{"user_id":"u{user}","timestamp":"{time}","action_type":"{act}","resource_id":"p{}/f{}","ip_address":"198.51.100.{}","event_id":"e{record}"}}"#,
            user % 50,
            record % 9,
            user % 250,
        )?;
    }
    log.flush()
}

/// Scores a log, and returns the exit code, what was said, and the peak of memory in megabytes.
fn score(log: &Path, rows: &Path) -> (Option<i32>, String, u64) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.arg("score").arg("--input").arg(log).arg("--output").arg(rows);
    let mut process = command.stderr(Stdio::piped()).spawn().expect("the program starts");
    let status = format!("/proc/{}/status", process.id());
    let mut memory_kb = 0;
    let (mut said, stderr) = (String::new(), process.stderr.take().expect("it is piped"));
    let watch = std::thread::spawn(move || {
        while let Ok(status) = fs::read_to_string(&status) {
            let Some(line) = status.lines().find(|line| line.starts_with("VmHWM:")) else { break };
            memory_kb = line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or(memory_kb);
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        memory_kb
    });
    for line in BufReader::new(stderr).lines() {
        said += &(line.expect("messages are text") + "\n");
    }
    let code = process.wait().expect("it ends").code();
    (code, said, watch.join().expect("it only reads") >> 10)
}

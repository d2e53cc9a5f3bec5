//! `uba score` on real logs.

use std::path::{Path, PathBuf};

use crate::{Folder, SAMPLE_LOG};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/aws_cloudtrail");

/// Scores a file with extra arguments and returns the bytes of the rows.
fn score(folder: &Folder, input: &Path, extra: &[&str]) -> Vec<u8> {
    let input = input.to_str().expect("paths here are text");
    folder.succeed(&[&["score", "--input", input, "--output", "rows.csv"], extra].concat());
    folder.bytes("rows.csv")
}

/// Scores a file some of whose records cannot be read, and returns the rows and what was said.
fn partly_scored(folder: &Folder, input: &Path) -> (Vec<csv::StringRecord>, String) {
    let input = input.to_str().expect("paths here are text");
    let output = folder.run(&["score", "--input", input, "--output", "rows.csv"]);
    let said = String::from_utf8(output.stderr).expect("messages are text");
    assert_eq!(output.status.code(), Some(3), "{said}");
    (rows(&folder.bytes("rows.csv")), said)
}

fn rows(csv: &[u8]) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(csv).into_records().collect::<Result<_, _>>().expect("the rows are CSV")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).expect("the fixtures are there").map(|entry| entry.expect("readable").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.into_iter().chain(folders.iter().flat_map(|folder| files_below(folder))).collect()
}

const ERROR: usize = 10;

#[test]
fn the_sample_log_is_scored_whole_and_to_the_same_bytes_by_any_number_of_threads() {
    let folder = Folder::new();
    let [one, two, five] =
        ["1", "2", "5"].map(|threads| score(&folder, Path::new(SAMPLE_LOG), &["--threads", threads]));
    assert!(one == two && two == five, "the rows depend on the number of threads");
    let rows = rows(&one);
    assert_eq!(rows.len(), 114_875);
    assert!(rows.iter().all(|row| row[ERROR].is_empty()));
    assert!(rows.iter().enumerate().all(|(index, row)| row[0] == index.to_string()));
}

#[test]
fn every_record_of_the_cloudtrail_logs_has_a_row() {
    let folder = Folder::new();
    let logs = files_below(Path::new(FIXTURES)).into_iter().filter(|path| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("json" | "ndjson" | "csv" | "gz"))
    });
    let rows: Vec<_> = logs.flat_map(|log| rows(&score(&folder, &log, &[]))).collect();
    assert_eq!(rows.len(), 1024);
    assert!(rows.iter().all(|row| row[ERROR].is_empty()));
}

#[test]
fn a_log_out_of_order_scores_as_in_order_and_rows_keep_the_inputs_order() {
    let folder = Folder::new();
    let head = "user_id,timestamp,action_type,location\n";
    let days: Vec<String> = (1..=28).map(|day| format!("ann,2024-02-{day:02}T09:00:00Z,view,Oslo\n")).collect();
    let odd = "ann,2024-03-01T03:00:00Z,delete,Lima\n".to_owned();
    let ordered = folder.write("ordered.csv", &format!("{head}{}{odd}", days.concat()));
    let reversed: String = days.iter().rev().map(String::as_str).collect();
    let shuffled = folder.write("shuffled.csv", &format!("{head}{odd}{reversed}"));

    let ordered = rows(&score(&folder, &ordered, &[]));
    let shuffled = rows(&score(&folder, &shuffled, &[]));
    assert_eq!(&shuffled[0][3], "2024-03-01T03:00:00Z");
    assert_eq!(&shuffled[0][4], &ordered[28][4], "the same score at another place");
    let column = |rows: &[csv::StringRecord]| rows.iter().map(|row| row[4].to_owned()).collect::<Vec<_>>();
    let backwards: Vec<String> = column(&ordered[..28]).into_iter().rev().collect();
    assert_eq!(column(&shuffled[1..]), backwards);
}

#[test]
fn a_bad_record_has_a_row_with_its_reason_and_the_others_are_scored() {
    let folder = Folder::new();
    let log = folder.write(
        "log.ndjson",
        "{\"user_id\":\"ann\",\"timestamp\":\"2024-01-15T14:30:00Z\",\"action_type\":\"login\"}\n\
         {\"user_id\":\"bob\"}\n\
         {\"user_id\":\"eve\",\"timestamp\":\"2024-01-15T14:31:00Z\",\"action_type\":\"view\"}\n",
    );
    let (rows, said) = partly_scored(&folder, &log);
    assert!(said.contains("  1 record: timestamp is missing (first: record 1: timestamp is missing"), "{said}");
    let errors: Vec<_> = rows.iter().map(|row| &row[ERROR]).collect();
    assert_eq!(errors, ["", "timestamp is missing; action_type is missing", ""]);
    assert_eq!([&rows[0][2], &rows[2][2]], ["ann", "eve"]);
}

#[test]
fn every_bad_record_of_many_has_a_row_in_its_place() {
    let folder = Folder::new();
    let record = |index: usize| match index % 3 {
        0 => format!("ann,2024-01-{:02}T09:00:00Z,view\n", 28 - index / 300),
        1 => format!("ann,day {index},view\n"),
        _ => ",2024-01-15T09:00:00Z,view\n".to_owned(),
    };
    let log = format!("user_id,timestamp,action_type\n{}", (0..6000).map(record).collect::<String>());
    let (rows, said) = partly_scored(&folder, &folder.write("log.csv", &log));
    assert!(said.contains("  2,000 records: timestamp is no time (first: record 1: timestamp is no time: "), "{said}");
    assert!(said.contains("  2,000 records: user_id is missing (first: record 2: user_id is missing"), "{said}");
    assert_eq!(rows.len(), 6000);
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row[0], index.to_string());
        let error = match index % 3 {
            0 => String::new(),
            1 => format!(
                "timestamp is no time: \"day {index}\"; write it as in 2024-01-15T14:30:00Z, with Z or an offset"
            ),
            _ => "user_id is missing".to_owned(),
        };
        assert_eq!(row[ERROR], error);
    }
}

#[test]
fn a_file_that_is_not_there_and_one_that_is_no_log_are_reported() {
    let folder = Folder::new();
    let missing = folder.refusal(&["score", "--input", "nothing.csv", "--output", "rows.csv"]);
    assert!(missing.contains("cannot open nothing.csv"), "{missing}");

    folder.write("letter.csv", "Dear team,\nall is well\n");
    let letter = folder.refusal(&["score", "--input", "letter.csv", "--output", "rows.csv"]);
    assert!(letter.contains("no event of letter.csv can be read"), "{letter}");
    assert_eq!(folder.run(&["score", "--inptu", "x"]).status.code(), Some(2));
}

#[test]
fn the_shipped_model_is_what_the_sample_log_and_a_world_of_ordinary_life_teach() {
    let folder = Folder::new();
    let world = "generate --users 200 --days 120 --attacks none --life ordinary --seed 7 --out calm.csv.gz";
    let train = format!("train --data {SAMPLE_LOG} calm.csv.gz --output model.json");
    for command in [world, &train] {
        folder.succeed(&command.split(' ').collect::<Vec<_>>());
    }
    let learnt = folder.bytes("model.json");
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/assets/model.json");
    assert!(learnt == std::fs::read(shipped).expect("the model is shipped"), "run make model");
}

#[test]
fn a_log_of_out_of_the_ordinary_days_names_the_user_and_the_reason() {
    let folder = Folder::new();
    let ordinary = (0..56).flat_map(|day| {
        let (month, day) = (1 + day / 28, 1 + day % 28);
        ["ann", "bob", "eve"]
            .map(|user| format!("{user},2024-{month:02}-{day:02}T09:00:00Z,view,Oslo,crm/{user}/notes"))
    });
    let odd = (0..40).map(|file| format!("eve,2024-03-05T03:{file:02}:00Z,delete,Lima,vault/{file}"));
    let head = "user_id,timestamp,action_type,location,resource_id".to_owned();
    let log: Vec<String> = std::iter::once(head).chain(ordinary).chain(odd).collect();
    let path = folder.write("log.csv", &log.join("\n"));
    let output = folder.succeed(&["score", "--input", path.to_str().expect("text"), "--output", "rows.csv"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let first = said.lines().find(|line| line.trim_start().starts_with("1.")).expect("somebody stands out");
    assert!(first.contains("eve"), "{said}");
    assert!(said.contains("Not active from Lima before today; usually Oslo"), "{said}");
}

#[test]
fn a_user_is_shown_in_the_spelling_that_was_first_in_time() {
    let folder = Folder::new();
    let log = folder.write(
        "log.csv",
        "user_id,timestamp,action_type\nANN,2024-01-15T14:32:00Z,view\nann,2024-01-15T14:31:00Z,view\n\
         Ann,2024-01-15T14:30:00Z,login\n",
    );
    let rows = rows(&score(&folder, &log, &[]));
    assert_eq!(rows.iter().map(|row| &row[2]).collect::<Vec<_>>(), ["Ann"; 3]);
}

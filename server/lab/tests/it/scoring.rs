//! `uba score` as a process, on real logs.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

const ASSETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets");
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/aws_cloudtrail");

/// A folder, and `uba` in it.
struct Scorer(tempfile::TempDir);

impl Scorer {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("the temporary folder can be written"))
    }

    /// Runs `uba`, and returns what it said.
    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_lab"))
            .current_dir(&self.0)
            .args(arguments)
            .output()
            .expect("the program starts")
    }

    /// Scores a file with extra arguments and returns the bytes of the rows.
    fn score(&self, input: &Path, extra: &[&str]) -> Vec<u8> {
        let input = input.to_str().expect("paths here are text");
        let output = self.run(&[&["score", "--input", input, "--output", "rows.csv"], extra].concat());
        assert!(output.status.success(), "{input}: {}", String::from_utf8_lossy(&output.stderr));
        std::fs::read(self.0.path().join("rows.csv")).expect("the rows were written")
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).expect("the temporary folder can be written");
        path
    }
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
    let scorer = Scorer::new();
    let sample = Path::new(ASSETS).join("sample/activity.csv.gz");
    let one = scorer.score(&sample, &["--threads", "1"]);
    let two = scorer.score(&sample, &["--threads", "2"]);
    let five = scorer.score(&sample, &["--threads", "5"]);
    assert!(one == two && two == five, "the rows depend on the number of threads");
    let rows = rows(&one);
    assert_eq!(rows.len(), 114_875);
    assert!(rows.iter().all(|row| row[ERROR].is_empty()));
    assert!(rows.iter().enumerate().all(|(index, row)| row[0] == index.to_string()));
}

#[test]
fn every_record_of_the_cloudtrail_logs_has_a_row() {
    let scorer = Scorer::new();
    let logs = files_below(Path::new(FIXTURES)).into_iter().filter(|path| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("json" | "ndjson" | "csv" | "gz"))
    });
    let rows: Vec<_> = logs.flat_map(|log| rows(&scorer.score(&log, &[]))).collect();
    assert_eq!(rows.len(), 1024);
    assert!(rows.iter().all(|row| row[ERROR].is_empty()));
}

#[test]
fn a_log_out_of_order_scores_as_in_order_and_rows_keep_the_inputs_order() {
    let scorer = Scorer::new();
    let head = "user_id,timestamp,action_type,location\n";
    let days: Vec<String> = (1..=28).map(|day| format!("ann,2024-02-{day:02}T09:00:00Z,view,Oslo\n")).collect();
    let odd = "ann,2024-03-01T03:00:00Z,delete,Lima\n".to_owned();
    let ordered = scorer.write("ordered.csv", &format!("{head}{}{odd}", days.concat()));
    let reversed: String = days.iter().rev().map(String::as_str).collect();
    let shuffled = scorer.write("shuffled.csv", &format!("{head}{odd}{reversed}"));

    let ordered = rows(&scorer.score(&ordered, &[]));
    let shuffled = rows(&scorer.score(&shuffled, &[]));
    assert_eq!(&shuffled[0][3], "2024-03-01T03:00:00Z");
    assert_eq!(&shuffled[0][4], &ordered[28][4], "the same score at another place");
    let column = |rows: &[csv::StringRecord]| rows.iter().map(|row| row[4].to_owned()).collect::<Vec<_>>();
    let backwards: Vec<String> = column(&ordered[..28]).into_iter().rev().collect();
    assert_eq!(column(&shuffled[1..]), backwards);
}

#[test]
fn a_bad_record_has_a_row_with_its_reason_and_the_others_are_scored() {
    let scorer = Scorer::new();
    let log = scorer.write(
        "log.ndjson",
        "{\"user_id\":\"ann\",\"timestamp\":\"2024-01-15T14:30:00Z\",\"action_type\":\"login\"}\n\
         {\"user_id\":\"bob\"}\n\
         {\"user_id\":\"eve\",\"timestamp\":\"2024-01-15T14:31:00Z\",\"action_type\":\"view\"}\n",
    );
    let rows = rows(&scorer.score(&log, &[]));
    let errors: Vec<_> = rows.iter().map(|row| &row[ERROR]).collect();
    assert_eq!(errors, ["", "timestamp is missing; action_type is missing", ""]);
    assert_eq!([&rows[0][2], &rows[2][2]], ["ann", "eve"]);
}

#[test]
fn a_file_that_is_not_there_and_one_that_is_no_log_are_reported() {
    let scorer = Scorer::new();
    let missing = scorer.run(&["score", "--input", "nothing.csv", "--output", "rows.csv"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("cannot open nothing.csv"));

    scorer.write("letter.csv", "Dear team,\nall is well\n");
    let letter = scorer.run(&["score", "--input", "letter.csv", "--output", "rows.csv"]);
    assert_eq!(letter.status.code(), Some(1));
    assert_eq!(scorer.run(&["score", "--inptu", "x"]).status.code(), Some(2));
}

#[test]
fn the_shipped_model_is_what_the_sample_log_and_a_calm_world_teach() {
    let scorer = Scorer::new();
    let world = "generate --users 200 --days 60 --attacks none --seed 7 --out calm.csv.gz";
    let train = format!("train --data {ASSETS}/sample/activity.csv.gz calm.csv.gz --output model.json");
    for command in [world, &train] {
        let output = scorer.run(&command.split(' ').collect::<Vec<_>>());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let learnt = std::fs::read(scorer.0.path().join("model.json")).expect("the model was written");
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/assets/model.json");
    assert!(learnt == std::fs::read(shipped).expect("the model is shipped"), "run make model");
}

#[test]
fn a_log_of_out_of_the_ordinary_days_names_the_user_and_the_reason() {
    let scorer = Scorer::new();
    let ordinary = (0..56).flat_map(|day| {
        let (month, day) = (1 + day / 28, 1 + day % 28);
        ["ann", "bob", "eve"]
            .map(|user| format!("{user},2024-{month:02}-{day:02}T09:00:00Z,view,Oslo,crm/{user}/notes"))
    });
    let odd = (0..40).map(|file| format!("eve,2024-03-05T03:{file:02}:00Z,delete,Lima,vault/{file}"));
    let head = "user_id,timestamp,action_type,location,resource_id".to_owned();
    let log: Vec<String> = std::iter::once(head).chain(ordinary).chain(odd).collect();
    let path = scorer.write("log.csv", &log.join("\n"));
    let output = scorer.run(&["score", "--input", path.to_str().expect("text"), "--output", "rows.csv"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let first = said.lines().find(|line| line.trim_start().starts_with("1.")).expect("somebody stands out");
    assert!(first.contains("eve"), "{said}");
    assert!(said.contains("Never before today at Lima; usually Oslo"), "{said}");
}

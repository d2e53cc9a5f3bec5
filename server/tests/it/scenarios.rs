//! A login in business hours is normal, an administrative act at night after failed attempts is not, a large download
//! from an unusual place is not: with no history and after a month, over HTTP and on the command line.

use std::process::Command;

use axum::Router;
use serde_json::{Map, Value, json};

use crate::{post, router};

const MONTH: &str = include_str!("../../../shared/tests/fixtures/scenarios/month.csv");
const SCENARIOS: &str = include_str!("../../../shared/tests/fixtures/scenarios/events.csv");
const IS_ANOMALY: [bool; 3] = [false, true, true];
/// Of what `uba score` writes.
const IS_ANOMALY_COLUMN: usize = 5;

/// Returns the rows of a CSV file as clients send them.
fn bodies(csv: &str) -> Vec<Value> {
    let rows = csv::Reader::from_reader(csv.as_bytes()).into_deserialize::<Map<String, Value>>();
    let body = |row: Map<String, Value>| row.into_iter().filter(|(_, value)| *value != json!("")).collect();
    rows.map(|row| body(row.expect("the file is CSV"))).collect()
}

async fn is_anomaly(router: &Router, event: &Value) -> bool {
    let answer = post(router, "/api/predict", event).await.json();
    answer["prediction"]["is_anomaly"].as_bool().unwrap_or_else(|| panic!("no verdict: {answer}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn scenarios_are_told_apart_over_http_where_nobody_has_a_history() {
    for (event, expected) in bodies(SCENARIOS).iter().zip(IS_ANOMALY) {
        assert_eq!(is_anomaly(&router().await, event).await, expected, "{event}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn scenarios_are_told_apart_over_http_after_a_month() {
    let router = router().await;
    let month = bodies(MONTH);
    let summary = post(&router, "/api/batch", &json!({ "instances": month })).await.json()["summary"].clone();
    assert_eq!((&summary["scored"], &summary["errors"]), (&json!(month.len()), &json!(0)));
    for (event, expected) in bodies(SCENARIOS).iter().zip(IS_ANOMALY) {
        assert_eq!(is_anomaly(&router, event).await, expected, "{event}");
    }
}

/// Returns the verdict of `uba score` on a row after a log with the same columns.
fn verdict_after(log: &str, row: &str) -> bool {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    std::fs::write(folder.path().join("log.csv"), [log, row].concat()).expect("it can be written");
    let mut score = Command::new(env!("CARGO_BIN_EXE_uba"));
    let output = score.current_dir(&folder).args(["score", "--input", "log.csv", "--output", "rows.csv"]).output();
    assert!(output.expect("the program starts").status.success());
    let rows = csv::Reader::from_path(folder.path().join("rows.csv")).expect("the rows were written");
    let last = rows.into_records().last().expect("a row").expect("the rows are CSV");
    last[IS_ANOMALY_COLUMN].parse().expect("true or false")
}

#[test]
fn scenarios_are_told_apart_on_the_command_line() {
    let (header, scenarios) = SCENARIOS.split_once('\n').expect("a header and rows");
    for log in [&format!("{header}\n"), MONTH] {
        let verdicts: Vec<bool> = scenarios.lines().map(|row| verdict_after(log, row)).collect();
        assert_eq!(verdicts, IS_ANOMALY);
    }
}

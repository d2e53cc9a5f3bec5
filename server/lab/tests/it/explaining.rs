//! `uba explain`: one event of a log, as text, JSON and a page.

use serde_json::Value;

use crate::Folder;

/// Returns a log of three weeks of ordinary work, and then a night of deletions.
fn log() -> String {
    let work = (1..=21).flat_map(|day| {
        [9, 11, 14].map(|hour| format!("ann,2024-01-{day:02}T{hour:02}:00:00Z,view,Berlin,crm/accounts,{day}-{hour}\n"))
    });
    let night =
        (10..40).map(|second| format!("ann,2024-01-22T03:00:{second}Z,delete,Lima,payroll/{second},d{second}\n"));
    let head = "user_id,timestamp,action_type,location,resource_id,event_id\n".to_owned();
    std::iter::once(head).chain(work).chain(night).collect()
}

#[test]
fn the_report_of_an_event_has_a_text_data_that_add_up_and_a_page_of_its_own() {
    let folder = Folder::new();
    folder.write("log.csv", &log());
    let explain = ["explain", "--input", "log.csv", "--event", "d39"];
    let text = String::from_utf8(folder.succeed(&explain).stdout).expect("text");
    assert!(text.starts_with("# Event d39 of ann\n\nThis event "), "{text}");
    assert!(text.contains("30 deletions in one day"), "{text}");

    folder.succeed(&[&explain[..], &["--output", "report.json"]].concat());
    let report: Value = serde_json::from_slice(&folder.bytes("report.json")).expect("JSON");
    let shap = &report["explanation"]["shap_explanation"];
    let values = shap["values"].as_array().expect("a list").iter();
    let sum: f64 = values.map(|value| value["contribution"].as_f64().expect("a number")).sum();
    let score = report["prediction"]["anomaly_score"].as_f64().expect("a number");
    assert!((shap["base_value"].as_f64().expect("a number") + sum - score).abs() < 1e-9);
    let rows =
        String::from_utf8(folder.succeed(&["score", "--input", "log.csv", "--output", "-"]).stdout).expect("text");
    let row = rows.lines().find(|row| row.contains(",d39,")).expect("a row");
    let scored: f64 = row.split(',').nth(4).and_then(|score| score.parse().ok()).expect("a score");
    assert!((score - scored).abs() < 1e-6, "the score is that of `uba score`: {row}");

    folder.succeed(&[&explain[..], &["--output", "report.html"]].concat());
    let page = folder.text("report.html");
    assert!(page.contains("<svg") && page.contains("30 deletions in one day"));
    assert!(!page.contains("src=") && !page.contains("href="), "the page needs no other file");
}

#[test]
fn the_id_of_no_event_is_refused() {
    let folder = Folder::new();
    folder.write("log.csv", &log());
    let message = folder.refusal(&["explain", "--input", "log.csv", "--event", "d99"]);
    assert!(message.contains("no event of log.csv has the id d99"), "{message}");
}

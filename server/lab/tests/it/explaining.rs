//! `uba explain`: one event of a log, as text, JSON and a page.

use std::process::Output;

use serde_json::Value;

use crate::Folder;

/// Returns a log of three weeks of ordinary work of two people, and then one's night of deletions.
fn log() -> String {
    let work = (1..=21).flat_map(|day| {
        ["ann", "bob"].into_iter().flat_map(move |user| {
            let view = move |hour: u32| {
                format!("{user},2024-01-{day:02}T{hour:02}:00:00Z,view,Berlin,crm/accounts,{user}-{day}-{hour}\n")
            };
            [9, 11, 14].map(view)
        })
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
fn rows_of_anomalies_are_explained_where_that_is_asked_for() {
    let folder = Folder::new();
    folder.write("log.csv", &log());
    let score = ["score", "--input", "log.csv", "--explain", "--output"];
    folder.succeed(&[&score[..], &["one.ndjson", "--threads", "1"]].concat());
    folder.succeed(&[&score[..], &["two.ndjson", "--threads", "2"]].concat());
    assert_eq!(folder.text("one.ndjson"), folder.text("two.ndjson"));
    let rows: Vec<Value> =
        folder.text("one.ndjson").lines().map(|row| serde_json::from_str(row).expect("JSON")).collect();
    let number = |value: &Value| value.as_f64().expect("a number");
    let mut explained = 0;
    for row in &rows {
        let explanation = &row["explanation"];
        assert_eq!(explanation.is_object(), row["is_anomaly"] == true, "{row:#}");
        if let Some(text) = explanation["text_explanation"].as_str() {
            assert!(text.starts_with("This event was flagged as anomalous. "), "{text}");
            let shap = &explanation["shap_explanation"];
            assert!((number(&shap["anomaly_score"]) - number(&row["anomaly_score"])).abs() < 1e-6);
            assert!(explanation["lime_explanation"]["values"].is_array(), "{row:#}");
            explained += 1;
        }
    }
    assert!(explained > 10, "{explained} anomalies");

    let csv = String::from_utf8(folder.succeed(&[&score[..], &["-"]].concat()).stdout).expect("text");
    assert!(csv.lines().next().is_some_and(|header| header.ends_with(",warnings,explanation")));
    let mut records = csv::Reader::from_reader(csv.as_bytes());
    let cells: Vec<String> = records.records().map(|row| row.expect("a row")[12].to_owned()).collect();
    for (cell, row) in cells.iter().zip(&rows) {
        let cell: Value = serde_json::from_str(cell).unwrap_or_default();
        assert_eq!(cell, row["explanation"]);
    }
}

#[test]
fn evidence_reproduces_to_the_byte_and_what_was_changed_in_it_is_named() {
    let folder = Folder::new();
    folder.write("log.csv", &log());
    folder.succeed(&["evidence", "--input", "log.csv", "--event", "d39", "--output", "evidence.json"]);
    let stated = |output: Output| (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned());
    let whole = "evidence.json reproduces to the byte, from the profile and the counts of all users on\n".to_owned();
    assert_eq!(stated(folder.run(&["verify", "evidence.json"])), (Some(0), whole));

    let evidence = folder.text("evidence.json");
    folder.write("tampered.json", &evidence.replacen("\"location\": \"Lima\"", "\"location\": \"Berlin\"", 1));
    let (code, told) = stated(folder.run(&["verify", "tampered.json"]));
    assert_eq!(code, Some(1));
    assert!(told.contains("/prediction/anomaly_score: 0.99") && told.contains(" computed\n"), "{told}");

    folder.write("cut.json", &evidence[..evidence.len() / 2]);
    folder.write("other.json", &evidence.replacen("\"model_version\": \"", "\"model_version\": \"0", 1));
    for (file, message) in [
        ("cut.json", "it is no evidence file"),
        ("other.json", "the event was scored by the model 0"),
        ("none.json", "No such file"),
    ] {
        let output = folder.run(&["verify", file]);
        assert_eq!(output.status.code(), Some(2), "{file}");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.starts_with(&format!("error: cannot verify the file: {file}: {message}")), "{told}");
    }
}

#[test]
fn the_id_of_no_event_is_refused() {
    let folder = Folder::new();
    folder.write("log.csv", &log());
    let message = folder.refusal(&["explain", "--input", "log.csv", "--event", "d99"]);
    assert!(message.contains("no event of log.csv has the id d99"), "{message}");
}

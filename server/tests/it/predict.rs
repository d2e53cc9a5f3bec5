use std::io::Write as _;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use flate2::{Compression, write::GzEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};

use crate::{API_KEY, ask, get_with, post, router};

/// The body of the first example in the manual of the system that this one replaces.
fn old_example() -> Value {
    json!({
        "user_id": "user-001", "timestamp": "2024-01-15T14:30:00Z", "action_type": "download", "resource_id": "file-001",
        "ip_address": "192.168.1.100", "data_volume_mb": 150.5, "location": "New York", "device_type": "desktop",
        "failed_attempts": 0, "location_change": false, "explain": true,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_judged_under_the_names_of_old() {
    let answer = post(&router().await, "/api/predict", &old_example()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let body = answer.json();
    let prediction = &body["prediction"];
    assert_eq!(body["success"], true);
    assert_eq!(
        (&prediction["user_id"], &prediction["timestamp"]),
        (&json!("user-001"), &json!("2024-01-15T14:30:00Z"))
    );
    assert_eq!(prediction["model_version"], json!(shared::model::Model::shipped().version()));
    assert_eq!(prediction["is_anomaly"], false, "nobody's first event is suspicious");
    let score = prediction["anomaly_score"].as_f64().expect("a number");
    assert_eq!(prediction["confidence"].as_f64(), Some(1.0 - score));
    assert!(
        prediction["explanation"]["text_explanation"].as_str().expect("words").starts_with("This event looks normal")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_sent_again_gets_the_same_answer_and_counts_once() {
    let router = router().await;
    let first = post(&router, "/api/predict", &old_example()).await.json();
    let again = post(&router, "/api/predict", &old_example()).await.json();
    assert_eq!(first, again);
    let user = get_with(&router, "/api/v1/users/user-001", &[crate::API_KEY]).await.json();
    assert_eq!(user["summary"]["events"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_events_count_once_for_each_idempotency_key() {
    let router = router().await;
    let send = async |path: &str, body: Value, key: &str| {
        let headers = [API_KEY, ("content-type", "application/json"), ("idempotency-key", key)];
        ask(&router, Request::post(path), &headers, Body::from(body.to_string())).await
    };
    let first = send("/api/predict", old_example(), "one").await.json();
    assert_eq!(first["prediction"]["event_id"], "one");
    assert_eq!(send("/api/predict", old_example(), "one").await.json(), first);
    send("/api/predict", old_example(), "two").await;
    for key in ["three", "three", "four"] {
        let batch = send("/api/batch", json!([old_example(), old_example()]), key).await.json();
        assert_eq!(batch["predictions"][1]["prediction"]["event_id"], format!("{key}/1"));
    }
    let user = get_with(&router, "/api/v1/users/user-001", &[API_KEY]).await.json();
    assert_eq!(user["summary"]["events"], 2 + 2 * 2);
    let wrong = send("/api/predict", old_example(), &"x".repeat(201)).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_wrong_is_told_at_once_and_where() {
    let wrong = json!({"timestamp": "yesterday", "action_type": "fly"});
    let answer = post(&router().await, "/api/predict", &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let body = answer.json();
    assert_eq!((&body["success"], &body["status"]), (&json!(false), &json!(422)));
    let errors = body["errors"].as_array().expect("a list");
    let pointers: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().expect("a text")).collect();
    assert_eq!(pointers, ["/user_id", "/timestamp", "/action_type"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_optional_field_that_cannot_be_read_is_unknown_and_told() {
    let router = router().await;
    let mut event = json!({
        "user_id": "ann", "timestamp": "2024-01-15T14:30:00Z", "action_type": "view", "ip_address": "somewhere",
        "data_volume_mb": -1, "device_type": "desktop",
    });
    let answer = post(&router, "/api/predict", &event).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let warnings = answer.json()["prediction"]["warnings"].clone();
    assert_eq!(warnings[0]["pointer"], "/ip_address");
    assert_eq!(warnings[0]["detail"], "is \"somewhere\", must be an IPv4 or IPv6 address");
    assert_eq!((&warnings[1]["pointer"], &warnings[2]), (&json!("/data_volume_mb"), &Value::Null));
    let batch = post(&router, "/api/batch", &json!({"instances": [{}, event]})).await.json();
    assert_eq!(batch["predictions"][1]["prediction"]["warnings"][0]["pointer"], "/instances/1/ip_address");
    event["ip_address"] = json!("192.0.2.1");
    event["data_volume_mb"] = json!(1);
    let whole = post(&router, "/api/predict", &event).await.json();
    assert_eq!(whole["prediction"].get("warnings"), None, "nothing to tell");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_event_of_a_batch_costs_only_itself() {
    let good = |user: &str| json!({"user_id": user, "timestamp": "2024-01-15T14:30:00Z", "action_type": "login"});
    let batch = json!({"instances": [good("ann"), {"user_id": "bob"}, good("eve"), 7], "explain": false});
    let answer = post(&router().await, "/api/batch", &batch).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["summary"], json!({"total": 4, "scored": 2, "anomalies": 0, "errors": 2}));
    assert_eq!(body["predictions"][2]["prediction"]["user_id"], "eve");
    assert_eq!(body["predictions"][1]["error"]["errors"][0]["pointer"], "/instances/1/timestamp");
    assert_eq!(body["predictions"][3]["index"], 3);
}

/// Posts a body with the key of the tests, and returns the ids of the users whose events were scored.
async fn users_of_batch(body: impl Into<Body>, headers: &[(&str, &str)]) -> Result<Vec<String>, (StatusCode, String)> {
    let headers = [&[API_KEY], headers].concat();
    let answer = ask(&router().await, Request::post("/api/batch"), &headers, body.into()).await;
    let Value::Array(predictions) = &answer.json()["predictions"] else {
        return Err((answer.status, answer.json()["detail"].as_str().unwrap_or_default().to_owned()));
    };
    let user = |item: &Value| item["prediction"]["user_id"].as_str().unwrap_or("an error").to_owned();
    Ok(predictions.iter().map(user).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_an_object_a_list_or_lines_and_may_be_compressed() {
    let [ann, bob] = ["ann", "bob"]
        .map(|user| json!({"user_id": user, "timestamp": "2024-01-15T14:30:00Z", "action_type": "view"}).to_string());
    let gzip = ("content-encoding", "gzip");
    for body in [
        format!(r#"{{"instances": [{ann}, {bob}]}}"#),
        format!("{{\n  \"explain\": true,\n  \"instances\": [{ann},\n{bob}]\n}}"),
        format!("[{ann}, {bob}]"),
        format!("\u{FEFF} [\n{ann},\n{bob}\n]\n"),
        format!("{ann}\n{bob}\n"),
        format!("\n{ann}\r\n\r\n{bob}"),
    ] {
        assert_eq!(users_of_batch(body.clone(), &[]).await, Ok(vec!["ann".to_owned(), "bob".to_owned()]), "{body}");
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(body.as_bytes()).expect("memory can be written");
        let packed = packed.finish().expect("memory can be written");
        assert_eq!(users_of_batch(packed.clone(), &[gzip]).await.map(|users| users.len()), Ok(2), "packed: {body}");
        let zstd = compress_to_vec(body.as_bytes(), CompressionLevel::Fastest);
        let by_zstd = users_of_batch(zstd, &[("content-encoding", "zstd")]).await;
        assert_eq!(by_zstd.map(|users| users.len()), Ok(2), "packed: {body}");
        let (status, detail) = users_of_batch(packed, &[]).await.expect_err("nothing says that it is packed");
        assert_eq!((status, detail.contains("Content-Encoding: gzip")), (StatusCode::BAD_REQUEST, true), "{detail}");
    }
    let lines = format!("{ann}\nno JSON\n{bob}");
    let users = users_of_batch(lines, &[("content-type", "application/x-ndjson; charset=utf-8")]).await;
    assert_eq!(users, Ok(["ann", "an error", "bob"].map(str::to_owned).into()), "a bad line costs only itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_batch_is_told_what_a_batch_is() {
    for (body, headers, status, told) in [
        (&br#"{"events": []}"#[..], vec![], StatusCode::UNPROCESSABLE_ENTITY, r#"send {"instances": [...]}"#),
        (b"user_id,timestamp", vec![], StatusCode::BAD_REQUEST, "expected value"),
        (b"{}", vec![("content-encoding", "gzip")], StatusCode::BAD_REQUEST, "it is no gzip"),
        (b"{}", vec![("content-encoding", "zstd")], StatusCode::BAD_REQUEST, "it is no zstd"),
        (b"", vec![], StatusCode::BAD_REQUEST, "the JSON ends here"),
    ] {
        let (found, detail) = users_of_batch(body, &headers).await.expect_err("it is no batch");
        assert_eq!((found, detail.contains(told)), (status, true), "{detail}");
    }
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b' '; 4 << 20]).expect("memory can be written");
    let bomb = bomb.finish().expect("memory can be written");
    let (status, _) = users_of_batch(bomb, &[("content-encoding", "gzip")]).await.expect_err("it unpacks to too much");
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_has_a_limit() {
    let router = router().await;
    let many: Vec<Value> = (0..=10_000).map(|_| json!({})).collect();
    let answer = post(&router, "/api/batch", &json!({ "instances": many })).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text().contains("uba import"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_tomorrow_is_taken_as_now_and_one_of_next_week_refused() {
    let router = router().await;
    let in_hours = |hours: i64| (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(hours)).to_string();
    let event = |time: String| json!({"user_id": "ann", "timestamp": time, "action_type": "view"});
    let soon = post(&router, "/api/predict", &event(in_hours(20))).await.json();
    let taken: jiff::Timestamp = soon["prediction"]["timestamp"].as_str().expect("a text").parse().expect("a time");
    assert!(taken <= jiff::Timestamp::now());
    let late = post(&router, "/api/predict", &event(in_hours(200))).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", late.text());
}

/// An event of ann, some minutes after she was first seen.
fn of_ann(minute: u32, more: &Value) -> Value {
    let mut event =
        json!({"user_id": "ann", "timestamp": format!("2024-01-15T14:{minute:02}:00Z"), "action_type": "login"});
    event.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_sender_and_the_memory_disagree_the_answer_says_so() {
    let router = router().await;
    let failed = json!({"location": "Oslo", "outcome": "Failure"});
    for minute in 0..2 {
        let answer = post(&router, "/api/predict", &of_ann(minute, &failed)).await.json();
        assert_eq!(answer["prediction"].get("disagreements"), None, "nothing was given");
    }
    let given = json!({"location": "Lima", "location_change": false, "failed_attempts": 5, "explain": true});
    let told = post(&router, "/api/predict", &of_ann(2, &given)).await.json();
    let disagreements = json!([
        {"field": "location_change", "given": false, "derived": true,
         "sentence": "The sender says the place is the last one, but the user's last event was elsewhere"},
        {"field": "failed_attempts", "given": 5, "derived": 2,
         "sentence": "The sender counts 5 failed in a row before this event, their outcomes say 2"},
    ]);
    assert_eq!(told["prediction"]["disagreements"], disagreements);
    let text = told["prediction"]["explanation"]["text_explanation"].as_str().expect("words");
    assert!(text.contains("their outcomes say 2."), "{text}");

    let again = json!({"instances": [of_ann(2, &given)], "explain": true});
    let again = post(&router, "/api/batch", &again).await.json();
    assert_eq!(again["predictions"][0]["prediction"], told["prediction"], "what is stored says the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_agrees_or_one_side_does_not_know_is_no_disagreement() {
    let router = router().await;
    let first = json!({"location": "Oslo", "location_change": true, "failed_attempts": 3, "outcome": "Success"});
    let agreed = json!({"location": "Oslo", "location_change": false, "failed_attempts": 0, "outcome": "Success"});
    let untold = json!({"failed_attempts": 4});
    let late = json!({"location": "Lima", "location_change": false, "timestamp": "2024-01-14T09:00:00Z"});
    for (minute, given) in (0..).zip([first, agreed, untold, late]) {
        let answer = post(&router, "/api/predict", &of_ann(minute, &given)).await.json();
        assert_eq!(answer["success"], true, "{answer}");
        assert_eq!(answer["prediction"].get("disagreements"), None, "{given}");
    }
}

/// A month of days on which a user looks at one thing, then a day on which many things are destroyed.
fn a_month_and_a_bad_day(user: &str, bad_days_ago: i64) -> Vec<Value> {
    let at = |days_ago: i64, minute: i64| {
        let time = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days_ago);
        (time + jiff::SignedDuration::from_mins(minute)).to_string()
    };
    let calm = (bad_days_ago + 1..bad_days_ago + 31).rev().map(|days_ago| {
        json!({"user_id": user, "timestamp": at(days_ago, 0), "action_type": "view", "resource_id": "wiki/start"})
    });
    let bad = (0..60).map(|number| {
        json!({"user_id": user, "timestamp": at(bad_days_ago, number - 60), "action_type": "delete",
               "resource_id": format!("vault/{number}")})
    });
    calm.chain(bad).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_listed_by_risk_or_by_gain_and_days_add_up_to_the_risk() {
    let router = router().await;
    for (user, bad_days_ago) in [("ann", 8), ("eve", 1), ("svc-backup", 8)] {
        let batch = json!({"instances": a_month_and_a_bad_day(user, bad_days_ago)});
        assert_eq!(post(&router, "/api/batch", &batch).await.status, StatusCode::OK);
    }
    for order in ["risk", "gain"] {
        let path = format!("/api/v1/users?order={order}");
        let users = get_with(&router, &path, &[crate::API_KEY]).await.json();
        let users = users["users"].as_array().expect("a list").clone();
        let numbers: Vec<f64> = users.iter().map(|user| user[order].as_f64().expect("a number")).collect();
        assert!(numbers.len() == 3 && numbers.is_sorted_by(|a, b| a >= b), "{numbers:?}");
        assert_eq!(users[0]["user_id"], "eve");
    }
    assert_eq!(get_with(&router, "/api/v1/users?order=name", &[crate::API_KEY]).await.status, StatusCode::BAD_REQUEST);

    let [ann, eve, program] =
        [user(&router, "ann").await, user(&router, "eve").await, user(&router, "svc-backup").await];
    for one in [&ann, &eve, &program] {
        let risk = one["summary"]["risk"].as_f64().expect("a number");
        let contributions = one["contributions"].as_array().expect("a list");
        let points: f64 = contributions.iter().map(|day| day["points"].as_f64().expect("a number")).sum();
        assert!(risk > 5.0 && (points - risk).abs() < 1e-9, "{points} of {risk}");
        assert_eq!(contributions[0]["reasons"], one["summary"]["reasons"], "the heaviest day says why");
    }
    assert!(eve["summary"]["gain"].as_f64() > Some(0.0) && ann["summary"]["gain"].as_f64() < Some(0.0));
    assert_eq!([&ann, &program].map(|user| &user["summary"]["is_service_account"]), [false, true]);
    assert!(program["summary"]["risk"].as_f64() < ann["summary"]["risk"].as_f64(), "it halves sooner");
}

async fn user(router: &axum::Router, id: &str) -> Value {
    get_with(router, &format!("/api/v1/users/{id}"), &[crate::API_KEY]).await.json()
}

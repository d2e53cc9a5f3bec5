//! `GET /api/v1/events`: lists of events, wherever the events are at the moment.

use std::{path::Path, time::Duration};

use axum::{Router, http::StatusCode};
use serde_json::{Value, json};
use server::{
    config::{Config, DatabaseUri},
    pipeline::{CheckpointLimits, WriterLimits},
    start::Running,
};
use shared::model::Model;

use crate::{API_KEY, config, get_with, post, raw};

const EVENTS: i64 = 400;

/// Starts a server that writes a checkpoint after every `events` events.
async fn start(folder: &Path, events: u64) -> Running {
    let checkpoints = CheckpointLimits { events, pause: Duration::from_hours(1), ..CheckpointLimits::PRODUCT };
    let limits = WriterLimits { checkpoints, min_free_mb: 0, ..WriterLimits::PRODUCT };
    let config = Config { limits, ..config(DatabaseUri::RocksDb(folder.to_owned())) };
    Running::start(&config, Model::shipped()).await.expect("the database can be opened")
}

/// Events of three users over nine days, of which some are at one time and some come late.
fn events() -> Vec<Value> {
    let start: jiff::Timestamp = "2024-01-15T09:00:00Z".parse().expect("a time");
    let event = |number: i64| {
        let minute = number * 37 % EVENTS / 2 * 67;
        let user = match number % 3 {
            0 => "ann",
            1 => "bob",
            _ => "eve",
        };
        let act = if number % 50 > 40 { "delete" } else { "view" };
        json!({"user_id": user, "event_id": number.to_string(), "action_type": act,
               "timestamp": (start + jiff::SignedDuration::from_mins(minute)).to_string(), "resource_id": format!("share/{number}")})
    };
    (0..EVENTS).map(event).collect()
}

async fn list(router: &Router, query: &str) -> Value {
    let answer = get_with(router, &format!("/api/v1/events?{query}"), &[API_KEY]).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.text());
    answer.json()
}

/// Returns all events of a list, read in parts of some events.
async fn whole(router: &Router, query: &str, limit: usize) -> Vec<Value> {
    let mut events = Vec::new();
    let mut cursor = String::new();
    loop {
        let part = list(router, &format!("{query}&limit={limit}{cursor}")).await;
        let found = part["events"].as_array().expect("a list").clone();
        assert!(found.len() <= limit);
        events.extend(found);
        let Some(next) = part["next_cursor"].as_str() else { return events };
        cursor = format!("&cursor={next}");
    }
}

fn ids(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"]["event_id"].as_str().expect("a text")).collect()
}

/// Asserts that lists have the events that they should, in the order in which all of them are.
async fn assert_lists(router: &Router) {
    type Choice<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

    let all = whole(router, "", 200).await;
    let time = |event: &Value| event["event"]["timestamp"].as_str().expect("a text").to_owned();
    assert_eq!(i64::try_from(all.len()), Ok(EVENTS));
    assert!(all.is_sorted_by(|a, b| time(a) >= time(b)), "the newest come first");
    for limit in [1, 7, 50] {
        assert_eq!(whole(router, "", limit).await, all, "parts of {limit}");
    }
    let high = all.iter().map(|event| event["prediction"]["anomaly_score"].as_f64().expect("a number"));
    let high = high.fold(0.0, f64::max) / 2.0;
    let (from, to) = ("2024-01-17T00:00:00Z", "2024-01-19T10:22:00Z");
    let is_between = |event: &Value| {
        let time = event["event"]["timestamp"].as_str();
        time >= Some(from) && time < Some(to)
    };
    let choices: [(String, Choice); 6] = [
        ("user=ANN".to_owned(), Box::new(|event| event["event"]["user_id"] == "ann")),
        ("action=delete".to_owned(), Box::new(|event| event["event"]["action_type"] == "delete")),
        ("severity=low".to_owned(), Box::new(|event| event["prediction"]["severity"] == "low")),
        (format!("min_score={high}"), Box::new(|event| event["prediction"]["anomaly_score"].as_f64() >= Some(high))),
        (format!("from={from}&to={to}"), Box::new(is_between)),
        (
            format!("action=view&user=bob&from={from}&to={to}"),
            Box::new(|event| {
                let event_of_bob = &event["event"];
                is_between(event) && event_of_bob["user_id"] == "bob" && event_of_bob["action_type"] == "view"
            }),
        ),
    ];
    for (query, is_chosen) in &choices {
        let chosen: Vec<Value> = all.iter().filter(|event| is_chosen(event)).cloned().collect();
        assert!(!chosen.is_empty(), "{query}");
        assert_eq!(ids(&whole(router, query, 6).await), ids(&chosen), "{query}");
    }
    assert_eq!(list(router, "user=nobody").await, json!({"events": [], "next_cursor": null}));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_whole_wherever_the_events_are() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    for (name, every) in [("without", u64::MAX), ("with", 50)] {
        let folder = temporary.path().join(name);
        let running = start(&folder, every).await;
        let router = server::router(running.service.clone());
        for part in events().chunks(35) {
            assert_eq!(post(&router, "/api/batch", &json!(part)).await.status, StatusCode::OK);
        }
        assert_lists(&router).await;
        drop(router);
        running.stop().await;

        let running = start(&folder, every).await; // all events are in segments now
        assert_eq!(running.service.unsaved_events(), 0);
        assert_lists(&server::router(running.service.clone())).await;
        running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_before_they_were_listed_by_minutes_are_listed() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let running = start(temporary.path(), 50).await;
    let router = server::router(running.service.clone());
    assert_eq!(post(&router, "/api/batch", &json!(events())).await.status, StatusCode::OK);
    let all = whole(&router, "", 200).await;
    drop(router);
    running.stop().await;

    let later =
        ["minute", "model", "calibration", "import_job"].map(|table| format!("REMOVE TABLE {table}; ")).concat();
    raw::run(temporary.path(), &format!("{later}UPDATE meta:schema SET version = 4")).await;
    let running = start(temporary.path(), 50).await;
    let router = server::router(running.service.clone());
    assert_eq!(whole(&router, "", 33).await, all);
    drop(router);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_shown_by_the_id_that_lists_and_predictions_tell() {
    let router = crate::router().await;
    let event = json!({"user_id": "ann", "timestamp": "2024-02-20T03:12:00Z", "action_type": "view",
                       "event_id": "a/b c", "explain": true});
    let answer = post(&router, "/api/predict", &event).await.json();
    let listed = list(&router, "").await["events"][0].clone();
    let id = listed["prediction"]["id"].as_str().expect("an id");
    assert_eq!(answer["prediction"]["id"], id);
    assert_eq!(get_with(&router, &format!("/api/v1/events/{id}"), &[API_KEY]).await.json(), answer);
    for (path, status) in [
        ("/api/v1/events/none", StatusCode::NOT_FOUND),
        ("/api/v1/events/none?user_id=ann", StatusCode::BAD_REQUEST),
        ("/api/v1/events?cursor=none", StatusCode::BAD_REQUEST),
        ("/api/v1/events?severity=dire", StatusCode::BAD_REQUEST),
        ("/api/v1/events?from=yesterday", StatusCode::BAD_REQUEST),
        ("/api/v1/events?user=", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(get_with(&router, path, &[API_KEY]).await.status, status, "{path}");
    }
}

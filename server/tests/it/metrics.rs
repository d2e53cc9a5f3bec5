//! What the server measures of itself.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Value, json};
use shared::model::Model;

use crate::{API_KEY, get, get_with, post, router};

const STAGES: [&str; 5] = ["request", "queue", "detect", "commit", "explain"];

fn event(user: &str) -> Value {
    json!({"user_id": user, "timestamp": "2024-01-15T14:30:00Z", "action_type": "view", "explain": true})
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_events_and_every_stage_are_measured() {
    let router = router().await;
    assert_eq!(post(&router, "/api/predict", &event("ann")).await.status, StatusCode::OK);
    assert_eq!(post(&router, "/api/batch", &json!([event("bob"), event("eve")])).await.status, StatusCode::OK);
    assert_eq!(post(&router, "/api/predict", &event("ann")).await.status, StatusCode::OK, "it counts once");
    assert_eq!(post(&router, "/api/predict", &json!({})).await.status, StatusCode::UNPROCESSABLE_ENTITY);

    let answer = get_with(&router, "/api/metrics?time_window=60", &[API_KEY]).await.json();
    let metrics = &answer["metrics"];
    assert_eq!((&answer["success"], &metrics["time_window"]), (&json!(true), &json!(60)), "{answer}");
    assert_eq!((&metrics["requests"], &metrics["predictions"]), (&json!(4), &json!(3)), "{answer}");
    assert_eq!(metrics["errors"], json!({"client": 1, "server": 0}), "{answer}");
    assert_eq!(metrics["queue_depth"], 0, "{answer}");
    for (stage, least) in STAGES.into_iter().zip([4, 4, 1, 1, 2]) {
        let latency = &metrics["latency_ms"][stage];
        assert!(latency["count"].as_u64().is_some_and(|count| count >= least), "{stage}: {answer}");
        let [p50, p95, p99, max] = ["p50", "p95", "p99", "max"].map(|name| latency[name].as_f64().expect("a number"));
        assert!(0.0 <= p50 && p50 <= p95 && p95 <= p99 && p99 <= max, "{stage}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_is_no_window_is_a_problem() {
    let router = router().await;
    for (window, status) in [("0", 422), ("-1", 400), ("soon", 400), ("18446744073709551615", 200)] {
        let answer = get_with(&router, &format!("/api/metrics?time_window={window}"), &[API_KEY]).await;
        assert_eq!(answer.status.as_u16(), status, "{window}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_reads_the_totals_and_no_user_is_named() {
    let router = router().await;
    assert_eq!(post(&router, "/api/predict", &event("ann-of-accounts")).await.status, StatusCode::OK);
    assert_eq!(get(&router, "/metrics").await.status, StatusCode::UNAUTHORIZED);

    let answer = get_with(&router, "/metrics", &[("authorization", &format!("Bearer {}", API_KEY.1))]).await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.text();
    let is_there = |line: &str| assert!(text.lines().any(|other| other == line), "{line} is missing in {text}");
    is_there("uba_http_requests_total{result=\"success\"} 1");
    is_there("uba_http_requests_total{result=\"client_error\"} 1");
    is_there("uba_events_scored_total{result=\"normal\"} 1");
    is_there("uba_stored_events 1");
    is_there("uba_users 1");
    is_there("uba_queue_events 0");
    is_there("uba_takes_events 1");
    is_there(&format!("uba_model_info{{version=\"{}\"}} 1", Model::shipped().version()));
    for stage in STAGES {
        let number = if stage == "request" { 2 } else { 1 };
        is_there(&format!("uba_stage_duration_seconds_bucket{{stage=\"{stage}\",le=\"+Inf\"}} {number}"));
        is_there(&format!("uba_stage_duration_seconds_count{{stage=\"{stage}\"}} {number}"));
    }
    assert!(!text.contains("ann-of-accounts"));
    let families = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    let families: Vec<&str> = families.collect();
    assert_eq!(families.iter().collect::<BTreeSet<_>>().len(), families.len(), "each family is there once");
}

//! Explanations of events: in the answer to an event, in batches, and of stored events.

use std::path::Path;

use axum::{Router, http::StatusCode};
use serde_json::{Value, json};
use server::{config::DatabaseUri, start::Running};
use shared::model::Model;

use crate::{API_KEY, config, get_with, post, router};

/// Returns the body of an event of Ann's, some minutes after the first.
fn view(minute: i64) -> Value {
    let start: jiff::Timestamp = "2024-01-15T09:00:00Z".parse().expect("a time");
    let time = start + jiff::SignedDuration::from_mins(minute);
    json!({"user_id": "ann", "timestamp": time, "action_type": "view", "location": "Oslo",
           "resource_id": format!("crm/{}", minute % 7)})
}

/// Returns the body of a deletion from a place that is new to Ann, which is to be explained.
fn deletion() -> Value {
    json!({"user_id": "ann", "timestamp": "2024-02-20T03:12:00Z", "action_type": "delete", "location": "Lima",
           "resource_id": "vault/1", "data_volume_mb": 5000, "explain": true})
}

/// Sends enough ordinary events for a linear model.
async fn send_ordinary(router: &Router) {
    let instances: Vec<Value> = (0..150).map(|event| view(event * 300)).collect();
    let answer = post(router, "/api/batch", &json!({"instances": instances})).await;
    assert_eq!(answer.json()["summary"]["scored"], 150, "{}", answer.text());
}

/// Asserts that the contributions and the base value of an explained prediction add up to its score.
fn assert_adds_up(prediction: &Value) {
    let shap = &prediction["explanation"]["shap_explanation"];
    let number = |value: &Value| value.as_f64().expect("a number");
    let values = shap["values"].as_array().expect("a list");
    let sum = number(&shap["base_value"]) + values.iter().map(|value| number(&value["contribution"])).sum::<f64>();
    assert!((sum - number(&prediction["anomaly_score"])).abs() < 1e-9, "{prediction:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explained_event_has_contributions_that_add_up_and_a_linear_model() {
    let router = router().await;
    send_ordinary(&router).await;
    let answer = post(&router, "/api/predict", &deletion()).await.json();
    let prediction = &answer["prediction"];
    assert_adds_up(prediction);
    let explanation = &prediction["explanation"];
    let flagged = prediction["is_anomaly"].as_bool().expect("a flag");
    let verdict = if flagged { "This event was flagged as anomalous" } else { "This event looks normal" };
    assert!(explanation["text_explanation"].as_str().expect("a text").starts_with(verdict));
    assert_eq!(explanation["lime_explanation"]["values"].as_array().map(Vec::len), Some(10));
    assert!(explanation["agreement"].is_object());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_batch_every_event_is_explained_and_anomalies_alone_have_linear_models() {
    let router = router().await;
    send_ordinary(&router).await;
    let instances = [view(1), json!({"user_id": ""}), view(2), deletion()];
    let answer = post(&router, "/api/batch", &json!({"instances": instances, "explain": true})).await.json();
    assert_eq!((&answer["summary"]["scored"], &answer["summary"]["errors"]), (&json!(3), &json!(1)));
    for place in [0, 2, 3] {
        let prediction = &answer["predictions"][place]["prediction"];
        assert_adds_up(prediction);
        assert_eq!(prediction["explanation"]["lime_explanation"].is_object(), prediction["is_anomaly"] == true);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_event_is_explained_again_to_the_same_numbers_and_sentences_after_a_restart() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let first = {
        let running = start(temporary.path()).await;
        let router = server::router(running.service.clone());
        send_ordinary(&router).await;
        let first = post(&router, "/api/predict", &deletion()).await.json();
        drop(router);
        running.stop().await;
        first
    };
    let running = start(temporary.path()).await;
    let router = server::router(running.service.clone());
    let id = first["prediction"]["event_id"].as_str().expect("an id");
    let path = format!("/api/v1/events/{id}?user_id=ann&timestamp=2024-02-20T03:12:00Z");
    assert_eq!(get_with(&router, &path, &[API_KEY]).await.json(), first);

    let other = format!("/api/v1/events/{id}?user_id=bob&timestamp=2024-02-20T03:12:00Z");
    assert_eq!(get_with(&router, &other, &[API_KEY]).await.status, StatusCode::NOT_FOUND);
    let nameless = format!("/api/v1/events/{id}?user_id=ann");
    assert_eq!(get_with(&router, &nameless, &[API_KEY]).await.status, StatusCode::BAD_REQUEST);
    drop(router);
    running.stop().await;
}

async fn start(folder: &Path) -> Running {
    let config = config(DatabaseUri::RocksDb(folder.join("uba.db")));
    Running::start(&config, Model::shipped()).await.expect("the database can be opened")
}

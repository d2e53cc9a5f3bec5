//! Explanations of events: in the answer to an event, in batches, and of stored events.

use std::{path::Path, sync::Arc};

use axum::{Router, http::StatusCode};
use serde_json::{Value, json};
use server::{config::DatabaseUri, start::Running};
use shared::{
    evidence::{EvidenceFile, Verification},
    model::Model,
};

use crate::{API_KEY, config, get_with, post, raw::count, router};

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
async fn the_reasons_add_up_with_the_base_value_and_say_what_happened_and_what_is_usual() {
    let router = router().await;
    send_ordinary(&router).await;
    let answer = post(&router, "/api/predict", &deletion()).await.json();
    let prediction = &answer["prediction"];
    let number = |value: &Value| value.as_f64().expect("a number");
    let reasons = prediction["reasons"].as_array().expect("a list");
    let told: f64 = reasons.iter().map(|reason| number(&reason["contribution"])).sum();
    let sum = number(&prediction["base_value"]) + told + number(&prediction["other_contribution"]);
    assert!((sum - number(&prediction["anomaly_score"])).abs() < 1e-9, "{prediction:#}");
    assert_eq!(prediction["base_value"], prediction["explanation"]["shap_explanation"]["base_value"]);

    let location = reasons.iter().find(|reason| reason["feature"] == "location").expect("a reason");
    assert_eq!((&location["observed"], &location["usual"]), (&json!("Lima"), &json!("Oslo")), "{location:#}");
    assert!(number(&location["usual_share"]) > 0.9 && number(&location["user_share"]) < 0.1, "{location:#}");
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

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_explained_by_what_it_was_scored_by_after_a_refit_a_restart_and_a_change_of_model() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let path = |id: &Value| {
        let id = id.as_str().expect("an id");
        format!("/api/v1/events/{id}?user_id=ann&timestamp=2024-02-20T03:12:00Z")
    };
    let running = start(temporary.path()).await;
    let router = server::router(running.service.clone());
    send_ordinary(&router).await;
    let first = post(&router, "/api/predict", &deletion()).await.json();
    let path = path(&first["prediction"]["event_id"]);
    send_days_of_many(&router).await;
    assert_eq!(get_with(&router, &path, &[API_KEY]).await.json(), first);
    let evidence_path = path.replacen('?', "/evidence?", 1);
    let evidence = get_with(&router, &evidence_path, &[API_KEY]).await.text().to_owned();
    drop(router);
    running.stop().await;
    let folder = temporary.path().join("uba.db");
    assert_eq!((count(&folder, "calibration").await, count(&folder, "model").await), (2, 1), "one was fitted");

    let other = Arc::new(Model { forest: None, ..Model::clone(&Model::shipped()) });
    for model in [Model::shipped(), other] {
        let running = start_with(temporary.path(), model).await;
        let router = server::router(running.service.clone());
        let again = get_with(&router, &path, &[API_KEY]).await.json();
        assert_eq!(again, first);
        assert_adds_up(&again["prediction"]);
        assert_eq!(get_with(&router, &evidence_path, &[API_KEY]).await.text(), evidence);
        let verified = EvidenceFile::verify(&evidence, Model::shipped()).expect("it can be verified");
        assert_eq!(verified, Verification::Reproduced { from_profile: false });
        drop(router);
        running.stop().await;
    }
}

/// Sends enough days of users for a calibration of the organisation's own.
async fn send_days_of_many(router: &Router) {
    for day in ["2024-03-04", "2024-03-05"] {
        let view = |user: i64| {
            let time = format!("{day}T{:02}:{:02}:00Z", 8 + user / 60, user % 60);
            json!({"user_id": format!("user{user}"), "timestamp": time, "action_type": "view",
                   "resource_id": format!("crm/{}", user % 31), "data_volume_mb": user % 17})
        };
        // A few users of each day delete things, each more than the one before.
        let deletion = |number: i64| {
            json!({"user_id": format!("user{}", number % 10 * 7), "timestamp": format!("{day}T19:00:{number:02}Z"),
                   "action_type": "delete", "resource_id": format!("old/{}", number % (number % 10 + 1))})
        };
        let instances: Vec<Value> = (0..600).map(view).chain((0..60).map(deletion)).collect();
        let answer = post(router, "/api/batch", &json!({"instances": instances})).await;
        assert_eq!(answer.json()["summary"]["scored"], 660, "{}", answer.text());
    }
}

async fn start(folder: &Path) -> Running {
    start_with(folder, Model::shipped()).await
}

async fn start_with(folder: &Path, model: Arc<Model>) -> Running {
    let config = config(DatabaseUri::RocksDb(folder.join("uba.db")));
    Running::start(&config, model).await.expect("the database can be opened")
}

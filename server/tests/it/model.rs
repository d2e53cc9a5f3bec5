//! A server with a model other than the shipped one, and the browser of its users.

use std::sync::Arc;

use app::{
    page_types::WhatIf,
    what_if::{Trial, UserContext, shipped_model},
};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::json;
use server::{config::DatabaseUri, start::Running};
use shared::model::{Model, Weights};

use crate::{ask, config, get_with, pages::session, post};

/// The shipped model, with weights set by hand.
fn other_model() -> Arc<Model> {
    Arc::new(Model { weights: Weights::untrained(), ..Model::clone(&Model::shipped()) })
}

fn trial(hour: u8) -> Trial {
    Trial {
        user_id: "ann".to_owned(),
        timestamp: format!("2024-02-15T{hour:02}:30"),
        action_type: "admin".to_owned(),
        location: "Lima".to_owned(),
        data_volume_mb: "120.5".to_owned(),
        ..Trial::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn server_and_browser_score_by_the_model_in_force() {
    let model = other_model();
    let running = Running::start(&config(DatabaseUri::Memory), Arc::clone(&model)).await.expect("memory can be opened");
    let router = server::router(running.service);
    for day in 1..30 {
        let event = json!({"user_id": "ann", "timestamp": format!("2024-01-{day:02}T09:00:00Z"),
                           "action_type": "view", "location": "Oslo"});
        let answer = post(&router, "/api/predict", &event).await.json();
        assert_eq!(answer["prediction"]["model_version"], json!(model.version()));
    }

    let cookie = session(&router).await;
    let headers = [("cookie", cookie.as_str()), ("content-type", "application/json")];
    let call = async |path: &str, body: serde_json::Value| {
        ask(&router, Request::post(path), &headers, Body::from(body.to_string())).await
    };
    let what_if = call("/pages/what_if", json!({"user_id": "ann", "location": "Lima"})).await;
    let what_if: WhatIf = serde_json::from_slice(&what_if.body).expect("the answer is what the page reads");
    assert_eq!((what_if.model_version.as_str(), shipped_model(&what_if.model_version)), (&*model.version(), None));
    assert!(what_if.profile.len() + what_if.population.len() < 20_000, "the model is not sent with every answer");

    let address = format!("/pages/model?version={}", what_if.model_version);
    let loaded = get_with(&router, &address, &headers[..1]).await;
    assert_eq!(loaded.header("cache-control"), "private, max-age=31536000, immutable");
    let loaded: Model = serde_json::from_slice(&loaded.body).expect("the answer is a model");
    assert_eq!(loaded, *model);

    let context = UserContext::decode(&trial(0), &what_if, Arc::new(loaded)).expect("the page reads it");
    let shipped = UserContext::decode(&trial(0), &what_if, Model::shipped()).expect("the page reads it");
    let mut differing = 0;
    for hour in 0..24 {
        let here = context.score(&trial(hour)).expect("the event is whole").anomaly_score;
        let there = call("/pages/preview", json!({ "trial": trial(hour) })).await.json();
        assert_eq!(there["anomaly_score"].as_f64().map(f64::to_bits), Some(here.to_bits()), "at {hour} h");
        differing += usize::from(shipped.score(&trial(hour)).expect("the event is whole").anomaly_score != here);
    }
    assert!(differing > 0, "by the shipped model the scores would be others");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_not_in_force_is_not_sent() {
    let router = crate::router().await;
    let cookie = session(&router).await;
    let answer = get_with(&router, "/pages/model?version=0123456789abcdef", &[("cookie", &cookie)]).await;
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::NOT_FOUND, "no-store"));
}

//! The bodies of the API, as clients rely on them. A change of a snapshot is a change of the contract.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::{API_KEY, Answer, ask, router};

const NOW: &str = "prediction_time";
const MODEL: &str = "model_version";
const CONTRIBUTIONS: &str = "shap_explanation";

async fn send(router: &axum::Router, request: axum::http::request::Builder, body: &Value) -> Answer {
    let headers = [API_KEY, ("content-type", "application/json"), ("x-request-id", "test-1")];
    ask(router, request, &headers, Body::from(body.to_string())).await
}

/// Writes a body with a line a value. What changes with the clock or with the shipped model is left out.
fn written(mut body: Value) -> String {
    hide(&mut body);
    serde_json::to_string_pretty(&body).expect("it is JSON")
}

fn hide(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(name, value)| match name.as_str() {
            NOW | MODEL => *value = json!("…"),
            CONTRIBUTIONS => hide_figures(value),
            _ => hide(value),
        }),
        Value::Array(values) => values.iter_mut().for_each(hide),
        _ => {}
    }
}

/// Hides the values of fields, and all of a list but its first item.
fn hide_figures(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(hide_figures),
        Value::Array(values) => {
            values.truncate(1);
            values.iter_mut().for_each(hide_figures);
        }
        _ => *value = json!("…"),
    }
}

/// A login of ann on a day of January.
fn login(day: u32) -> Value {
    json!({"user_id": "ann", "timestamp": format!("2024-01-{day}T14:30:00Z"), "action_type": "login",
           "location": "Oslo", "device_type": "web", "resource_id": "p01/web", "event_id": format!("e-{day}")})
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_as_they_were() {
    let router = router().await;
    let mut last = login(18);
    last["location_change"] = json!(true);
    last["explain"] = json!(true);
    let batch = json!({"instances": [login(15), {"user_id": "bob"}, login(16), login(17)]});
    insta::assert_snapshot!("batch", written(send(&router, Request::post("/api/batch"), &batch).await.json()));
    insta::assert_snapshot!("predict", written(send(&router, Request::post("/api/predict"), &last).await.json()));
    for (name, path) in [("users", "/api/v1/users"), ("user", "/api/v1/users/ann"), ("problem", "/api/v1/users/bob")] {
        insta::assert_snapshot!(name, written(send(&router, Request::get(path), &json!({})).await.json()));
    }
    let faulty = json!({"timestamp": "yesterday", "action_type": "fly"});
    insta::assert_snapshot!("faults", written(send(&router, Request::post("/api/predict"), &faulty).await.json()));
}

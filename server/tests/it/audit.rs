//! The record of who administers.

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};

use crate::{Answer, ask, pages, post};

async fn send(router: &Router, cookie: &str, method: &str, path: &str, body: &Value) -> Answer {
    let headers = [("cookie", cookie), ("content-type", "application/json")];
    ask(router, Request::builder().method(method).uri(path), &headers, Body::from(body.to_string())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_administrative_act_is_recorded_with_who_did_it() {
    let router = crate::router().await;
    let cookie = pages::session(&router).await;
    let event = json!({"user_id": "ann", "timestamp": "2024-01-15T14:30:00Z", "action_type": "view"});
    assert_eq!(post(&router, "/api/predict", &event).await.status, StatusCode::OK);
    let key = json!({"name": "deploy", "scopes": ["manage", "read"]});
    let made = send(&router, &cookie, "POST", "/api/v1/keys", &key).await.json();
    let key_path = format!("/api/v1/keys/{}", made["id"].as_str().expect("an id"));
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    for (method, path, body) in [
        ("POST", format!("{key_path}/rotate"), json!(null)),
        ("POST", "/api/v1/accounts".to_owned(), json!({"name": "bob", "role": "viewer"})),
        ("PATCH", "/api/v1/accounts/bob".to_owned(), json!({"role": "analyst", "disabled": true})),
        ("PATCH", "/api/v1/alerting".to_owned(), json!({"daily_budget": 20})),
        ("PATCH", "/api/v1/alerting".to_owned(), json!({"daily_budget": -1})),
        ("DELETE", "/api/v1/keys/none".to_owned(), json!(null)),
    ] {
        send(&router, &cookie, method, &path, &body).await;
    }
    let by_key = [("x-api-key", secret.as_str())];
    assert_eq!(ask(&router, Request::delete("/api/v1/users/ann"), &by_key, Body::empty()).await.status, StatusCode::OK);
    assert_eq!(send(&router, &cookie, "DELETE", &key_path, &json!(null)).await.status, StatusCode::NO_CONTENT);

    let (mut acts, mut cursor) = (Vec::new(), String::new());
    loop {
        let part = send(&router, &cookie, "GET", &format!("/api/v1/audit?limit=3{cursor}"), &json!(null)).await.json();
        acts.extend(part["acts"].as_array().expect("a list").clone());
        let Some(next) = part["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let told: Vec<[&str; 4]> = acts
        .iter()
        .map(|act| ["by", "act", "subject", "detail"].map(|name| act[name].as_str().expect("a text")))
        .collect();
    let of_key = format!("{}: read, manage", made["id"].as_str().expect("an id"));
    let expected = [
        ["admin", "key_revoked", "deploy", &of_key],
        ["key:deploy", "user_erased", "", ""],
        ["admin", "settings_changed", "daily_alert_budget", "20"],
        ["admin", "account_changed", "bob", "role analyst instead of viewer, disabled"],
        ["admin", "account_added", "bob", "viewer"],
        ["admin", "key_rotated", "deploy", &of_key],
        ["admin", "key_created", "deploy", &of_key],
    ];
    assert_eq!(told, expected);
    let time = |act: &Value| act["time"].as_str().and_then(|time| time.parse::<jiff::Timestamp>().ok());
    assert!(acts.iter().all(|act| time(act).is_some()) && acts.is_sorted_by(|a, b| time(a) >= time(b)));
}

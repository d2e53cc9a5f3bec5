//! Bodies that are not as they must be: each is told in full, with pointers or with line and column, and nothing of it is
//! stored.

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};
use server::service::Service;

use crate::{Answer, admin, ask, pages, service};

/// Values that no required field of an event takes.
const NO_VALUES: [&str; 7] = ["null", "\"\"", "[]", "{}", "true", "[\"ann\"]", "\"\\u0000\""];
/// A required field, a value that is right, and more values that are wrong.
const REQUIRED: [(&str, &str, &[&str]); 3] = [
    ("user_id", "\"ann\"", &["1.5", "\"a\\nb\"", "\"\\u202eann\""]),
    (
        "timestamp",
        "\"2024-01-15T14:30:00Z\"",
        &["\"yesterday\"", "\"2024-13-01T00:00:00Z\"", "\"2024-01-15T25:00:00Z\""],
    ),
    ("action_type", "\"view\"", &["\"fly\"", "7", "\"log in and out\""]),
];
/// Texts that are no JSON in the second line of a body, and what is told.
const NO_JSON: [(&str, &str); 12] = [
    ("\"data_volume_mb\": NaN}", "line 2, column 19: NaN is no value of JSON"),
    ("\"data_volume_mb\": Infinity}", "Infinity is no value of JSON"),
    ("\"data_volume_mb\": -Infinity}", "-Infinity is no value of JSON"),
    ("\"location\": \"\\ud83d\"}", "line 2, column 14: this is half of a surrogate pair"),
    ("\"location\": \"\\ude00\\ud83d\"}", "this is half of a surrogate pair"),
    ("\"location\": \"\\ud83d\\u0041\"}", "this is half of a surrogate pair"),
    ("\"location\": 'Oslo'}", "line 2, column 13: expected value"),
    ("\"location\": \"Oslo\",}", "line 2, column 20: "),
    ("\"location\" \"Oslo\"}", "expected `:`"),
    ("\"location\": \"Oslo\"", "line 2, column 18: the JSON ends here"),
    ("\"location\": \"Os", "the JSON ends here"),
    ("\"location\": \"Oslo\"}}", "line 2, column 20: trailing characters"),
];

/// A server, and what an administrator who has signed in sends to it.
struct Target {
    service: Service,
    router: Router,
    cookie: String,
}

impl Target {
    async fn new() -> Self {
        let service = service().await;
        let router = server::router(service.clone());
        let cookie = pages::session(&router).await;
        Self { service, router, cookie }
    }

    async fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let headers = [("cookie", self.cookie.as_str()), ("content-type", "application/json")];
        ask(&self.router, Request::builder().method(method).uri(path), &headers, Body::from(body.to_owned())).await
    }

    /// Sends a body, and asserts that the answer is a problem that points at these places and no others.
    async fn assert_points(&self, method: &str, path: &str, body: &str, expected: &[String]) {
        let answer = self.send(method, path, body).await;
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path} {body}");
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {body}: {}", answer.text());
        assert_eq!(pointers(&answer.json()), expected, "{path} {body}: {}", answer.text());
    }
}

fn pointers(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["pointer"].as_str().expect("a text").to_owned()).collect()
}

/// Writes an event in which some fields have other values than the right ones.
fn event_with(others: &[(&str, &str)]) -> String {
    let value = |name, right| others.iter().find(|(other, _)| *other == name).map_or(right, |(_, value)| *value);
    let fields: Vec<String> =
        REQUIRED.iter().map(|(name, right, _)| format!("\"{name}\": {}", value(*name, *right))).collect();
    format!("{{{}}}", fields.join(", "))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_required_field_is_pointed_at() {
    let target = Target::new().await;
    for (name, _, wrong) in REQUIRED {
        for value in NO_VALUES.iter().chain(wrong) {
            let event = event_with(&[(name, value)]);
            target.assert_points("POST", "/api/predict", &event, &[format!("/{name}")]).await;
            for (body, pointer) in [
                (format!("{{\"instances\": [{event}]}}"), format!("/instances/0/{name}")),
                (format!("[{event}]"), format!("/0/{name}")),
            ] {
                let answer = target.send("POST", "/api/batch", &body).await.json();
                assert_eq!(pointers(&answer["predictions"][0]["error"]), [pointer], "{body}: {answer}");
            }
        }
    }
    assert_eq!(target.service.events(), 0, "nothing is stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_faults_of_a_body_are_told_at_once() {
    let target = Target::new().await;
    let event = |wrong: &str| format!(r#"{{"user_id": "", "timestamp": 1e99, "action_type": "fly"{wrong}}}"#);
    let fields = ["/user_id", "/timestamp", "/action_type"].map(str::to_owned);
    let with = |others: &[&str]| fields.iter().cloned().chain(others.iter().map(|other| (*other).to_owned())).collect();
    let (mixed, strict): (Vec<String>, Vec<String>) = (with(&["/explain"]), with(&["/explain", "/a~1b~0"]));
    target.assert_points("POST", "/api/predict", &event(r#", "explain": "yes", "a/b~": 1"#), &mixed).await;
    target.assert_points("POST", "/api/predict?strict=true", &event(r#", "explain": 7, "a/b~": 1"#), &strict).await;
    for (path, body, expected) in [
        ("/api/predict", "7", vec![""]),
        ("/api/batch", "{\"explain\": 7}", vec!["/instances", "/explain"]),
        ("/api/batch?strict=true", "{\"explain\": 7, \"rows\": []}", vec!["/instances", "/explain", "/rows"]),
        ("/api/v1/keys", "[]", vec![""]),
        ("/api/v1/keys", "{}", vec!["/name", "/scopes"]),
        ("/api/v1/keys", r#"{"name": 7, "scopes": ["fly"], "expires": "soon"}"#, vec!["/name", "/scopes", "/expires"]),
        ("/api/v1/keys", r#"{"name": "", "scopes": []}"#, vec!["/name", "/scopes"]),
        ("/api/v1/keys?strict=true", r#"{"scope": "read"}"#, vec!["/name", "/scopes", "/scope"]),
        ("/api/v1/accounts", r#"{"name": null, "role": "boss"}"#, vec!["/name", "/role"]),
        ("/api/v1/accounts", r#"{"name": "a b", "role": "viewer"}"#, vec!["/name"]),
    ] {
        let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        target.assert_points("POST", path, body, &expected).await;
    }
    let change = r#"{"role": "boss", "disabled": "no", "password": 7}"#;
    let expected = ["/role", "/disabled", "/password"].map(str::to_owned);
    target.assert_points("PATCH", "/api/v1/accounts/admin", change, &expected).await;
    assert_eq!(target.service.events(), 0, "nothing is stored");
    assert_eq!(target.service.authenticator().keys().list(&admin()).expect("an admin may").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_json_is_told_with_line_and_column() {
    let target = Target::new().await;
    let first = event_with(&[]);
    let first = first.trim_end_matches('}');
    for (second, told) in NO_JSON {
        let event = format!("{first},\n{second}");
        for (path, body) in [
            ("/api/predict", event.clone()),
            ("/api/batch", format!("[{event}")),
            ("/api/batch", format!("{{\"instances\": [{event}")),
            ("/api/v1/keys", event.clone()),
            ("/api/v1/accounts", event.clone()),
        ] {
            let answer = target.send("POST", path, &body).await;
            assert_eq!(answer.header("content-type"), "application/problem+json", "{path} {body}");
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {body}: {}", answer.text());
            let body = answer.json();
            let detail = body["detail"].as_str().expect("a text");
            assert!(detail.starts_with("the body is not as it must be: line 2, column "), "{path} {second}: {detail}");
            let is_event = path != "/api/batch";
            assert!(!is_event || detail.contains(told), "{path} {second}: {detail}");
        }
    }
    assert_eq!(target.service.events(), 0, "nothing is stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_field_is_ignored_unless_the_request_is_strict() {
    let target = Target::new().await;
    let mut event: Value = serde_json::from_str(&event_with(&[])).expect("it is JSON");
    event["colour"] = json!("red");
    let (lax, strict) = ("/api/predict?strict=false", "/api/predict?strict=true");
    assert_eq!(target.send("POST", lax, &event.to_string()).await.status, StatusCode::OK);
    target.assert_points("POST", strict, &event.to_string(), &["/colour".to_owned()]).await;
    let batch = json!([event, {"user_id": "bob", "timestamp": "2024-01-15T14:30:00Z", "action_type": "view"}]);
    let answer = target.send("POST", "/api/batch?strict=true", &batch.to_string()).await.json();
    assert_eq!(pointers(&answer["predictions"][0]["error"]), ["/0/colour"]);
    assert!(answer["predictions"][1]["prediction"].is_object(), "{answer}");
    assert_eq!(target.service.events(), 2, "one of each");
    let wrong = target.send("POST", "/api/predict?strict=perhaps", &event.to_string()).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

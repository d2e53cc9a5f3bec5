//! Whatever a request, a cookie or a setting is, nothing panics, and the next good event is answered.

#[path = "../../../shared/tests/support/fuzz.rs"]
mod support;

use app::paths::encoded;
use axum::{
    Router,
    body::Body,
    http::{HeaderName, HeaderValue, Method, Request, Uri},
};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::json;
use server::config::{DatabaseUri, Settings};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

use self::support::{damaged, fuzz};
use crate::{API_KEY, pages::session, post, router};

const EVENT: &str = r#"{"user_id": "ann", "timestamp": "2024-01-15T14:30:00Z", "action_type": "download",
    "resource_id": "a/b", "ip_address": "10.0.0.1", "data_volume_mb": 1.5, "location": "Oslo", "device_type": "web",
    "failed_attempts": 2, "location_change": true, "event_id": "e", "outcome": 403, "latitude": 1, "longitude": 2,
    "explain": true}"#;
const TRIAL: &str = r#"{"user_id": "ann", "timestamp": "2024-01-15T14:30", "action_type": "view", "resource_id": "a",
    "location": "Oslo", "device_type": "web", "data_volume_mb": "1", "failed_attempts": "", "location_change": ""}"#;

/// A runtime, and a server with the cookie of a session.
struct Target {
    runtime: Runtime,
    router: Router,
    cookie: String,
}

impl Target {
    fn new() -> Self {
        const STACK_BYTES: usize = 16 << 20;
        let runtime = Builder::new_multi_thread().worker_threads(2).thread_stack_size(STACK_BYTES).enable_all().build();
        let runtime = runtime.expect("threads can be started");
        let (router, cookie) = runtime.block_on(async {
            let router = router().await;
            let cookie = session(&router).await;
            (router, cookie)
        });
        Self { runtime, router, cookie }
    }

    /// Sends a request of somebody who may do everything, unless `headers` say otherwise. The answer must be whole, and
    /// that of a route outside `/pages` no internal error.
    fn ask(&self, method: Method, uri: &str, headers: Vec<(HeaderName, HeaderValue)>, body: Vec<u8>) {
        let Ok(uri) = uri.parse::<Uri>() else { return };
        let mut request =
            Request::builder().method(method).uri(uri.clone()).body(Body::from(body)).expect("it is whole");
        if headers.is_empty() {
            request.headers_mut().insert(API_KEY.0, HeaderValue::from_static(API_KEY.1));
            request.headers_mut().insert("cookie", HeaderValue::from_str(&self.cookie).expect("it is ASCII"));
        }
        request.headers_mut().extend(headers);
        let status = self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.expect("the router answers everything");
            let status = response.status();
            axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("the body has an end");
            status
        });
        assert_ne!(status, 500, "{uri}");
    }
}

impl Drop for Target {
    /// Asserts that the server still takes events.
    fn drop(&mut self) {
        let event = json!({"user_id": "last", "timestamp": "2024-01-15T14:30:00Z", "action_type": "view"});
        let answer = self.runtime.block_on(post(&self.router, "/api/predict", &event));
        assert!(std::thread::panicking() || answer.status == 200, "{}", answer.text());
    }
}

fn text() -> impl Strategy<Value = String> {
    let samples = ["ann", "2024-01-15T14:30:00Z", "risk", "../../etc/passwd", "<b>", "-1", "99999999999"];
    damaged(samples.map(|sample| sample.as_bytes().to_vec()).to_vec())
        .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[test]
fn every_body_of_the_api_is_answered() {
    let target = Target::new();
    let batch = format!(r#"{{"instances": [{EVENT}, {EVENT}, {{"user_id": 1}}], "explain": true}}"#);
    let samples = vec![EVENT.as_bytes().to_vec(), batch.into_bytes()];
    let path = select(&["/api/predict", "/api/batch"][..]);
    fuzz(&(path, damaged(samples)), |(path, body)| target.ask(Method::POST, path, Vec::new(), body));
}

#[test]
fn every_path_and_query_is_answered() {
    let target = Target::new();
    let routes = [
        "/",
        "/api/",
        "/api/v1/users",
        "/api/v1/users/",
        "/users/",
        "/predict",
        "/dashboard",
        "/login",
        "/health",
        "/readyz",
        "/pkg/",
        "/api/predict",
    ];
    let names =
        ["limit", "order", "offset", "user_id", "timestamp", "action_type", "data_volume_mb", "next", "scenario"];
    let query = vec((select(names.to_vec()), text()), 0..4);
    let methods = select(vec![Method::GET, Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::OPTIONS]);
    fuzz(
        &(methods, select(routes.to_vec()), text(), query, any::<bool>()),
        |(method, route, rest, query, is_encoded)| {
            let write = |text: &str| if is_encoded { encoded(text) } else { text.to_owned() };
            let query: Vec<_> = query.iter().map(|(name, value)| format!("{name}={}", write(value))).collect();
            target.ask(method, &format!("{route}{}?{}", write(&rest), query.join("&")), Vec::new(), Vec::new());
        },
    );
}

#[test]
fn every_header_is_answered() {
    let target = Target::new();
    let names = [
        "cookie",
        "authorization",
        "x-api-key",
        "x-request-id",
        "content-type",
        "content-length",
        "content-encoding",
        "accept",
        "accept-encoding",
        "origin",
        "host",
        "if-none-match",
        "range",
        "referer",
        "x-forwarded-for",
        "x-forwarded-proto",
        "transfer-encoding",
        "expect",
        "upgrade",
        "sec-fetch-site",
    ];
    let mut samples: Vec<_> =
        ["Bearer the key of the tests", "application/json; charset=utf-8", "gzip, br;q=0.5", "bytes=0-1"]
            .map(|sample| sample.as_bytes().to_vec())
            .to_vec();
    samples.push(target.cookie.clone().into_bytes());
    let headers = vec((select(names.to_vec()), damaged(samples)), 1..5);
    let paths = select(&["/dashboard", "/api/v1/users", "/api/predict", "/robots.txt", "/pages/dashboard"][..]);
    fuzz(&(select(vec![Method::GET, Method::POST]), paths, headers), |(method, path, headers)| {
        let valid = |(name, value): (&str, Vec<u8>)| {
            Some((HeaderName::try_from(name).ok()?, HeaderValue::from_bytes(&value).ok()?))
        };
        let headers = headers.into_iter().filter_map(valid).collect();
        target.ask(method, path, headers, EVENT.as_bytes().to_vec());
    });
}

#[test]
fn every_argument_of_what_pages_call_is_answered() {
    let target = Target::new();
    let form = ["password=x&next=/dashboard", "id=ann", "order=risk", "order=gain"];
    let json = [format!(r#"{{"asked": {TRIAL}, "scenario": null}}"#), format!(r#"{{"trial": {TRIAL}}}"#)];
    let samples = form.iter().map(|form| form.as_bytes().to_vec()).chain(json.map(String::into_bytes)).collect();
    let calls = ["dashboard", "user", "prepare", "preview", "what_if", "model", "sign_in"];
    let types = ["application/json", "application/x-www-form-urlencoded", "application/cbor"];
    fuzz(&(select(calls.to_vec()), select(types.to_vec()), damaged(samples)), |(call, content_type, body)| {
        let headers = [
            ("content-type", content_type),
            ("cookie", target.cookie.as_str()),
            ("origin", "http://localhost"),
            ("host", "localhost"),
        ];
        let header =
            |(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("it is ASCII"));
        let query = encoded(&String::from_utf8_lossy(&body));
        let headers: Vec<_> = headers.map(header).to_vec();
        target.ask(Method::POST, &format!("/pages/{call}"), headers.clone(), body);
        target.ask(Method::GET, &format!("/pages/{call}?{query}"), headers, Vec::new());
    });
}

#[test]
fn every_setting_is_taken_or_refused() {
    let uris = ["rocksdb://instance/db", "mem://", "sqlite:///x", "rocksdb:?sync=never", "postgres://a:b@c/d"];
    let uri = damaged(uris.map(|uri| uri.as_bytes().to_vec()).to_vec());
    fuzz(&(uri, [text(), text(), text(), text(), text(), text()]), |(uri, texts)| {
        let database = String::from_utf8_lossy(&uri).into_owned();
        if let Ok(DatabaseUri::RocksDb(folder)) = database.parse() {
            assert!(!folder.to_string_lossy().contains('?'), "{}", folder.display());
        }
        let [bind, alert_threshold, checkpoint_events, debug, smtp_port, recipients] = texts;
        let settings = Settings {
            bind,
            database,
            alert_threshold,
            checkpoint_events,
            debug,
            smtp_port,
            recipient_emails: Some(recipients.clone()),
            email_notifications_enabled: "yes".to_owned(),
            api_key: Some(recipients.clone()),
            password: Some(recipients),
            ..Settings::default()
        };
        settings.check().ok();
    });
}

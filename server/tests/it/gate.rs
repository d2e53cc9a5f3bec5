//! Who gets through the gate: every route, page and server function, asked by nobody, by a person of each role and by a
//! key of each scope. One that is missing in the tables fails the test.

use std::collections::{BTreeMap, BTreeSet};

use app::actor::{KeyScope, Role};
use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
};
use jiff::Timestamp;
use leptos::server_fn::axum::server_fn_paths;
use server::{auth::NewApiKey, service::Service};

use crate::{Answer, admin, ask, event, service};

/// Those who ask, by name.
const EVERYBODY: &[&str] = &["nobody", "viewer", "analyst", "administrator", "score", "read", "manage"];
const SOMEBODY: &[&str] = &["viewer", "analyst", "administrator", "score", "read", "manage"];
const PEOPLE: &[&str] = &["viewer", "analyst", "administrator"];
const READERS: &[&str] = &["viewer", "analyst", "administrator", "read"];
const SENDERS: &[&str] = &["analyst", "administrator", "score"];
/// Those who give verdicts.
const TRIAGERS: &[&str] = &["analyst", "administrator", "manage"];
const MANAGERS: &[&str] = &["administrator", "manage"];
/// Those who may do everything: who makes an account gives scopes, and nobody gives what they lack.
const ADMINISTRATOR: &[&str] = &["administrator"];

const EVENT: &str = r#"{"user_id":"ann","timestamp":"2024-01-15T14:30:00Z","action_type":"view"}"#;
const BATCH: &str = r#"[{"user_id":"ann","timestamp":"2024-01-15T14:31:00Z","action_type":"view"}]"#;
const TRIAL: &str = r#"{"trial":{"user_id":"ann","timestamp":"2024-01-15T14:30","action_type":"view"}}"#;
const SUPPRESSION: &str = r#"{"user_id":"ann","reason":"a fair","expires":"2024-02-01T00:00:00Z"}"#;
const CHANNEL: &str = r#"{"name":"Chat","settings":{"type":"slack","url":"https://hooks.slack.com/services/none"}}"#;
const NEW_KEY: &str = r#"{"name":"another","scopes":["manage"]}"#;
const NEW_ACCOUNT: &str = r#"{"name":"another","role":"viewer"}"#;

/// A route, an address of it, a body, and who may use it.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

/// Every route of the API.
const ROUTES: &[Row] = &[
    ("GET", "/health", "/health", "", EVERYBODY),
    ("GET", "/livez", "/livez", "", EVERYBODY),
    ("GET", "/readyz", "/readyz", "", EVERYBODY),
    ("POST", "/api/predict", "/api/predict", EVENT, SENDERS),
    ("POST", "/api/batch", "/api/batch", BATCH, SENDERS),
    ("GET", "/api/model", "/api/model", "", READERS),
    ("GET", "/api/statistics", "/api/statistics?days=7", "", READERS),
    ("GET", "/api/metrics", "/api/metrics", "", READERS),
    ("GET", "/metrics", "/metrics", "", READERS),
    ("GET", "/api/v1/users", "/api/v1/users", "", READERS),
    ("GET", "/api/v1/users/{id}", "/api/v1/users/ann", "", READERS),
    ("GET", "/api/v1/users/{id}/timeline", "/api/v1/users/ann/timeline", "", READERS),
    ("GET", "/api/v1/users/{id}/peers", "/api/v1/users/ann/peers", "", READERS),
    ("DELETE", "/api/v1/users/{id}", "/api/v1/users/eve", "", MANAGERS),
    ("GET", "/api/v1/events/{id}", "/api/v1/events/1?user_id=ann&timestamp=2024-01-15T09:00:00Z", "", READERS),
    (
        "GET",
        "/api/v1/events/{id}/evidence",
        "/api/v1/events/1/evidence?user_id=ann&timestamp=2024-01-15T09:00:00Z",
        "",
        READERS,
    ),
    ("GET", "/api/v1/events", "/api/v1/events", "", READERS),
    ("POST", "/api/v1/events", "/api/v1/events", EVENT, SENDERS),
    ("POST", "/api/v1/imports", "/api/v1/imports", EVENT, SENDERS),
    ("GET", "/api/v1/jobs", "/api/v1/jobs", "", READERS),
    ("GET", "/api/v1/jobs/{id}", "/api/v1/jobs/1", "", READERS),
    ("GET", "/api/v1/jobs/{id}/results", "/api/v1/jobs/1000/results", "", READERS),
    ("DELETE", "/api/v1/jobs/{id}", "/api/v1/jobs/1000", "", SENDERS),
    ("GET", "/api/v1/notices", "/api/v1/notices", "", READERS),
    ("GET", "/api/v1/notices/{id}", "/api/v1/notices/1", "", READERS),
    ("GET", "/api/v1/audit", "/api/v1/audit", "", MANAGERS),
    ("GET", "/openapi.json", "/openapi.json", "", EVERYBODY),
    ("GET", "/docs", "/docs", "", EVERYBODY),
    ("GET", "/docs/style.css", "/docs/style.css", "", EVERYBODY),
    ("GET", "/api/v1/alerts", "/api/v1/alerts", "", READERS),
    ("GET", "/api/v1/alerts/{id}", "/api/v1/alerts/7-identity", "", READERS),
    ("GET", "/api/v1/alerts/{id}/evidence", "/api/v1/alerts/7-identity/evidence", "", READERS),
    ("PATCH", "/api/v1/alerts/{id}", "/api/v1/alerts/7-identity", r#"{"note":"seen"}"#, TRIAGERS),
    ("POST", "/api/v1/alerts/bulk", "/api/v1/alerts/bulk", r#"{"ids":["7-identity"],"note":"seen"}"#, TRIAGERS),
    ("GET", "/api/v1/alerts/stream", "/api/v1/alerts/stream?end=true", "", READERS),
    ("GET", "/api/v1/alerting", "/api/v1/alerting", "", READERS),
    ("PATCH", "/api/v1/alerting", "/api/v1/alerting", r#"{"daily_budget":20}"#, MANAGERS),
    ("GET", "/api/v1/suppressions", "/api/v1/suppressions", "", READERS),
    ("POST", "/api/v1/suppressions", "/api/v1/suppressions", SUPPRESSION, TRIAGERS),
    ("POST", "/api/v1/suppressions/preview", "/api/v1/suppressions/preview", SUPPRESSION, READERS),
    ("GET", "/api/v1/channels", "/api/v1/channels", "", MANAGERS),
    ("POST", "/api/v1/channels", "/api/v1/channels", CHANNEL, MANAGERS),
    ("DELETE", "/api/v1/channels/{id}", "/api/v1/channels/none", "", MANAGERS),
    ("POST", "/api/v1/channels/{id}/test", "/api/v1/channels/none/test", "", MANAGERS),
    ("GET", "/api/v1/dead-letters", "/api/v1/dead-letters", "", MANAGERS),
    ("DELETE", "/api/v1/suppressions/{id}", "/api/v1/suppressions/none", "", TRIAGERS),
    ("GET", "/api/v1/keys", "/api/v1/keys", "", MANAGERS),
    ("POST", "/api/v1/keys", "/api/v1/keys", NEW_KEY, MANAGERS),
    ("DELETE", "/api/v1/keys/{id}", "/api/v1/keys/none", "", MANAGERS),
    ("POST", "/api/v1/keys/{id}/rotate", "/api/v1/keys/none/rotate", "", MANAGERS),
    ("GET", "/api/v1/accounts", "/api/v1/accounts", "", MANAGERS),
    ("POST", "/api/v1/accounts", "/api/v1/accounts", NEW_ACCOUNT, ADMINISTRATOR),
    ("PATCH", "/api/v1/accounts/{name}", "/api/v1/accounts/viewer", r#"{"disabled":false}"#, ADMINISTRATOR),
];

/// Every page. Nobody is led to the form in which people sign in, and somebody from the first page to the dashboard.
const PAGES: &[Row] = &[
    ("GET", "/", "/", "", EVERYBODY),
    ("GET", "/login", "/login", "", EVERYBODY),
    ("GET", "/account", "/account", "", SOMEBODY),
    ("GET", "/dashboard", "/dashboard", "", READERS),
    ("GET", "/model", "/model", "", READERS),
    ("GET", "/alerts", "/alerts", "", READERS),
    ("GET", "/alerts/{id}", "/alerts/7-identity", "", READERS),
    ("GET", "/predict", "/predict", "", READERS),
    ("GET", "/users", "/users?search=a", "", READERS),
    ("GET", "/users/{id}", "/users/ann", "", READERS),
];

/// Every server function. Signing out is the last: it ends the sessions.
const SERVER_FUNCTIONS: &[Row] = &[
    ("POST", "/pages/dashboard", "/pages/dashboard", "", READERS),
    ("POST", "/pages/prepare", "/pages/prepare", r#"{"asked":{}}"#, READERS),
    ("POST", "/pages/preview", "/pages/preview", TRIAL, READERS),
    ("POST", "/pages/what_if", "/pages/what_if", r#"{"user_id":"ann"}"#, READERS),
    ("POST", "/pages/model_facts", "/pages/model_facts", "", READERS),
    ("GET", "/pages/model", "/pages/model?version=any", "", READERS),
    ("POST", "/pages/user", "/pages/user", r#"{"id":"ann","query":{}}"#, READERS),
    ("POST", "/pages/alerts", "/pages/alerts", "", READERS),
    ("POST", "/pages/alert", "/pages/alert", "id=7-identity", READERS),
    ("POST", "/pages/act_on_alert", "/pages/act_on_alert", "id=7-identity&version=0&note=seen", TRIAGERS),
    ("POST", "/pages/users", "/pages/users", r#"{"query":{"search":"a"}}"#, READERS),
    ("POST", "/pages/change_password", "/pages/change_password", "current=a+guess&new=a", PEOPLE),
    ("POST", "/pages/sign_in", "/pages/sign_in", "password=a+guess", EVERYBODY),
    ("POST", "/pages/set_theme", "/pages/set_theme", "theme=dark", EVERYBODY),
    ("POST", "/pages/sign_out", "/pages/sign_out", "", EVERYBODY),
];

/// Returns who may use a route of the API.
pub(crate) fn who_may(method: &str, path: &str) -> &'static [&'static str] {
    let row = ROUTES.iter().find(|row| (row.0, row.1) == (method, path));
    row.expect("every route is in the table").4
}

/// Makes an account of each role and a key of each scope. Returns the header that each brings, by who they are.
async fn callers(service: &Service, router: &Router) -> BTreeMap<&'static str, Vec<(&'static str, String)>> {
    let (access, actor, now) = (service.authenticator(), admin(), Timestamp::now());
    let mut callers = BTreeMap::from([("nobody", Vec::new())]);
    for (name, role) in [("viewer", Role::Viewer), ("analyst", Role::Analyst), ("administrator", Role::Admin)] {
        let (_, password) = access.accounts().add(&actor, name, role, now).await.expect("the name is free");
        let body = Body::from(format!("account={name}&password={password}"));
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let answer = ask(router, Request::post("/pages/sign_in"), &headers, body).await;
        let cookie = answer.header("set-cookie").split(';').next().expect("a cookie has a value");
        callers.insert(name, vec![("cookie", cookie.to_owned())]);
    }
    for (name, scope) in [("score", KeyScope::Score), ("read", KeyScope::Read), ("manage", KeyScope::Manage)] {
        let new = NewApiKey { name: name.to_owned(), scopes: vec![scope], expires: None };
        let (_, secret) = access.keys().create(&actor, new, now).await.expect("the name is free");
        callers.insert(name, vec![("x-api-key", secret)]);
    }
    callers
}

async fn send(router: &Router, (method, _, address, body, _): &Row, own: &[(&str, String)]) -> Answer {
    let kind = if body.starts_with(['{', '[']) { "application/json" } else { "application/x-www-form-urlencoded" };
    let own = own.iter().map(|(name, value)| (*name, value.as_str()));
    let headers: Vec<_> = own.chain([("content-type", kind)]).collect();
    let request = Request::builder().method(*method).uri(*address);
    ask(router, request, &headers, Body::from(*body)).await
}

/// Asks for each row as each caller.
async fn walk(rows: &[Row], refusal_of_nobody: StatusCode) {
    let service = service().await;
    service.ingest(&admin(), event("ann", 0)).await.expect("an admin may");
    let router = server::router(service.clone());
    let callers = callers(&service, &router).await;
    assert!(callers.keys().collect::<BTreeSet<_>>() == EVERYBODY.iter().collect());
    for row in rows {
        for (name, headers) in &callers {
            let answer = send(&router, row, headers).await;
            let (status, may) = (answer.status, row.4.contains(name));
            let refusals = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::FOUND];
            let is_right = match (may, *name) {
                (true, _) if status == StatusCode::FOUND => answer.header("location") == "/dashboard",
                (true, _) => !refusals.contains(&status) && !status.is_server_error(),
                (false, "nobody") => status == refusal_of_nobody,
                (false, _) => status == StatusCode::FORBIDDEN,
            };
            assert!(is_right, "{} {} by {name}: {status} {}", row.0, row.1, answer.text());
        }
    }
}

fn named(rows: &[Row]) -> BTreeSet<(Method, String)> {
    let named = |row: &Row| (row.0.parse().expect("a method"), row.1.to_owned());
    rows.iter().map(named).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_for_those_of_the_table_alone() {
    let all = server::api_routes().into_iter().map(|(method, path)| (method, path.to_owned())).collect();
    assert_eq!(named(ROUTES), all);
    walk(ROUTES, StatusCode::UNAUTHORIZED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_for_those_of_the_table_alone() {
    let all = server::page_paths().into_iter().map(|path| (Method::GET, path.to_owned())).collect();
    assert_eq!(named(PAGES), all);
    walk(PAGES, StatusCode::FOUND).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_server_function_is_for_those_of_the_table_alone() {
    drop(service().await);
    let all = server_fn_paths().map(|(path, method)| (method, path.to_owned())).collect();
    assert_eq!(named(SERVER_FUNCTIONS), all);
    walk(SERVER_FUNCTIONS, StatusCode::UNAUTHORIZED).await;
}

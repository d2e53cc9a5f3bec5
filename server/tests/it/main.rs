//! The server as its users meet it: through the router, on a database of its own.

mod assets;
mod database;
mod health;
mod intake;
mod pages;
mod predict;
mod recovery;
mod scenarios;
mod shutdown;
mod travel;

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Request, StatusCode, request::Builder},
};
use server::{
    config::{Config, DatabaseUri, Secret},
    service::Service,
    start::Running,
};
use tower::ServiceExt as _;

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("headers are ASCII"))
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    fn text(&self) -> &str {
        str::from_utf8(&self.body).expect("the body is text")
    }
}

const API_KEY: (&str, &str) = ("x-api-key", "the key of the tests");

/// Settings of a server on a database of its own.
fn config(database: DatabaseUri) -> Config {
    Config {
        bind: String::new(),
        database,
        secret_key: None,
        api_key: Some(Secret::new(API_KEY.1)),
        password: Some(Secret::new("the password of the tests")),
        threshold: 0.7,
        mail: None,
    }
}

/// A service on a database in memory, which it takes with it.
async fn service() -> Service {
    Running::start(&config(DatabaseUri::Memory)).await.expect("memory can be opened").service
}

async fn router() -> Router {
    server::router(service().await)
}

async fn get(router: &Router, path: &str) -> Answer {
    get_with(router, path, &[]).await
}

async fn get_with(router: &Router, path: &str, headers: &[(&str, &str)]) -> Answer {
    ask(router, Request::get(path), headers, Body::empty()).await
}

/// Posts JSON with the key of the tests.
async fn post(router: &Router, path: &str, body: &serde_json::Value) -> Answer {
    let headers = [API_KEY, ("content-type", "application/json")];
    ask(router, Request::post(path), &headers, Body::from(body.to_string())).await
}

async fn ask(router: &Router, request: Builder, headers: &[(&str, &str)], body: Body) -> Answer {
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let request = request.body(body).expect("the request is valid");
    let response = router.clone().oneshot(request).await.expect("the router answers everything");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("the body has an end");
    Answer { status: parts.status, headers: parts.headers, body }
}

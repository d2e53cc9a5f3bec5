//! The server as its users meet it: through the router, on a database of its own.

mod access;
mod actors;
mod alert_queue;
mod alerts;
mod api_bodies;
mod assets;
mod audit;
mod backup;
mod broadcast;
mod checkpoints;
mod damage;
mod database;
mod event_list;
mod event_stream;
mod explanations;
mod failing_disk;
mod fuzz;
mod gate;
mod health;
mod hostile_text;
mod import;
mod imports;
mod intake;
mod malformed;
mod metrics;
mod model;
mod notices;
mod notifications;
mod old_commands;
mod openapi;
mod pages;
mod policy;
mod predict;
mod problems;
#[path = "../support/process.rs"]
mod process;
mod rates;
mod raw;
mod recovery;
mod scenarios;
mod shutdown;
mod signing_in;
mod statistics;
mod strangers;
mod travel;
mod users;

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use app::actor::{AccountId, Actor, Role, Scopes};
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Request, StatusCode, request::Builder},
};
use server::{
    config::{Config, DatabaseUri, RequestRates, Secret},
    pipeline::WriterLimits,
    service::Service,
    start::Running,
};
use shared::{
    event::{Action, Event},
    model::Model,
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
        limits: WriterLimits { min_free_mb: 0, ..WriterLimits::PRODUCT },
        accepts_loss: false,
        rates: RequestRates::UNLIMITED,
        max_connections: None,
        max_connections_per_address: None,
        mail: None,
        allowed_networks: Vec::new(),
        public_url: None,
    }
}

/// A server on a database in memory.
async fn running() -> Running {
    Running::start(&config(DatabaseUri::Memory), Model::shipped()).await.expect("memory can be opened")
}

/// A service on a database in memory.
async fn service() -> Service {
    running().await.service
}

/// An actor who may do everything.
fn admin() -> Actor {
    Actor::new(AccountId::new("tests"), Role::Admin, Scopes::ALL)
}

/// An event of a user, some minutes after the first.
fn event(user: &str, minute: i64) -> Event {
    let start: jiff::Timestamp = "2024-01-15T09:00:00Z".parse().expect("a time");
    let time = start + jiff::SignedDuration::from_mins(minute);
    Event::new(user.parse().expect("an id"), time, Action::View)
}

/// Begins what a future does, and returns its result if it has one at once.
async fn poll_once<F: Future>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
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

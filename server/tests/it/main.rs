//! The server as its users meet it: through the router, on a database of its own.

mod assets;
mod database;
mod health;
mod pages;
mod shutdown;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use server::{config::DatabaseUri, store::Store};
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

    fn text(&self) -> &str {
        str::from_utf8(&self.body).expect("the body is text")
    }
}

async fn store() -> Arc<Store> {
    Arc::new(Store::open(&DatabaseUri::Memory, Duration::ZERO).await.expect("memory can be opened"))
}

async fn router() -> Router {
    server::router(store().await)
}

async fn get(router: &Router, path: &str) -> Answer {
    get_with(router, path, &[]).await
}

async fn get_with(router: &Router, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
    let request = request.body(Body::empty()).expect("the request is valid");
    let response = router.clone().oneshot(request).await.expect("the router answers everything");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("the body has an end");
    Answer { status: parts.status, headers: parts.headers, body }
}

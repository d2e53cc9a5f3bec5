//! The server: web pages, REST API and database, and the commands of the binary `uba`.

#![recursion_limit = "256"] // the type of a page is as deep as its elements

pub mod alerts;
pub mod audit;
pub mod auth;
pub mod backup;
pub mod calibrations;
pub mod cli;
pub mod config;
pub mod connections;
pub mod credentials;
pub mod engine_state;
pub mod environment;
pub mod event_filter;
pub mod import;
pub mod imports;
pub mod jobs;
pub mod metrics;
pub mod notifications;
pub mod pipeline;
pub mod policy;
pub mod recent_events;
pub mod rollups;
pub mod service;
pub mod start;
pub mod store;
pub mod telemetry;

mod api;
mod app_state;
mod assets;
mod limits;
mod web;

use std::future::Future;

use axum::{
    Router,
    http::Method,
    middleware::{from_fn_with_state, map_request},
};
use tokio::net::TcpListener;
use tower_http::{
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};

use crate::{
    app_state::AppState,
    connections::ConnectionLimits,
    limits::{BodyMemory, RequestLimits},
    service::Service,
};

/// Builds the routes of API, files and pages. A request goes through the layers from the last to the first.
pub fn router(service: Service) -> Router {
    let state = AppState::new(service);
    let memory = BodyMemory::default();
    let rates = RequestLimits::new(state.service.request_rates());
    Router::new()
        .merge(api::routes(memory.clone()))
        .merge(web::routes(&state, memory))
        .layer(from_fn_with_state(rates, limits::limit_rate))
        .merge(assets::routes())
        .layer(from_fn_with_state(state.clone(), web::authenticate))
        .layer(web::security_headers())
        .layer(from_fn_with_state(state.clone(), web::measure))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(TraceLayer::new_for_http().make_span_with(telemetry::request_span))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(map_request(web::drop_odd_request_id))
        .with_state(state)
}

/// Returns the method and the path of every route of the API.
pub fn api_routes() -> Vec<(Method, &'static str)> {
    api::listed()
}

/// Returns the path of every page, with its parameters as axum writes them.
pub fn page_paths() -> Vec<&'static str> {
    web::page_paths()
}

/// Serves until `shutdown` is ready, then waits for the requests under way, but not for long.
pub async fn serve(
    listener: TcpListener,
    service: Service,
    limits: ConnectionLimits,
    shutdown: impl Future<Output = ()>,
) {
    connections::serve(listener, router(service), limits, shutdown).await;
}

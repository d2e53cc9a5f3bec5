//! What machines do: the web server and its database, and the commands of the binary `uba`.

#![recursion_limit = "256"] // the type of a page is as deep as its elements

pub mod auth;
pub mod cli;
pub mod config;
pub mod loading;
pub mod memory;
pub mod pipeline;
pub mod service;
pub mod start;
pub mod store;
pub mod telemetry;

mod api;
mod assets;
mod web;

use std::{future::Future, io, time::Duration};

use axum::{
    Router,
    extract::FromRef,
    middleware::{from_fn_with_state, map_response},
};
use leptos::config::LeptosOptions;
use tokio::{net::TcpListener, time::timeout};
use tower_http::trace::TraceLayer;

use crate::service::Service;

/// How long requests may go on once the server has been told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// What every handler may ask for.
#[derive(Clone, FromRef)]
struct AppState {
    service: Service,
    /// What leptos asks for; nothing of it is used, since the files of a page are embedded.
    leptos: LeptosOptions,
}

/// Builds everything that the server answers.
pub fn router(service: Service) -> Router {
    let state = AppState { service, leptos: LeptosOptions::builder().output_name("uba").build() };
    Router::new()
        .merge(api::routes())
        .merge(assets::routes())
        .merge(web::routes(&state))
        .layer(from_fn_with_state(state.clone(), web::recognise))
        .layer(map_response(web::add_security_headers))
        .layer(TraceLayer::new_for_http().make_span_with(telemetry::request_span))
        .with_state(state)
}

/// Serves until `shutdown` is ready, then lets the requests under way finish.
pub async fn serve(listener: TcpListener, service: Service, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = axum::serve(listener, router(service)).with_graceful_shutdown(async {
        stopped.await.ok();
    });
    let mut serving = std::pin::pin!(serving.into_future());
    tokio::select! {
        result = &mut serving => return result,
        () = shutdown => {}
    }
    drop(stop);
    timeout(DRAIN, serving).await.unwrap_or_else(|_| {
        tracing::warn!(drain_s = DRAIN.as_secs(), "stopped before every request was finished");
        Ok(())
    })
}

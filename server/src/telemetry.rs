//! What the program says about itself while it runs.

use std::io::{self, IsTerminal as _};

use axum::{extract::MatchedPath, http::Request};
use tracing::{Span, info_span, level_filters::LevelFilter};
use tracing_subscriber::EnvFilter;

/// What is logged unless `RUST_LOG` says otherwise: our own news, the database's troubles.
const DEFAULT_FILTER: &str = "warn,server=info,tower_http=info";

/// Starts logging to standard error.
///
/// # Panics
///
/// Panics where logging has been started before.
pub fn init() {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::WARN.into())
        .parse_lossy(std::env::var("RUST_LOG").unwrap_or_else(|_| DEFAULT_FILTER.to_owned()));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        .init();
}

/// Opens the span of a request: the route that it matched, not its address, which may name a person.
pub(crate) fn request_span<B>(request: &Request<B>) -> Span {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    info_span!("request", http.method = %request.method(), http.route = route)
}

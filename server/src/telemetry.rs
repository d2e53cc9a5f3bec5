//! Logging and tracing.

use std::io::{self, IsTerminal as _};

use axum::{extract::MatchedPath, http::Request};
use tower_http::request_id::RequestId;
use tracing::{Span, field, info_span, level_filters::LevelFilter};
use tracing_subscriber::EnvFilter;

/// The filter where `RUST_LOG` is not set: our own information, warnings of everything else.
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

/// Opens the span of a request, with its id and, once it is authenticated, its account. The span names the matched
/// route, since the path may name a person.
pub(crate) fn request_span<B>(request: &Request<B>) -> Span {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    info_span!(
        "request",
        request.id = id,
        request.account = field::Empty,
        http.method = %request.method(),
        http.route = route
    )
}

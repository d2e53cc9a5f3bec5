//! The pages of [`app`], and what every request and answer goes through.

use std::{
    sync::{Arc, LazyLock},
    time::Instant,
};

use app::{actor::Actor, backend::SharedBackend};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use leptos::context::provide_context;
use leptos_axum::{AxumRouteListing, LeptosRoutes as _, generate_route_list, render_app_async_with_context};
use shared::error::Error;
use tower_http::set_header::SetResponseHeaderLayer;
use tracing::{Span, field};

use crate::{
    api,
    app_state::AppState,
    assets::BUNDLE,
    auth,
    connections::Connection,
    limits::{self, BodyMemory},
    metrics::{Activity, Stage},
    service::Service,
};

/// Name of the header of request ids.
const REQUEST_ID: &str = "x-request-id";
/// Number of characters that a caller's request id may have.
const MAX_REQUEST_ID: usize = 64;

/// The routes of the pages, listed once for all routers of the process: while leptos lists routes, a page that is being
/// rendered on another thread does not load its data, and is never finished.
static PAGES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(app::App));

/// Returns a route for each page and server function, and the page for every other path.
pub(crate) fn routes(state: &AppState, memory: BodyMemory) -> Router<AppState> {
    Router::new()
        .leptos_routes_with_context(state, PAGES.clone(), backend_of(state), || app::shell(BUNDLE))
        .fallback(render_app_async_with_context(backend_of(state), || app::shell(BUNDLE)))
        .layer(limits::layers())
        .layer(from_fn_with_state(memory, limits::bound_body))
}

/// Returns the path of every page.
pub(crate) fn page_paths() -> Vec<&'static str> {
    PAGES.iter().map(AxumRouteListing::path).collect()
}

/// Provides the backend to pages and server functions.
fn backend_of(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let backend: SharedBackend = Arc::new(state.service.clone());
    move || provide_context(backend.clone())
}

/// Finds out who sends a request. The [`Actor`], if there is one, becomes an extension of the
/// request.
pub(crate) async fn authenticate(State(service): State<Service>, mut request: Request, next: Next) -> Response {
    match actor(&service, &request) {
        Ok(Some(actor)) => {
            Span::current().record("request.account", field::display(actor.account()));
            if let Some(connection) = request.extensions().get::<Arc<Connection>>() {
                connection.mark_known();
            }
            request.extensions_mut().insert(actor);
        }
        Ok(None) => {}
        Err(error) => return api::refusal(&request, error),
    }
    next.run(request).await
}

/// Returns who sends a request: a program by its key, else a person by their session.
///
/// # Errors
///
/// Fails where too many keys were guessed. Fails where a page of another site sends what is no program's and may change
/// something: a browser adds the cookie by itself.
fn actor(service: &Service, request: &Request) -> Result<Option<Actor>, Error> {
    let program = service.authenticator().program(request.headers(), auth::peer(request.extensions()))?;
    if program.is_some() {
        return Ok(program);
    }
    if !request.method().is_safe() && auth::is_cross_origin(request.headers()) {
        return Err(Error::Forbidden);
    }
    Ok(service.authenticator().person(request.headers()))
}

/// Counts a request, and the time until the head of its answer.
pub(crate) async fn measure(State(service): State<Service>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let response = next.run(request).await;
    let status = response.status();
    let activity = Activity {
        requests: 1,
        client_errors: status.is_client_error().into(),
        server_errors: status.is_server_error().into(),
        ..Activity::default()
    };
    service.recorder().record(activity, [(Stage::Request, started.elapsed())]);
    response
}

/// Removes a caller's request id that is too long or has characters other than letters, digits, `-`, `_` and `.`, so
/// that the request gets an id of ours.
pub(crate) async fn drop_odd_request_id(mut request: Request) -> Request {
    let is_odd = |id: &HeaderValue| !is_request_id(id.as_bytes());
    if request.headers().get(REQUEST_ID).is_some_and(is_odd) {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

fn is_request_id(id: &[u8]) -> bool {
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    (1..=MAX_REQUEST_ID).contains(&id.len()) && id.iter().all(is_allowed)
}

type SetHeader = SetResponseHeaderLayer<HeaderValue>;

/// Returns the layers that add security headers to answers without them. An answer that is not a page must load
/// nothing at all. What says nothing of caching, thus all but files, may be personal and is not to be kept.
pub(crate) fn security_headers() -> (SetHeader, SetHeader, SetHeader, SetHeader) {
    let layer = |name: HeaderName, value| SetHeader::if_not_present(name, HeaderValue::from_static(value));
    (
        layer(header::CACHE_CONTROL, "no-store"),
        layer(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        layer(header::REFERRER_POLICY, "same-origin"),
        layer(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_is_short_and_of_harmless_characters() {
        assert!(["a", "0b9e-4.f_7", &"x".repeat(64)].iter().all(|id| is_request_id(id.as_bytes())));
        assert!(["", "a b", "a\"b", "ä", &"x".repeat(65)].iter().all(|id| !is_request_id(id.as_bytes())));
    }
}

//! The pages of [`app`], rendered here.

use std::sync::Arc;

use app::backend::SharedBackend;
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use leptos::context::provide_context;
use leptos_axum::{LeptosRoutes as _, generate_route_list, render_app_async_with_context};

use crate::{AppState, assets::BUNDLE, service::Service};

/// Returns a route for each page, and the page that says that there is none.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    Router::new()
        .leptos_routes_with_context(state, generate_route_list(app::App), backend_of(state), || app::shell(BUNDLE))
        .fallback(render_app_async_with_context(backend_of(state), || app::shell(BUNDLE)))
}

/// Gives pages and server functions what they ask.
fn backend_of(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let backend: SharedBackend = Arc::new(state.service.clone());
    move || provide_context(backend.clone())
}

/// Finds out who sends a request, for all that handle it.
pub(crate) async fn recognise(State(service): State<Service>, mut request: Request, next: Next) -> Response {
    let actor = service.secrets().actor(request.headers());
    request.extensions_mut().insert(actor);
    next.run(request).await
}

/// Headers of every answer; what is not a page may load nothing at all.
const SECURITY_HEADERS: [(HeaderName, &str); 3] = [
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// Adds the security headers that an answer does not have yet.
pub(crate) async fn add_security_headers(mut response: Response) -> Response {
    for (name, value) in SECURITY_HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

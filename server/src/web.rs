//! The pages of [`app`], rendered here.

use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use leptos_axum::{LeptosRoutes as _, generate_route_list, render_app_async_with_context};

use crate::{AppState, assets::BUNDLE};

/// Returns a route for each page, and the page that says that there is none.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    Router::new()
        .leptos_routes(state, generate_route_list(app::App), || app::shell(BUNDLE))
        .fallback(render_app_async_with_context(|| {}, || app::shell(BUNDLE)))
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

//! The REST API, one resource a file. Its types are its own: neither a page nor a stored row is part of it.

mod extract;
mod health;
mod predict;
mod problem;
mod types;
mod users;

use axum::{
    Router,
    http::{StatusCode, Uri},
    middleware::from_fn,
    routing::any,
};

use self::problem::Problem;
use crate::app_state::AppState;

/// Returns the routes of every resource. Whatever fails below `/api` is answered with a [`Problem`].
pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .merge(health::routes())
        .merge(predict::routes())
        .merge(users::routes())
        .route("/api", any(no_resource))
        .route("/api/", any(no_resource))
        .route("/api/{*path}", any(no_resource))
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn(problem::render))
}

async fn no_resource(uri: Uri) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("{} is no resource of this API", uri.path()))
}

async fn wrong_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this resource has other methods: see the header Allow")
}

//! What machines ask for, one resource a file.

mod health;
mod predict;
mod problem;
mod users;

use axum::Router;

use crate::AppState;

/// Returns the routes of every resource.
pub(crate) fn routes() -> Router<AppState> {
    Router::new().merge(health::routes()).merge(predict::routes()).merge(users::routes())
}

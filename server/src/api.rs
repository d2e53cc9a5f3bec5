//! What machines ask for, one resource a file.

mod health;

use axum::Router;

use crate::AppState;

/// Returns the routes of every resource.
pub(crate) fn routes() -> Router<AppState> {
    Router::new().merge(health::routes())
}

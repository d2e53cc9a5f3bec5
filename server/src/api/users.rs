//! `/api/v1/users`: whom to look at, and what is known of one user.

use app::backend::{Actor, Backend as _};
use axum::{
    Extension, Json, Router,
    extract::{Path, Query, State},
    routing::get,
};
use serde::{Deserialize, Serialize};
use shared::views::{Order, UserDetails, UserSummary};

use super::problem::Problem;
use crate::{AppState, service::Service};

/// Users listed unless the request says how many.
const DEFAULT_LIMIT: usize = 50;
/// Users listed at most.
const MAX_LIMIT: usize = 1000;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/api/v1/users", get(list)).route("/api/v1/users/{id}", get(show))
}

#[derive(Debug, Deserialize)]
struct Page {
    limit: Option<usize>,
    #[serde(default)]
    order: Order,
}

#[derive(Debug, Serialize)]
struct Users {
    users: Vec<UserSummary>,
}

/// Lists users, the riskiest first, or those whose risk has risen most.
async fn list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(page): Query<Page>,
) -> Result<Json<Users>, Problem> {
    let limit = page.limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
    Ok(Json(Users { users: service.riskiest(actor, page.order, limit).await? }))
}

/// Shows one user.
async fn show(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<UserDetails>, Problem> {
    Ok(Json(service.user(actor, &id).await?))
}

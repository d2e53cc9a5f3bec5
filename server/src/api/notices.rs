//! `/api/v1/notices`: changes that many users made on one day, and one of them with its users.

use app::{actor::KeyScope, backend::Backend as _};
use axum::{
    extract::State,
    http::{Method, StatusCode},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    extract::{Caller, Json, Path, Query},
    operation::Operation,
    problem::Problem,
    routes::Routes,
    types::{NoticeWithUsersBody, NoticesAnswer},
};
use crate::service::Service;

/// Number of notices in a list unless the request says otherwise; there are never more than 100.
const DEFAULT_LIMIT: usize = 50;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(Method::GET, "/api/v1/notices", list)
        .told(
            told("Lists changes that many users made on one day, the newest first.")
                .query::<NoticesQuery>()
                .answers::<NoticesAnswer>(StatusCode::OK, "The notices"),
        )
        .add(Method::GET, "/api/v1/notices/{id}", show)
        .told(
            told("Shows one notice with its users.")
                .in_path("id", "The number of the notice", "1")
                .answers::<NoticeWithUsersBody>(StatusCode::OK, "The notice"),
        )
}

fn told(sentence: &'static str) -> Operation {
    Operation::new("Notices", sentence).needs(KeyScope::Read)
}

#[derive(Debug, Deserialize, IntoParams)]
struct NoticesQuery {
    /// The largest number of notices; 50 unless it is said.
    #[param(example = 5)]
    limit: Option<usize>,
}

/// Lists notices, the newest first.
async fn list(
    Caller(actor): Caller,
    State(service): State<Service>,
    Query(NoticesQuery { limit }): Query<NoticesQuery>,
) -> Result<Json<NoticesAnswer>, Problem> {
    let notices = service.notices(&actor, limit.unwrap_or(DEFAULT_LIMIT)).await?;
    Ok(Json(NoticesAnswer { notices: notices.into_iter().map(Into::into).collect() }))
}

/// Shows one notice with its users.
async fn show(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<u64>,
) -> Result<Json<NoticeWithUsersBody>, Problem> {
    Ok(Json(service.notice(&actor, id).await?.into()))
}

//! `/api/v1/audit`: who has administered what.

use app::actor::KeyScope;
use axum::{
    extract::State,
    http::{Method, StatusCode},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    extract::{Caller, Json, Query},
    opaque::Opaque,
    operation::Operation,
    problem::Problem,
    routes::Routes,
};
use crate::{
    audit::AuditEntry,
    service::{AuditPage, Service},
};

/// Number of acts in a list unless the request says otherwise.
const DEFAULT_LIMIT: usize = 50;
/// Largest number of acts in a list.
const MAX_LIMIT: usize = 1000;

pub(super) fn routes() -> Routes {
    Routes::default().add(Method::GET, "/api/v1/audit", list).told(
        Operation::new("Administration", "Lists administrative acts, the latest first.")
            .needs(KeyScope::Manage)
            .query::<AuditParameters>()
            .answers::<AuditAnswer>(StatusCode::OK, "A part of the list"),
    )
}

/// The place in a list of acts where its next part begins.
type Cursor = Opaque<(i64, i64)>;

#[derive(Debug, Deserialize, IntoParams)]
struct AuditParameters {
    /// The largest number of acts; 50 unless it is said.
    #[param(minimum = 1, maximum = 1000, example = 20)]
    limit: Option<usize>,
    /// The `next_cursor` of the part before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// A part of a list of acts.
#[derive(Debug, Serialize, ToSchema)]
struct AuditAnswer {
    acts: Vec<AuditedActBody>,
    #[schema(value_type = Option<String>)]
    next_cursor: Option<Cursor>,
}

/// An administrative act.
#[derive(Debug, Serialize, ToSchema)]
struct AuditedActBody {
    time: Timestamp,
    /// The account or key of who did it.
    by: String,
    act: &'static str,
    /// What it was done to.
    subject: String,
    detail: String,
}

impl From<AuditEntry> for AuditedActBody {
    fn from(AuditEntry { time, by, act, subject, detail }: AuditEntry) -> Self {
        Self { time, by, act: act.name(), subject, detail }
    }
}

/// Lists administrative acts.
async fn list(
    Caller(actor): Caller,
    State(service): State<Service>,
    Query(AuditParameters { limit, cursor }): Query<AuditParameters>,
) -> Result<Json<AuditAnswer>, Problem> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let AuditPage { acts, next } = service.audit(&actor, cursor.map(|Opaque(place)| place), limit).await?;
    Ok(Json(AuditAnswer { acts: acts.into_iter().map(Into::into).collect(), next_cursor: next.map(Opaque) }))
}

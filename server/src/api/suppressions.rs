//! `/api/v1/suppressions`: what is known not to deserve an alert, for a while.

use axum::{
    extract::State,
    http::{Method, StatusCode},
};
use jiff::Timestamp;
use serde::Serialize;
use shared::alerting::{AlertKind, Network, SuppressionScope};

use super::{
    extract::{Caller, Json, Path},
    fields::Fields,
    problem::Problem,
    routes::Routes,
};
use crate::{alerts::StoredSuppression, service::Service};

/// Number of alerts that a preview names.
const NAMED: usize = 20;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(Method::GET, "/api/v1/suppressions", list)
        .add(Method::POST, "/api/v1/suppressions", create)
        .add(Method::POST, "/api/v1/suppressions/preview", preview)
        .add(Method::DELETE, "/api/v1/suppressions/{id}", delete)
}

#[derive(Debug, Serialize)]
struct SuppressionBody {
    id: String,
    #[serde(flatten)]
    scope: ScopeBody,
    reason: String,
    author: String,
    created: Timestamp,
    expires: Timestamp,
    /// The number of events that it has kept from raising an alert.
    hidden: u64,
}

/// The conditions of a suppression, all of which an event meets.
#[derive(Debug, Serialize)]
struct ScopeBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    department: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<AlertKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<Network>,
}

#[derive(Debug, Serialize)]
struct SuppressionsAnswer {
    suppressions: Vec<SuppressionBody>,
}

/// What a suppression would have hidden among the alerts of the last 30 days.
#[derive(Debug, Serialize)]
struct PreviewBody {
    /// The number of alerts that were looked at.
    alerts: usize,
    /// The number of those that it would have hidden.
    hidden: usize,
    /// The ids of the latest of them.
    examples: Vec<String>,
}

impl From<StoredSuppression> for SuppressionBody {
    fn from(StoredSuppression { id, suppression, hidden }: StoredSuppression) -> Self {
        let SuppressionScope { user, department, role, kind, feature, network } = suppression.scope;
        let scope = ScopeBody { user_id: user.map(Into::into), department, role, kind, feature, network };
        let (reason, author) = (suppression.reason, suppression.author);
        Self { id, scope, reason, author, created: suppression.created, expires: suppression.expires, hidden }
    }
}

/// Lists the suppressions, the one that was made last first.
async fn list(Caller(actor): Caller, State(service): State<Service>) -> Result<Json<SuppressionsAnswer>, Problem> {
    let suppressions = service.suppressions(&actor).await?;
    Ok(Json(SuppressionsAnswer { suppressions: suppressions.into_iter().map(Into::into).collect() }))
}

/// Makes a suppression.
async fn create(
    Caller(actor): Caller,
    State(service): State<Service>,
    mut body: Fields,
) -> Result<(StatusCode, Json<SuppressionBody>), Problem> {
    actor.require(app::actor::Scope::Triage)?;
    let scope = scope(&mut body);
    let (reason, expires) = (body.required("reason"), body.required("expires"));
    let (reason, expires) = body.checked(reason.zip(expires))?;
    let stored = service.add_suppression(&actor, scope, reason, expires).await.map_err(Problem::of_fields)?;
    Ok((StatusCode::CREATED, Json(stored.into())))
}

/// Tells what a suppression would have hidden, without making it.
async fn preview(
    Caller(actor): Caller,
    State(service): State<Service>,
    mut body: Fields,
) -> Result<Json<PreviewBody>, Problem> {
    let scope = scope(&mut body);
    for name in ["reason", "expires"] {
        body.optional::<String>(name);
    }
    body.checked(Some(()))?;
    let preview = service.preview_suppression(&actor, &scope).await?;
    let examples = preview.hidden.iter().take(NAMED).map(ToString::to_string).collect();
    Ok(Json(PreviewBody { alerts: preview.alerts, hidden: preview.hidden.len(), examples }))
}

/// Ends a suppression.
async fn delete(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    service.delete_suppression(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn scope(body: &mut Fields) -> SuppressionScope {
    SuppressionScope {
        user: body.optional("user_id"),
        department: body.optional("department"),
        role: body.optional("role"),
        kind: body.optional("kind"),
        feature: body.optional("feature"),
        network: body.optional("network"),
    }
}

//! `/api/v1/alerts`: the queue of alerts, and what each rests on.

use axum::{
    extract::State,
    http::{Method, StatusCode},
    response::IntoResponse,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use shared::{
    alerting::{AlertKind, AlertState},
    event::{EventKey, InvalidUserId},
    severity::Severity,
};

use super::{
    alert_bodies::{AlertBody, AlertDetailsBody, etag},
    extract::{Caller, Json, Path, Query},
    problem::{FieldProblem, Problem},
    routes::Routes,
    types::ExplainedPrediction,
};
use crate::{
    alerts::{AlertId, InvalidAlertId, StateBefore},
    service::Service,
    store::AlertFilter,
};

/// Number of alerts in a list unless the request says otherwise.
const DEFAULT_LIMIT: usize = 50;
/// Largest number of alerts in a list.
const MAX_LIMIT: usize = 500;

pub(super) fn routes() -> Routes {
    Routes::default().add(Method::GET, "/api/v1/alerts", list).add(Method::GET, "/api/v1/alerts/{id}", show).add(
        Method::GET,
        "/api/v1/alerts/{id}/evidence",
        show_evidence,
    )
}

#[derive(Debug, Deserialize)]
struct AlertsQuery {
    user_id: Option<String>,
    state: Option<String>,
    kind: Option<String>,
    /// The least severity.
    severity: Option<String>,
    assignee: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Debug, Serialize)]
struct AlertsAnswer {
    alerts: Vec<AlertBody>,
    /// What `cursor` is to be for the next part of the list; missing at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What an alert rests on: the event with the explanation of its score, and what it was scored against.
#[derive(Debug, Serialize)]
struct EvidenceAnswer {
    alert: AlertDetailsBody,
    prediction: ExplainedPrediction,
    /// The user's profile before the event, as `shared::profile` stores it, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
    /// The part of the population that mattered to the event, as `shared::population` stores it, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    population: Option<String>,
}

/// Lists alerts, the one that was raised last first.
async fn list(
    Caller(actor): Caller,
    State(service): State<Service>,
    Query(query): Query<AlertsQuery>,
) -> Result<Json<AlertsAnswer>, Problem> {
    let (filter, after, limit) = query.read().map_err(|faults| Problem::of_faults(&faults))?;
    let page = service.alerts(&actor, &filter, after, limit).await?;
    let alerts = page.alerts.iter().map(AlertBody::of).collect::<Result<_, _>>()?;
    Ok(Json(AlertsAnswer { alerts, next: page.next.map(|id| id.to_string()) }))
}

/// Shows one alert with its history.
async fn show(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let alert = service.alert(&actor, alert_id(&id)?).await?;
    Ok((etag(&alert), Json(AlertDetailsBody::of(&alert)?)))
}

/// Shows what an alert rests on.
async fn show_evidence(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<Json<EvidenceAnswer>, Problem> {
    let id = alert_id(&id)?;
    let alert = service.alert(&actor, id).await?;
    let before = service.state_before_alert(&actor, id).await?;
    let scored = alert.event.unpack().map_err(|_| shared::error::Error::Internal)?;
    let (scored, explanation) = service.event(&actor, EventKey::of(&scored.event)).await?;
    let (profile, population) = before.map(|StateBefore { profile, population }| (profile, population)).unzip();
    let in_base64 = |bytes: Vec<u8>| BASE64_STANDARD.encode(bytes);
    Ok(Json(EvidenceAnswer {
        alert: AlertDetailsBody::of(&alert)?,
        prediction: ExplainedPrediction::of(scored.prediction(), Some(explanation), Vec::new()),
        profile: profile.map(in_base64),
        population: population.map(in_base64),
    }))
}

/// Reads the id of an alert in a path. What is no id is that of no alert.
pub(super) fn alert_id(id: &str) -> Result<AlertId, Problem> {
    let not_found = |error: InvalidAlertId| Problem::new(StatusCode::NOT_FOUND, format!("the id {error}"));
    id.parse().map_err(not_found)
}

impl AlertsQuery {
    fn read(self) -> Result<(AlertFilter, Option<AlertId>, usize), Vec<FieldProblem>> {
        let mut faults = Vec::new();
        let mut refuse = |detail: String| faults.push(FieldProblem::new("", detail));
        let user = self
            .user_id
            .and_then(|user| user.parse().map_err(|error: InvalidUserId| refuse(format!("user_id {error}"))).ok());
        let state = self.state.and_then(|state| {
            let known = AlertState::NAMES.into_iter().find(|known| *known == state);
            known.or_else(|| {
                refuse(format!("state must be one of {}", AlertState::NAMES.join(", ")));
                None
            })
        });
        let kind: Option<AlertKind> = self.kind.and_then(|kind| {
            kind.parse()
                .map_err(|_| refuse("kind is no kind of alert, such as identity or bulk_activity".to_owned()))
                .ok()
        });
        let severity: Option<Severity> = self.severity.and_then(|severity| {
            severity.parse().map_err(|_| refuse("severity must be low, medium, high or critical".to_owned())).ok()
        });
        let after = self
            .cursor
            .and_then(|cursor| cursor.parse().map_err(|error: InvalidAlertId| refuse(format!("cursor {error}"))).ok());
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            refuse(format!("limit is {limit}, must be 1 to {MAX_LIMIT}"));
        }
        let filter = AlertFilter { user, state, kind, severity, assignee: self.assignee };
        if faults.is_empty() { Ok((filter, after, limit)) } else { Err(faults) }
    }
}

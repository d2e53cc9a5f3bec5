//! What people do about alerts: `PATCH /api/v1/alerts/{id}` and `POST /api/v1/alerts/bulk`.

use app::actor::KeyScope;
use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode, header::IF_MATCH},
    response::IntoResponse,
};
use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    alerting::{Act, AlertState, Verdict},
    error::Error,
};

use super::{
    alert_bodies::{AlertBody, AlertDetailsBody, etag},
    alerts::alert_id,
    extract::{Caller, Json, Path},
    fields::Fields,
    operation::{JSON, Operation},
    problem::Problem,
    routes::Routes,
};
use crate::service::Service;

/// Largest number of alerts that one request acts on.
const MOST_ALERTS: usize = 500;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(Method::PATCH, "/api/v1/alerts/{id}", act)
        .told(
            told("Does things about an alert as it was read, all of them or none.")
                .in_path("id", "The id of the alert", "7-identity")
                .required_header("If-Match", "The `ETag` of the alert as it was read, or `*`", "*")
                .takes::<Value>(&[(JSON, json!({"note": "seen"}))])
                .answers_in(StatusCode::OK, "The alert", &[JSON]),
        )
        .add(Method::POST, "/api/v1/alerts/bulk", act_on_many)
        .told(
            told("Does things about many alerts.")
                .takes::<Value>(&[(JSON, json!({"ids": ["7-identity"], "note": "seen"}))])
                .answers_in(StatusCode::OK, "What became of each", &[JSON]),
        )
}

fn told(sentence: &'static str) -> Operation {
    Operation::new("Alerts", sentence).needs(KeyScope::Manage)
}

/// What became of one of many alerts.
#[derive(Debug, Serialize)]
struct ResultBody {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<AlertBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Problem>,
}

#[derive(Debug, Serialize)]
struct BulkAnswer {
    results: Vec<ResultBody>,
    changed: usize,
}

/// Does things about an alert as it was read, all of them or none.
async fn act(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<String>,
    headers: HeaderMap,
    mut body: Fields,
) -> Result<impl IntoResponse, Problem> {
    actor.require(app::actor::Scope::Triage)?;
    let id = alert_id(&id)?;
    let version = version(&headers)?;
    let acts = acts(&mut body);
    let alert =
        service.act_on_alert(&actor, id, body.checked(Some(acts))?, version).await.map_err(Problem::of_fields)?;
    Ok((etag(&alert), Json(AlertDetailsBody::of(&alert)?)))
}

/// Does the same things about many alerts, each as it is.
async fn act_on_many(
    Caller(actor): Caller,
    State(service): State<Service>,
    mut body: Fields,
) -> Result<Json<BulkAnswer>, Problem> {
    actor.require(app::actor::Scope::Triage)?;
    let ids: Option<Vec<String>> = body.required("ids");
    if let Some(wrong) = ids.as_ref().map(Vec::len).filter(|number| !(1..=MOST_ALERTS).contains(number)) {
        body.refuse("ids", format!("ids has {wrong} ids, must have 1 to {MOST_ALERTS}"));
    }
    let acts = acts(&mut body);
    let ids = body.checked(ids)?;
    let mut results = Vec::with_capacity(ids.len());
    for id in ids {
        let result = match alert_id(&id) {
            Ok(alert) => service.act_on_alert(&actor, alert, acts.clone(), None).await.map_err(Problem::of_fields),
            Err(problem) => Err(problem),
        };
        let result = result.and_then(|alert| AlertBody::of(&alert).map_err(Problem::from));
        let (alert, error) = result.map_or_else(|error| (None, Some(error)), |alert| (Some(alert), None));
        results.push(ResultBody { id, alert, error });
    }
    let changed = results.iter().filter(|result| result.alert.is_some()).count();
    Ok(Json(BulkAnswer { results, changed }))
}

/// Takes what is to be done from a body: the state with its verdict, the assignee, and a note.
fn acts(body: &mut Fields) -> Vec<Act> {
    let (state, verdict) = (body.optional::<String>("state"), body.optional::<Verdict>("verdict"));
    let state = match (state.as_deref(), verdict) {
        (None, None) => None,
        (None | Some("closed"), Some(verdict)) => Some(AlertState::Closed(verdict)),
        (Some("closed"), None) => {
            body.refuse("verdict", "verdict is missing: true_positive, benign or expected");
            None
        }
        (Some(_), Some(_)) => {
            body.refuse("verdict", "verdict goes with the state closed");
            None
        }
        (Some("open"), None) => Some(AlertState::Open),
        (Some("acknowledged"), None) => Some(AlertState::Acknowledged),
        (Some("in_progress"), None) => Some(AlertState::InProgress),
        (Some(_), None) => {
            body.refuse("state", "state must be open, acknowledged, in_progress or closed");
            None
        }
    };
    let assignee = body.optional::<String>("assignee").map(|name| Some(name).filter(|name| !name.is_empty()));
    let note = body.optional::<String>("note");
    let acts = state.map(Act::Move).into_iter().chain(assignee.map(Act::Assign)).chain(note.map(Act::Note));
    let acts: Vec<Act> = acts.collect();
    if acts.is_empty() {
        body.refuse("", "nothing is to be done: give state, verdict, assignee or note");
    }
    acts
}

/// Returns the version of the alert that the request is about; none where it is about any.
///
/// # Errors
///
/// Fails with status 428 without the header `If-Match`, and with 412 if it cannot be the tag of an alert.
fn version(headers: &HeaderMap) -> Result<Option<usize>, Problem> {
    let Some(tag) = headers.get(IF_MATCH) else {
        let detail = "send If-Match with the ETag of the alert as you read it, or *";
        return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, detail));
    };
    let tag = tag.to_str().unwrap_or_default().trim();
    if tag == "*" {
        return Ok(None);
    }
    let version = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).and_then(|tag| tag.parse().ok());
    let unknown = || Error::Changed("If-Match is no tag of this alert: read it again".to_owned());
    Ok(Some(version.ok_or_else(unknown)?))
}

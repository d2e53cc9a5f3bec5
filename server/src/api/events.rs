//! `/api/v1/events`: stored events, with the explanations of their scores.

use axum::{
    extract::State,
    http::{Method, StatusCode},
};
use jiff::Timestamp;
use serde::Deserialize;
use shared::event::{EventKey, InvalidUserId};

use super::{
    extract::{Caller, Json, Path, Query},
    problem::Problem,
    routes::Routes,
    types::{ExplainedPrediction, PredictAnswer},
};
use crate::service::Service;

pub(super) fn routes() -> Routes {
    Routes::default().add(Method::GET, "/api/v1/events/{id}", show)
}

/// Where the event is stored: both are in its prediction.
#[derive(Debug, Deserialize)]
struct Place {
    user_id: String,
    timestamp: Timestamp,
}

/// Shows one event, and explains its score again.
async fn show(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<String>,
    Query(Place { user_id, timestamp }): Query<Place>,
) -> Result<Json<PredictAnswer>, Problem> {
    let user =
        user_id.parse().map_err(|error: InvalidUserId| Problem::new(StatusCode::BAD_REQUEST, error.to_string()))?;
    let key = EventKey { user, time_ms: timestamp.as_millisecond(), id };
    let (scored, explanation) = service.event(&actor, key).await?;
    let prediction = ExplainedPrediction::of(scored.prediction(), Some(explanation), Vec::new());
    Ok(Json(PredictAnswer { success: true, prediction }))
}

//! `/api/model`: the model in force.

use axum::{extract::State, http::Method};
use lab::model_card::ModelCard;
use serde::Serialize;

use super::{
    extract::{Caller, Json},
    problem::Problem,
    routes::Routes,
};
use crate::service::Service;

pub(super) fn routes() -> Routes {
    Routes::default().add(Method::GET, "/api/model", show)
}

#[derive(Debug, Serialize)]
struct ModelAnswer {
    success: bool,
    model: ModelBody,
}

#[derive(Debug, Serialize)]
struct ModelBody {
    algorithm: &'static str,
    /// Score from which on an event is an anomaly now.
    threshold: f64,
    #[serde(flatten)]
    card: ModelCard,
}

/// Shows the model in force and the threshold.
async fn show(Caller(actor): Caller, State(service): State<Service>) -> Result<Json<ModelAnswer>, Problem> {
    let (card, threshold) = service.model_card(&actor)?;
    let algorithm = if card.forest.is_some() { "random forest and likelihood ratios" } else { "likelihood ratios" };
    Ok(Json(ModelAnswer { success: true, model: ModelBody { algorithm, threshold, card } }))
}

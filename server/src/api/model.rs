//! `/api/model`: the model in force.

use app::actor::KeyScope;
use axum::{
    extract::State,
    http::{Method, StatusCode},
};
use lab::model_card::ModelCard;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    extract::{Caller, Json},
    operation::Operation,
    problem::Problem,
    routes::Routes,
};
use crate::service::Service;

pub(super) fn routes() -> Routes {
    let told = Operation::new("Model", "Shows the model in force and the threshold.")
        .needs(KeyScope::Read)
        .answers::<ModelAnswer>(StatusCode::OK, "The model");
    Routes::default().add(Method::GET, "/api/model", show).told(told)
}

#[derive(Debug, Serialize, ToSchema)]
struct ModelAnswer {
    success: bool,
    model: ModelBody,
}

#[derive(Debug, Serialize, ToSchema)]
struct ModelBody {
    algorithm: &'static str,
    /// Score from which on an event is an anomaly now.
    threshold: f64,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    card: ModelCard,
}

/// Shows the model in force and the threshold.
async fn show(Caller(actor): Caller, State(service): State<Service>) -> Result<Json<ModelAnswer>, Problem> {
    let (card, threshold) = service.model_card(&actor)?;
    let algorithm = if card.forest.is_some() { "random forest and likelihood ratios" } else { "likelihood ratios" };
    Ok(Json(ModelAnswer { success: true, model: ModelBody { algorithm, threshold, card } }))
}

//! `/health`, `/livez`, `/readyz`: the state of the service.

use axum::{
    extract::State,
    http::{Method, StatusCode},
};
use serde::Serialize;
use shared::error::Error;
use utoipa::ToSchema;

use super::{extract::Json, operation::Operation, routes::Routes};
use crate::service::Service;

pub(super) fn routes() -> Routes {
    let told = |sentence| {
        let told = Operation::new("Health", sentence).answers::<Health>(StatusCode::OK, "It is fine");
        told.answers::<Health>(StatusCode::SERVICE_UNAVAILABLE, "It is not, as the reason says")
    };
    Routes::default()
        .add(Method::GET, "/health", health)
        .told(told("Tells whether the database is sound and answers, and events are taken."))
        .add(Method::GET, "/readyz", readiness)
        .told(told("Tells whether the database answers and events are taken."))
        .add(Method::GET, "/livez", alive)
        .told(Operation::new("Health", "Answers as long as the process does.").answers_nothing("It runs"))
}

#[derive(Debug, Serialize, ToSchema)]
struct Health {
    status: &'static str,
    database: &'static str,
    model: &'static str,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Answers 503 unless the database is sound and answers, and events are taken.
async fn health(State(service): State<Service>) -> (StatusCode, Json<Health>) {
    let readiness = service.check().await;
    report(readiness.and_then(|()| service.check_soundness()))
}

/// Answers 503 unless the database answers and events are taken.
async fn readiness(State(service): State<Service>) -> (StatusCode, Json<Health>) {
    report(service.check().await)
}

/// Answers as long as the process does.
async fn alive() -> StatusCode {
    StatusCode::NO_CONTENT
}

fn report(state: Result<(), Error>) -> (StatusCode, Json<Health>) {
    let (status, code, database) = match &state {
        Ok(()) => ("healthy", StatusCode::OK, "ok"),
        Err(_) => ("degraded", StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    };
    let reason = state.err().map(|reason| reason.to_string());
    (code, Json(Health { status, database, model: "ok", reason })) // the server does not start without a model
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_without_its_database_is_degraded_and_says_why() {
        let (status, Json(health)) = report(Err(Error::Unavailable("the disk is full".to_owned())));
        assert_eq!((status, health.status), (StatusCode::SERVICE_UNAVAILABLE, "degraded"));
        assert_eq!(health.reason.as_deref(), Some("the disk is full"));
    }
}

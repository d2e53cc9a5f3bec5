//! `/health`, `/livez`, `/readyz`: the state of the service.

use axum::{Router, extract::State, http::StatusCode, routing::get};
use serde::Serialize;

use super::extract::Json;
use crate::{app_state::AppState, service::Service};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/health", get(health)).route("/readyz", get(health)).route("/livez", get(alive))
}

#[derive(Debug, Serialize)]
struct Health {
    status: &'static str,
    database: &'static str,
    model: &'static str,
}

/// Answers 503 unless the database answers and events are taken.
async fn health(State(service): State<Service>) -> (StatusCode, Json<Health>) {
    report(service.check().await.is_ok())
}

/// Answers as long as the process does.
async fn alive() -> StatusCode {
    StatusCode::NO_CONTENT
}

fn report(database_answers: bool) -> (StatusCode, Json<Health>) {
    const MODEL: &str = "ok"; // the server does not start without one
    if database_answers {
        (StatusCode::OK, Json(Health { status: "healthy", database: "ok", model: MODEL }))
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "degraded", database: "unavailable", model: MODEL }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_without_its_database_is_degraded() {
        let (status, Json(health)) = report(false);
        assert_eq!((status, health.status), (StatusCode::SERVICE_UNAVAILABLE, "degraded"));
    }
}

//! `/health`: whether the service can do its work.

use std::sync::Arc;

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use serde::Serialize;

use crate::{
    AppState,
    store::{Store, StoreError},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/health", get(health))
}

#[derive(Debug, Serialize)]
struct Health {
    status: &'static str,
    database: &'static str,
}

/// Asks the database, and answers 503 where it does not work.
async fn health(State(store): State<Arc<Store>>) -> (StatusCode, Json<Health>) {
    report(store.check().await)
}

fn report(database: Result<(), StoreError>) -> (StatusCode, Json<Health>) {
    match database {
        Ok(()) => (StatusCode::OK, Json(Health { status: "healthy", database: "ok" })),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "degraded", database: "unavailable" }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_without_its_database_is_degraded() {
        let (status, Json(health)) = report(Err(StoreError::Locked("instance".into())));
        assert_eq!((status, health.status), (StatusCode::SERVICE_UNAVAILABLE, "degraded"));
    }
}

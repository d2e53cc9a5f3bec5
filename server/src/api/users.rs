//! `/api/v1/users`: users by risk, and one user in full.

use app::{backend::Backend as _, page_types::Order};
use axum::{extract::State, http::Method};
use serde::Deserialize;

use super::{
    extract::{Caller, Json, Path, Query},
    problem::Problem,
    routes::Routes,
    types::{UserBody, UsersAnswer},
};
use crate::service::Service;

/// Number of users in a list unless the request says otherwise.
const DEFAULT_LIMIT: usize = 50;
/// Largest number of users in a list.
const MAX_LIMIT: usize = 1000;

pub(super) fn routes() -> Routes {
    Routes::default().add(Method::GET, "/api/v1/users", list).add(Method::GET, "/api/v1/users/{id}", show)
}

#[derive(Debug, Deserialize)]
struct ListParameters {
    limit: Option<usize>,
    #[serde(default)]
    order: OrderParameter,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OrderParameter {
    #[default]
    Risk,
    Gain,
}

impl From<OrderParameter> for Order {
    fn from(order: OrderParameter) -> Self {
        match order {
            OrderParameter::Risk => Self::Risk,
            OrderParameter::Gain => Self::Gain,
        }
    }
}

/// Lists users: those at the highest risk first, or those whose risk has risen most.
async fn list(
    Caller(actor): Caller,
    State(service): State<Service>,
    Query(ListParameters { limit, order }): Query<ListParameters>,
) -> Result<Json<UsersAnswer>, Problem> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
    let users = service.riskiest(&actor, order.into(), limit).await?;
    Ok(Json(UsersAnswer { users: users.into_iter().map(Into::into).collect() }))
}

/// Shows one user.
async fn show(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<Json<UserBody>, Problem> {
    Ok(Json(service.user(&actor, &id).await?.into()))
}

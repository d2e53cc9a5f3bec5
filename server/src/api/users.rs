//! `/api/v1/users`: users by risk, one user in full, and erasing a user.

use app::{actor::KeyScope, backend::Backend as _, page_types::Order};
use axum::{
    extract::State,
    http::{Method, StatusCode},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    events::{EventsAnswer, Part},
    extract::{Caller, Json, Path, Query},
    opaque::Opaque,
    operation::Operation,
    problem::Problem,
    routes::Routes,
    types::{UserBody, UserSummaryBody},
};
use crate::{
    event_filter::EventFilter,
    service::{Service, UserPage, UserPlace},
};

/// Number of users in a list unless the request says otherwise.
const DEFAULT_LIMIT: usize = 50;
/// Largest number of users in a list.
const MAX_LIMIT: usize = 1000;

pub(super) fn routes() -> Routes {
    let of_user = |scope, sentence| told(scope, sentence).in_path("id", "The id of the user", "ann");
    Routes::default()
        .add(Method::GET, "/api/v1/users", list)
        .told(
            told(
                KeyScope::Read,
                "Lists users: those at the highest risk first, or those whose risk has risen most in 7 days.",
            )
            .query::<UserListParameters>()
            .answers::<UsersAnswer>(StatusCode::OK, "A part of the list"),
        )
        .add(Method::GET, "/api/v1/users/{id}", show)
        .told(of_user(KeyScope::Read, "Shows one user.").answers::<UserBody>(StatusCode::OK, "The user"))
        .add(Method::DELETE, "/api/v1/users/{id}", erase)
        .told(
            of_user(KeyScope::Manage, "Erases a user: the profile, the risk, the events, and the name in notices.")
                .answers::<ErasedAnswer>(StatusCode::OK, "What was erased"),
        )
        .add(Method::GET, "/api/v1/users/{id}/timeline", timeline)
        .told(
            of_user(KeyScope::Read, "Lists the events of a user, the newest first.")
                .query::<Part>()
                .answers::<EventsAnswer>(StatusCode::OK, "A part of the list"),
        )
        .add(Method::GET, "/api/v1/users/{id}/peers", peers)
        .told(
            of_user(KeyScope::Read, "Lists those whom a user is compared with, those at the highest risk first.")
                .query::<PeersParameters>()
                .answers::<UsersAnswer>(StatusCode::OK, "A part of the list"),
        )
}

fn told(scope: KeyScope, sentence: &'static str) -> Operation {
    Operation::new("Users", sentence).needs(scope)
}

/// The place in a list of users where its next part begins: the moment in nanoseconds, the rank and the user.
type Cursor = Opaque<(i128, f64, String)>;

#[derive(Debug, Deserialize, IntoParams)]
struct UserListParameters {
    /// The largest number of users; 50 unless it is said.
    #[param(minimum = 1, maximum = 1000, example = 5)]
    limit: Option<usize>,
    /// By risk, unless it is said.
    #[serde(default)]
    #[param(inline)]
    order: OrderParameter,
    /// The `next_cursor` of the part before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

#[derive(Debug, Deserialize, IntoParams)]
struct PeersParameters {
    /// The largest number of users; 50 unless it is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// The `next_cursor` of the part before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// A part of a list of users.
#[derive(Debug, Serialize, ToSchema)]
struct UsersAnswer {
    users: Vec<UserSummaryBody>,
    /// Where the list goes on; none where it ends.
    #[schema(value_type = Option<String>)]
    next_cursor: Option<Cursor>,
}

impl From<UserPage> for UsersAnswer {
    fn from(UserPage { users, next }: UserPage) -> Self {
        let cursor =
            |UserPlace { moment, rank, user }: UserPlace| Opaque((moment.as_nanosecond(), rank, user.to_string()));
        Self { users: users.into_iter().map(Into::into).collect(), next_cursor: next.map(cursor) }
    }
}

/// What was erased of a user.
#[derive(Debug, Serialize, ToSchema)]
struct ErasedAnswer {
    erased_events: u64,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
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

/// Lists users: those at the highest risk first, or those whose risk has risen most in 7 days.
async fn list(
    Caller(actor): Caller,
    State(service): State<Service>,
    Query(UserListParameters { limit, order, cursor }): Query<UserListParameters>,
) -> Result<Json<UsersAnswer>, Problem> {
    let after = cursor.map(place_of).transpose()?;
    Ok(Json(service.users(&actor, order.into(), after, bounded(limit)).await?.into()))
}

/// Shows one user.
async fn show(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<Json<UserBody>, Problem> {
    Ok(Json(service.user(&actor, &id).await?.into()))
}

/// Erases a user and everything that is stored of the user.
async fn erase(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<Json<ErasedAnswer>, Problem> {
    Ok(Json(ErasedAnswer { erased_events: service.erase_user(&actor, &id).await? }))
}

/// Lists the events of a user, the newest first.
async fn timeline(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<String>,
    Query(part): Query<Part>,
) -> Result<Json<EventsAnswer>, Problem> {
    let (before, limit) = part.bounds();
    let filter = EventFilter { before, ..EventFilter::default() };
    Ok(Json(service.timeline(&actor, &id, filter, limit).await?.into()))
}

/// Lists those whom a user is compared with, those at the highest risk first.
async fn peers(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<String>,
    Query(PeersParameters { limit, cursor }): Query<PeersParameters>,
) -> Result<Json<UsersAnswer>, Problem> {
    let after = cursor.map(place_of).transpose()?;
    Ok(Json(service.peers(&actor, &id, after, bounded(limit)).await?.into()))
}

fn bounded(limit: Option<usize>) -> usize {
    limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
}

fn place_of(Opaque((nanosecond, rank, user)): Cursor) -> Result<UserPlace, Problem> {
    let moment = Timestamp::from_nanosecond(nanosecond).ok();
    let place = moment.zip(user.parse().ok()).map(|(moment, user)| UserPlace { moment, rank, user });
    place.ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "the cursor is none that an answer has brought"))
}

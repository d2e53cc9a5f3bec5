//! `/api/v1/keys`: the API keys of programs.

use app::actor::KeyScope;
use axum::{
    extract::State,
    http::{Method, StatusCode},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::{
    extract::{Caller, Json, Path, Query},
    fields::Fields,
    operation::Operation,
    problem::Problem,
    routes::Routes,
    schemas::ScopeName,
};
use crate::{
    auth::{ApiKey, NewApiKey},
    service::Service,
};

/// Hours for which a secret is taken after a rotation unless the request says otherwise.
const DEFAULT_OVERLAP_HOURS: u16 = 24;
/// Largest number of those hours.
const MAX_OVERLAP_HOURS: u16 = 30 * 24;

pub(super) fn routes() -> Routes {
    let of_key = |sentence| told(sentence).in_path("id", "The id of the key", "4kTq0aZx");
    Routes::default()
        .add(Method::GET, "/api/v1/keys", list)
        .told(told("Lists the keys.").answers::<KeysAnswer>(StatusCode::OK, "The keys, without their secrets"))
        .add(Method::POST, "/api/v1/keys", create)
        .told(
            told("Makes a key, which has no scope that its maker lacks.")
                .takes::<NewKeyBody>(&[("application/json", json!({"name": "deploy-2", "scopes": ["manage"]}))])
                .answers::<SecretAnswer>(StatusCode::CREATED, "The key with its secret, which nobody can read again"),
        )
        .add(Method::DELETE, "/api/v1/keys/{id}", revoke)
        .told(of_key("Ends a key.").answers_nothing("It is ended"))
        .add(Method::POST, "/api/v1/keys/{id}/rotate", rotate)
        .told(
            of_key("Gives a key another secret.")
                .query::<RotationParameters>()
                .answers::<SecretAnswer>(StatusCode::OK, "The key with its new secret"),
        )
}

fn told(sentence: &'static str) -> Operation {
    Operation::new("Keys", sentence).needs(KeyScope::Manage)
}

/// The body of a new key, as it is told.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the fields are read one by one")]
struct NewKeyBody {
    name: String,
    scopes: Vec<ScopeName>,
    /// Never unless it is said.
    expires: Option<Timestamp>,
}

/// A key without its secret.
#[derive(Debug, Serialize, ToSchema)]
struct KeyBody {
    id: String,
    name: String,
    #[schema(value_type = Vec<ScopeName>)]
    scopes: Vec<KeyScope>,
    created: Timestamp,
    expires: Option<Timestamp>,
    last_used: Option<Timestamp>,
}

impl From<ApiKey> for KeyBody {
    fn from(key: ApiKey) -> Self {
        let ApiKey { id, name, scopes, created, expires, last_used, .. } = key;
        Self { id, name, scopes, created, expires, last_used }
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct KeysAnswer {
    keys: Vec<KeyBody>,
}

/// A key with its secret, which nobody can read again.
#[derive(Debug, Serialize, ToSchema)]
struct SecretAnswer {
    #[serde(flatten)]
    key: KeyBody,
    secret: String,
}

impl From<(ApiKey, String)> for SecretAnswer {
    fn from((key, secret): (ApiKey, String)) -> Self {
        Self { key: key.into(), secret }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
struct RotationParameters {
    /// The number of hours for which the old secret is taken, too; 24 unless it is said.
    #[param(maximum = 720, example = 1)]
    overlap_hours: Option<u16>,
}

/// Lists the keys.
async fn list(Caller(actor): Caller, State(service): State<Service>) -> Result<Json<KeysAnswer>, Problem> {
    let keys = service.authenticator().keys().list(&actor)?;
    Ok(Json(KeysAnswer { keys: keys.into_iter().map(Into::into).collect() }))
}

/// Makes a key.
async fn create(
    Caller(actor): Caller,
    State(service): State<Service>,
    mut body: Fields,
) -> Result<(StatusCode, Json<SecretAnswer>), Problem> {
    let named = body.required("name").zip(body.required("scopes"));
    let expires = body.optional("expires");
    let (name, scopes) = body.checked(named)?;
    let new = NewApiKey { name, scopes, expires };
    let created = service.authenticator().keys().create(&actor, new, Timestamp::now()).await;
    Ok((StatusCode::CREATED, Json(created.map_err(Problem::of_fields)?.into())))
}

/// Gives a key another secret.
async fn rotate(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<String>,
    Query(RotationParameters { overlap_hours }): Query<RotationParameters>,
) -> Result<Json<SecretAnswer>, Problem> {
    let hours = overlap_hours.unwrap_or(DEFAULT_OVERLAP_HOURS).min(MAX_OVERLAP_HOURS);
    let overlap = SignedDuration::from_hours(hours.into());
    Ok(Json(service.authenticator().keys().rotate(&actor, &id, overlap, Timestamp::now()).await?.into()))
}

/// Ends a key.
async fn revoke(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    service.authenticator().keys().revoke(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

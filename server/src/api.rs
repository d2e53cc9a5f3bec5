//! The REST API, one resource a file. Its types are its own: neither a page nor a stored row is part of it.

mod accounts;
mod alert_acts;
mod alert_bodies;
mod alert_stream;
mod alerting;
mod alerts;
mod audit;
mod batch_request;
mod body_reader;
mod channels;
mod content_encoding;
mod documentation;
mod event_bodies;
mod event_stream;
mod events;
mod extract;
mod fields;
mod file_body;
mod health;
mod imports;
mod json_fault;
mod keys;
mod metrics;
mod model;
mod notices;
mod opaque;
mod openapi;
mod operation;
mod predict;
mod problem;
mod prometheus;
mod routes;
mod schemas;
mod statistics;
mod suppressions;
mod types;
mod users;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{Method, StatusCode, Uri, header::CONTENT_TYPE},
    middleware::{from_fn, from_fn_with_state, map_response},
    response::{IntoResponse as _, Response},
    routing::any,
};
use shared::error::Error;

pub(crate) use self::problem::refusal;

use self::{
    problem::Problem,
    routes::{Routes, Told},
};
use crate::{
    app_state::AppState,
    limits::{self, BodyMemory},
};

/// What is said of a body that is too large.
const TOO_LARGE: &str = "the body is too large: send several batches, or use `uba import`";

/// Returns the router of every resource. Whatever fails below `/api` is answered with a [`Problem`].
pub(crate) fn routes(memory: BodyMemory) -> Router<AppState> {
    let bounded = resources()
        .into_router()
        .layer(DefaultBodyLimit::disable()) // the layers of `limits` see to it
        .route("/api", any(no_resource))
        .route("/api/", any(no_resource))
        .route("/api/{*path}", any(no_resource))
        .layer(limits::layers())
        .layer(from_fn_with_state(memory, limits::bound_body));
    streams()
        .into_router()
        .layer(limits::stream_layer())
        .merge(bounded)
        .method_not_allowed_fallback(wrong_method)
        .layer(map_response(beyond_limits))
        .layer(from_fn(problem::render))
}

/// Returns the method and the path of every route.
pub(crate) fn listed() -> Vec<(Method, &'static str)> {
    resources().merge(streams()).into_list()
}

/// Returns what is told about every route.
fn told() -> Vec<Told> {
    resources().merge(streams()).into_told()
}

/// Returns the routes whose bodies are taken while they come.
fn streams() -> Routes {
    event_stream::routes().merge(imports::uploads())
}

fn resources() -> Routes {
    Routes::default()
        .merge(health::routes())
        .merge(predict::routes())
        .merge(model::routes())
        .merge(statistics::routes())
        .merge(metrics::routes())
        .merge(prometheus::routes())
        .merge(users::routes())
        .merge(events::routes())
        .merge(imports::routes())
        .merge(notices::routes())
        .merge(alerts::routes())
        .merge(alert_acts::routes())
        .merge(alert_stream::routes())
        .merge(alerting::routes())
        .merge(suppressions::routes())
        .merge(channels::routes())
        .merge(keys::routes())
        .merge(accounts::routes())
        .merge(audit::routes())
        .merge(openapi::routes())
}

async fn no_resource(uri: Uri) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("{} is no resource of this API", uri.path()))
}

async fn wrong_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this resource has other methods: see the header Allow")
}

/// Turns the answer of a layer of [`limits`], which is a status without a body, into a [`Problem`] with a sentence.
async fn beyond_limits(response: Response) -> Response {
    let is_told = response.extensions().get::<Problem>().is_some();
    if response.status() == StatusCode::UNAUTHORIZED && !is_told {
        return Problem::from(Error::Unauthenticated).into_response();
    }
    let detail = match response.status() {
        _ if is_told => return response,
        StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE,
        StatusCode::SERVICE_UNAVAILABLE if !response.headers().contains_key(CONTENT_TYPE) => {
            "too many large bodies are under way: send it again in a moment"
        }
        StatusCode::REQUEST_TIMEOUT => "the request took too long: send it again, or less at a time",
        _ => return response,
    };
    Problem::new(response.status(), detail).into_response()
}

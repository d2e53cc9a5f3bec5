//! What handlers take from a request. Whatever is wrong with it is answered with a [`Problem`].

use std::panic::resume_unwind;

use app::actor::Actor;
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_ENCODING, CONTENT_TYPE},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::error::Error;
use tokio::task::spawn_blocking;

use super::{TOO_LARGE, problem::Problem};
use crate::limits;

/// The actor who sends the request. A request of nobody is refused.
pub(super) struct Caller(pub(super) Actor);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let actor = parts.extensions.get::<Actor>().cloned();
        Ok(Self(actor.ok_or(Error::Unauthenticated)?))
    }
}

/// A value in the path.
pub(super) struct Path<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::new(rejection.status(), rejection.body_text())),
        }
    }
}

/// The parameters of the query.
pub(super) struct Query<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::new(rejection.status(), rejection.body_text())),
        }
    }
}

/// A JSON body, of a request or of an answer.
pub(super) struct Json<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send + 'static> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !may_be_json(request.headers()) {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be JSON: application/json"));
        }
        if !is_plain(request.headers()) {
            return Err(Problem::of_encoded_body());
        }
        match Bytes::from_request(request, state).await {
            Ok(body) => Ok(Self(off_async_threads(body.len(), move || from_json(&body)).await?)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE))
            }
            Err(rejection) if limits::is_too_slow(&rejection) => {
                Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "the body came too slowly: send it again"))
            }
            Err(rejection) => Err(Problem::new(rejection.status(), rejection.body_text())),
        }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Reads a value from JSON.
pub(super) fn from_json<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, Problem> {
    serde_json::from_slice(text)
        .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, format!("the body is not as it must be: {error}")))
}

/// Does work that takes long for many bytes: apart from the threads that answer requests where there are many.
pub(super) async fn off_async_threads<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    /// Bytes of JSON that are read in well below a millisecond.
    const FEW_BYTES: usize = 16 << 10;
    if bytes <= FEW_BYTES {
        return work();
    }
    spawn_blocking(work).await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}

/// Returns whether a body is not compressed or encoded otherwise.
fn is_plain(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).iter().all(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Returns whether a body may be JSON by its content type: JSON, or what `curl --data` and browsers say unless told
/// otherwise.
fn may_be_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(CONTENT_TYPE) else { return true };
    let media_type = content_type.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    let is_json = media_type == "application/json" || media_type.ends_with("+json");
    is_json || ["application/x-www-form-urlencoded", "text/plain"].contains(&media_type.as_str())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn json_is_taken_under_its_names_and_under_those_of_clients_that_say_nothing() {
        let may_be = |content_type: &'static str| {
            may_be_json(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]))
        };
        assert!(may_be_json(&HeaderMap::new()));
        assert!(
            may_be("application/json") && may_be("Application/JSON; charset=utf-8") && may_be("application/a+json")
        );
        assert!(may_be("application/x-www-form-urlencoded") && may_be("text/plain;charset=UTF-8"));
        assert!(
            !may_be("text/csv") && !may_be("multipart/form-data; boundary=json") && !may_be("application/x-ndjson")
        );
    }
}

//! What handlers take from a request. Whatever is wrong with it is answered with a [`Problem`].

use std::{fmt, io::Read as _, ops::RangeInclusive, panic::resume_unwind};

use app::actor::Actor;
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, Uri, header::CONTENT_TYPE, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::{control_characters::controls, error::Error, event::Event};
use tokio::task::spawn_blocking;

use super::{TOO_LARGE, content_encoding::ContentEncoding, json_fault, problem::Problem};
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

/// The header `Idempotency-Key`: an event sent again with the same key counts once, and two events with different keys
/// count twice, also where they are equal.
pub(super) struct IdempotencyKey(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        /// Characters that a key may have: with the number of an event in a batch, they are an event's id.
        const LENGTHS: RangeInclusive<usize> = 1..=200;
        let Some(key) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let key = key.to_str().ok().filter(|key| LENGTHS.contains(&key.len()) && !controls(key));
        let wrong = || Problem::new(StatusCode::BAD_REQUEST, "Idempotency-Key must have 1 to 200 characters of ASCII");
        Ok(Self(Some(key.ok_or_else(wrong)?.to_owned())))
    }
}

impl IdempotencyKey {
    /// Gives an event the key as its id, with its number where there are several, unless its sender gave it one.
    pub(super) fn identify(&self, event: &mut Event, number: Option<usize>) {
        let Some(key) = self.0.as_ref().filter(|_| event.event_id.is_none()) else { return };
        let id = number.map_or_else(|| key.clone(), |number| format!("{key}/{number}"));
        event.event_id = Some(id.into());
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

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(&parts.uri)
    }
}

impl<T: DeserializeOwned> Query<T> {
    /// Reads the parameters of an address.
    pub(super) fn of(uri: &Uri) -> Result<Self, Problem> {
        match axum::extract::Query::try_from_uri(uri) {
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
        let body = body_of(request, state, &[]).await?;
        Ok(Self(off_async_threads(body.len(), move || from_json(&body)).await?))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Reads the body of a request, and unpacks it. It is JSON, or of one of the other media types.
pub(super) async fn body_of<S: Send + Sync>(
    request: Request,
    state: &S,
    other_types: &[&str],
) -> Result<Bytes, Problem> {
    if !may_be_json(request.headers(), other_types) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be JSON: application/json"));
    }
    let encoding = ContentEncoding::of(request.headers())?;
    match Bytes::from_request(request, state).await {
        Ok(body) if encoding != ContentEncoding::Identity => {
            off_async_threads(limits::unpacked_limit(body.len()), move || unpacked(&body, encoding)).await
        }
        Ok(body) => match ContentEncoding::sniffed(&body) {
            ContentEncoding::Identity => Ok(body),
            packed => {
                let name = packed.name();
                let told = format!("it is compressed by {name}: say so by the header Content-Encoding: {name}");
                Err(wrong_body(told))
            }
        },
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE))
        }
        Err(rejection) if limits::is_too_slow(&rejection) => {
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "the body came too slowly: send it again"))
        }
        Err(rejection) => Err(Problem::new(rejection.status(), rejection.body_text())),
    }
}

/// Unpacks a body, as far as a body may be long.
fn unpacked(packed: &[u8], encoding: ContentEncoding) -> Result<Bytes, Problem> {
    let most = limits::unpacked_limit(packed.len());
    let mut body = Vec::new();
    let unpacking = encoding.reader(packed).take(most as u64 + 1).read_to_end(&mut body);
    unpacking.map_err(|error| wrong_body(format!("it is no {}, or is cut off: {error}", encoding.name())))?;
    if body.len() > most {
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE));
    }
    Ok(body.into())
}

/// Reads a value from JSON, whose texts must all be of characters.
pub(super) fn from_json<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, Problem> {
    let value = serde_json::from_slice(text).map_err(|error| wrong_body(json_fault::explained(text, &error)))?;
    match json_fault::half_pair(text) {
        Some(fault) => Err(wrong_body(fault)),
        None => Ok(value),
    }
}

/// Returns the problem of a body that cannot be read.
pub(super) fn wrong_body(reason: impl fmt::Display) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, format!("the body is not as it must be: {reason}"))
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

/// Returns whether a body may be JSON by its content type: JSON, one of the other types, or what `curl --data` and
/// browsers say unless told otherwise.
pub(super) fn may_be_json(headers: &HeaderMap, other_types: &[&str]) -> bool {
    let Some(content_type) = headers.get(CONTENT_TYPE) else { return true };
    let media_type = content_type.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    let is_json = media_type == "application/json" || media_type.ends_with("+json");
    let other_types = other_types.iter().chain(&["application/x-www-form-urlencoded", "text/plain"]);
    is_json || other_types.into_iter().any(|other| *other == media_type)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn json_is_taken_under_its_names_and_under_those_of_clients_that_say_nothing() {
        let may_be = |content_type: &'static str| {
            may_be_json(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]), &[])
        };
        assert!(may_be_json(&HeaderMap::new(), &[]));
        assert!(
            may_be("application/json") && may_be("Application/JSON; charset=utf-8") && may_be("application/a+json")
        );
        assert!(may_be("application/x-www-form-urlencoded") && may_be("text/plain;charset=UTF-8"));
        assert!(
            !may_be("text/csv") && !may_be("multipart/form-data; boundary=json") && !may_be("application/x-ndjson")
        );
    }
}

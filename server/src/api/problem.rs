//! The one error that the API answers with: RFC 9457 `application/problem+json`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use shared::{error::Error, event::ValidationErrors};

/// A failure, as programs are told of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Problem {
    /// Always false: clients of old look at this flag.
    success: bool,
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Detail>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Detail {
    /// Where, as a JSON pointer into the request.
    pointer: String,
    detail: String,
}

/// Seconds after which a refused request may be sent again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

impl Problem {
    /// A problem with a status and what it says to people.
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        let (status, detail) = (status.as_u16(), detail.into());
        Self { success: false, r#type: "about:blank", title, status, detail, errors: Vec::new() }
    }

    /// All that is wrong with one event, which stands at `pointer` in the request.
    pub(crate) fn of_event(faults: &ValidationErrors, pointer: &str) -> Self {
        let detail = |fault: &shared::event::FieldError| Detail {
            pointer: if fault.field.is_empty() { pointer.to_owned() } else { format!("{pointer}/{}", fault.field) },
            detail: fault.detail.clone(),
        };
        let errors = faults.0.iter().map(detail).collect();
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, faults.to_string()) }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = match error {
            Error::NotFound(_) => StatusCode::NOT_FOUND,
            Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Unauthenticated => StatusCode::UNAUTHORIZED,
            Error::Busy => StatusCode::TOO_MANY_REQUESTS,
            Error::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let detail = match error {
            Error::Unauthenticated => "send a valid key in the header X-API-Key".to_owned(),
            other => other.to_string(),
        };
        Self::new(status, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("made of a status");
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        response
    }
}

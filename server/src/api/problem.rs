//! The one error of the API: RFC 9457 `application/problem+json`.

use app::http::{retry_after, status_of, wait_of};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use shared::{
    control_characters::visible,
    error::Error,
    event::{FieldError, ValidationErrors},
};
use tower_http::request_id::RequestId;
use utoipa::ToSchema;

use super::content_encoding;

/// A failure in the form in which the API reports it (RFC 9457).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Problem {
    /// Always false: clients of the legacy API look at this flag.
    success: bool,
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

/// A problem as the answer to a whole request.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProblemBody {
    #[serde(flatten)]
    problem: Problem,
    /// The path of the request.
    instance: String,
    request_id: Option<String>,
}

/// What is wrong with one value of a request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct FieldProblem {
    /// The wrong value, as a JSON pointer into the request.
    pub(super) pointer: String,
    detail: String,
}

impl FieldProblem {
    pub(super) fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }

    /// Makes the problem of a field that means nothing, in the object at `pointer`.
    pub(super) fn unknown(pointer: &str, name: &str) -> Self {
        let escaped = name.replace('~', "~0").replace('/', "~1"); // RFC 6901
        Self::new(format!("{pointer}/{escaped}"), format!("{} is no field that is known", visible(name)))
    }
}

impl Problem {
    /// Makes a problem of a status and a sentence for people.
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            success: false,
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    /// Makes a problem of all that is wrong with a body.
    pub(super) fn of_faults(errors: &[FieldProblem]) -> Self {
        let details: Vec<&str> = errors.iter().map(|error| error.detail.as_str()).collect();
        Self { errors: errors.to_vec(), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, details.join("; ")) }
    }

    /// Makes a problem of all that is wrong with one event, which stands at `pointer` in the request; `others` are the
    /// faults beside its fields.
    pub(super) fn of_event(faults: &ValidationErrors, others: Vec<FieldProblem>, pointer: &str) -> Self {
        let details = faults.to_string();
        let others_told = others.iter().map(|other| other.detail.as_str());
        let detail = std::iter::once(details.as_str()).chain(others_told).collect::<Vec<_>>().join("; ");
        let errors = pointed_at(&faults.0, pointer).into_iter().chain(others).collect();
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
    }

    /// Makes a problem of what keeps an event that stands at `pointer` from being taken. A service that finds an event
    /// invalid does so for its time alone.
    pub(super) fn of_ingest(error: Error, pointer: &str) -> Self {
        let errors = match &error {
            Error::Invalid(faults) => faults.clone(),
            _ => Vec::new(),
        };
        let error_of = |detail| FieldProblem { pointer: format!("{pointer}/timestamp"), detail };
        Self { errors: errors.into_iter().map(error_of).collect(), ..Self::from(error) }
    }

    /// Makes a problem of what keeps a body from being taken. Each fault that a service finds in it begins with the name
    /// of the field.
    pub(super) fn of_fields(error: Error) -> Self {
        let faults = if let Error::Invalid(faults) = &error { faults.clone() } else { Vec::new() };
        let error_of = |detail: String| {
            let field = detail.split(' ').next().unwrap_or_default();
            FieldProblem { pointer: format!("/{field}"), detail }
        };
        Self { errors: faults.into_iter().map(error_of).collect(), ..Self::from(error) }
    }

    /// Makes a problem of a body in an encoding that is not taken.
    pub(super) fn of_encoded_body() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body may be compressed by gzip or zstd and not otherwise: see Content-Encoding",
        )
    }
}

/// Returns what is wrong with the fields of an event that stands at `pointer` in the request.
pub(super) fn pointed_at(errors: &[FieldError], pointer: &str) -> Vec<FieldProblem> {
    let of_field = |error: &FieldError| FieldProblem {
        pointer: if error.field.is_empty() { pointer.to_owned() } else { format!("{pointer}/{}", error.field) },
        detail: error.detail.clone(),
    };
    errors.iter().map(of_field).collect()
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = match &error {
            Error::Unauthenticated => "send a valid key in the header X-API-Key".to_owned(),
            other => other.to_string(),
        };
        Self::new(status_of(&error), detail)
    }
}

impl IntoResponse for Problem {
    /// Answers with the status alone: the body is written by [`render`], which knows the request.
    fn into_response(self) -> Response {
        let mut response = status_of_problem(&self).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the body of an answer that is a [`Problem`].
pub(super) async fn render(request: Request, next: Next) -> Response {
    let (instance, request_id) = named(&request);
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    write(&mut response, &ProblemBody { problem, instance, request_id });
    response
}

/// Answers a request that is refused before it comes to a route.
pub(crate) fn refusal(request: &Request, error: Error) -> Response {
    let (instance, request_id) = named(request);
    let (wait, problem) = (wait_of(&error), Problem::from(error));
    let mut response = status_of_problem(&problem).into_response();
    write(&mut response, &ProblemBody { problem, instance, request_id });
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// Returns the path and the id of a request.
fn named(request: &Request) -> (String, Option<String>) {
    let request_id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    (request.uri().path().to_owned(), request_id.map(str::to_owned))
}

fn status_of_problem(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status).expect("made of a status")
}

fn write(response: &mut Response, body: &ProblemBody) {
    let body = serde_json::to_vec(body).expect("a problem is plain data");
    let status = response.status();
    let retry_after = retry_after(status);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH); // that of no body
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(content_encoding::TAKEN)); // RFC 9110, section 15.5.16
    }
    headers.extend(retry_after.map(|seconds| (header::RETRY_AFTER, seconds)));
    *response.body_mut() = Body::from(body);
}

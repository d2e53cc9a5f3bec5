//! How failures look over HTTP: the same for pages and for the API.

use axum::http::{HeaderValue, StatusCode};
use shared::error::Error;

/// Returns the status of the answer to a request that failed.
pub fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Conflict(_) => StatusCode::CONFLICT,
        Error::Changed(_) => StatusCode::PRECONDITION_FAILED,
        Error::Unauthenticated => StatusCode::UNAUTHORIZED,
        Error::Forbidden => StatusCode::FORBIDDEN,
        Error::Busy | Error::TooManyGuesses { .. } | Error::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Returns the seconds after which a request may be sent again, for the header `Retry-After`; none where that would
/// not help.
pub fn retry_after(status: StatusCode) -> Option<HeaderValue> {
    const ONE_SECOND: HeaderValue = HeaderValue::from_static("1");
    matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE).then_some(ONE_SECOND)
}

/// Returns the waiting time of an error that has one, in seconds, for the header `Retry-After`.
pub fn wait_of(error: &Error) -> Option<HeaderValue> {
    let (Error::TooManyGuesses { wait_s } | Error::TooManyRequests { wait_s }) = error else { return None };
    Some(HeaderValue::from(*wait_s))
}

//! Limits of every request: the size of its body, how slowly the body may come, and the time until the answer.

use std::{error::Error, time::Duration};

use axum::http::StatusCode;
use tower_http::{
    limit::RequestBodyLimitLayer,
    timeout::{RequestBodyTimeoutLayer, TimeoutError, TimeoutLayer},
};

/// Bytes that a body may have: a batch of events with every field filled.
const BODY_BYTES: usize = 32 << 20;
/// The time between two parts of a body.
const BODY_PAUSE: Duration = Duration::from_secs(10);
/// The time until the answer begins: longer than a batch takes while others wait before it.
const REQUEST_TIME: Duration = Duration::from_mins(1);

/// Returns the layers that hold a request to the limits. They answer with status 413 or 408 and no problem.
pub(crate) fn layers() -> (RequestBodyLimitLayer, TimeoutLayer, RequestBodyTimeoutLayer) {
    within(REQUEST_TIME, BODY_PAUSE)
}

fn within(time: Duration, pause: Duration) -> (RequestBodyLimitLayer, TimeoutLayer, RequestBodyTimeoutLayer) {
    (
        RequestBodyLimitLayer::new(BODY_BYTES),
        TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, time),
        RequestBodyTimeoutLayer::new(pause),
    )
}

/// Returns whether a body could not be read because its next part did not come in time.
pub(crate) fn is_too_slow(error: &(dyn Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |cause| Error::source(*cause));
    causes.any(<dyn Error>::is::<TimeoutError>)
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        body::{Body, Bytes},
        extract::DefaultBodyLimit,
        http::Request,
        routing::post,
    };
    use tokio_util::io::ReaderStream;
    use tower::ServiceExt as _;

    use super::*;

    /// Returns the status of an answer to a body that never ends or to a handler that never answers.
    async fn status(path: &str, body: Body) -> StatusCode {
        let read = |body: Result<Bytes, axum::extract::rejection::BytesRejection>| async move {
            match body {
                Err(rejection) if is_too_slow(&rejection) => StatusCode::REQUEST_TIMEOUT,
                Err(rejection) => rejection.status(),
                Ok(_) => StatusCode::OK,
            }
        };
        let never = || async { std::future::pending::<StatusCode>().await };
        let router = Router::new().route("/read", post(read)).route("/never", post(never));
        let limits = if path == "/read" { (30_000, 20) } else { (20, 30_000) };
        let limits = within(Duration::from_millis(limits.0), Duration::from_millis(limits.1));
        let request = Request::post(path).body(body).expect("the request is valid");
        let router = router.layer(DefaultBodyLimit::disable());
        router.layer(limits).oneshot(request).await.expect("it is answered").status()
    }

    #[tokio::test]
    async fn a_slow_body_a_large_body_and_a_slow_answer_are_ended() {
        let (reader, _writer) = tokio::io::simplex(1);
        let endless = Body::from_stream(ReaderStream::new(reader));
        assert_eq!(status("/read", endless).await, StatusCode::REQUEST_TIMEOUT);
        assert_eq!(status("/never", Body::empty()).await, StatusCode::REQUEST_TIMEOUT);
        assert_eq!(status("/read", Body::from(vec![b' '; BODY_BYTES + 1])).await, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(status("/read", Body::from(vec![b' '; BODY_BYTES])).await, StatusCode::OK);
    }
}

//! Limits of every request: the size of its body, how slowly the body may come, and the time until the answer; and the
//! limit of the memory that all bodies take together; and how often somebody may ask.

mod rate;

pub(crate) use self::rate::{RequestLimits, limit_rate};

use std::{error::Error, sync::Arc, time::Duration};

use app::actor::Actor;
use axum::{
    body::HttpBody as _,
    extract::{Request, State},
    http::{
        StatusCode,
        header::{CONTENT_ENCODING, RETRY_AFTER},
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tower_http::{
    limit::RequestBodyLimitLayer,
    timeout::{RequestBodyTimeoutLayer, TimeoutError, TimeoutLayer},
};

/// Bytes that a body may have: a batch of events with every field filled.
const BODY_BYTES: usize = 32 << 20;
/// Bytes that a body of nobody may have: that of signing in.
const ANONYMOUS_BODY_BYTES: usize = 16 << 10;
/// Bytes that all bodies may have together while they are read and answered. The process takes more than that for them:
/// the bodies, the events that are read from them, and their answers.
const BODIES_BYTES: usize = 48 << 20;
/// A body of at most so many bytes is not counted.
const SMALL_BODY_BYTES: usize = 64 << 10;
/// How long a large body waits for others to be finished.
const BODY_PATIENCE: Duration = Duration::from_secs(2);
/// Number of bodies that are taken while they come. Each has a thread, and some megabytes.
const STREAMS: usize = 16;
/// The time between two parts of a body.
const BODY_PAUSE: Duration = Duration::from_secs(10);
/// The time until the answer begins: longer than a batch takes while others wait before it.
const REQUEST_TIME: Duration = Duration::from_mins(1);

/// Returns the layers that hold a request to the limits. They answer with status 413 or 408 and no problem.
pub(crate) fn layers() -> (RequestBodyLimitLayer, TimeoutLayer, RequestBodyTimeoutLayer) {
    within(REQUEST_TIME, BODY_PAUSE)
}

/// Returns the layer of a body that is taken while it comes, however long it is.
pub(crate) fn stream_layer() -> RequestBodyTimeoutLayer {
    RequestBodyTimeoutLayer::new(BODY_PAUSE)
}

fn within(time: Duration, pause: Duration) -> (RequestBodyLimitLayer, TimeoutLayer, RequestBodyTimeoutLayer) {
    (
        RequestBodyLimitLayer::new(BODY_BYTES),
        TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, time),
        RequestBodyTimeoutLayer::new(pause),
    )
}

/// The memory for bodies. Its clones are the same memory.
#[derive(Debug, Clone)]
pub(crate) struct BodyMemory(Arc<Semaphore>);

impl Default for BodyMemory {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(BODIES_BYTES)))
    }
}

impl BodyMemory {
    /// Waits for the memory of a body; returns none if it is not free in time.
    async fn reserve(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let bytes = u32::try_from(bytes).ok()?;
        let reserved = Arc::clone(&self.0).acquire_many_owned(bytes);
        timeout(BODY_PATIENCE, reserved).await.ok()?.ok()
    }
}

/// Holds a request to the bounds of its sender: a body of nobody that is not small is refused unread, with status 401, and
/// a large one of somebody waits until there is memory for it, or is refused with status 503. These answers are no
/// problems.
pub(crate) async fn bound_body(State(memory): State<BodyMemory>, request: Request, next: Next) -> Response {
    let stated = request.body().size_hint().upper();
    let most = stated.and_then(|bytes| usize::try_from(bytes).ok());
    if request.extensions().get::<Actor>().is_none() {
        let is_small = most.is_some_and(|bytes| bytes <= ANONYMOUS_BODY_BYTES);
        return if is_small { next.run(request).await } else { StatusCode::UNAUTHORIZED.into_response() };
    }
    let is_packed = request.headers().contains_key(CONTENT_ENCODING);
    let most = most.map_or(BODY_BYTES, |bytes| if is_packed { unpacked_limit(bytes) } else { bytes });
    if most <= SMALL_BODY_BYTES || most > BODY_BYTES {
        return next.run(request).await; // too large a body is refused unread
    }
    match memory.reserve(most).await {
        Some(_reserved) => next.run(request).await,
        None => (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "1")]).into_response(),
    }
}

/// How many bodies are taken while they come at a time. Its clones count together.
#[derive(Debug, Clone)]
pub(crate) struct StreamSlots(Arc<Semaphore>);

impl Default for StreamSlots {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(STREAMS)))
    }
}

impl StreamSlots {
    /// Takes a slot, which is free again when it is dropped; none if there is none.
    pub(crate) fn take(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).try_acquire_owned().ok()
    }
}

/// Returns the bytes that a compressed body of so many bytes may have when it is unpacked. Batches of events have far
/// less; no memory is set aside for what would have more.
pub(crate) fn unpacked_limit(packed_bytes: usize) -> usize {
    const RATIO: usize = 256;
    packed_bytes.saturating_mul(RATIO).min(BODY_BYTES)
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

    #[tokio::test]
    async fn bodies_beyond_the_memory_wait_for_others_and_are_refused_in_the_end() {
        let memory = BodyMemory::default();
        let large = memory.reserve(BODY_BYTES).await.expect("there is memory for one");
        assert!(memory.reserve(BODY_BYTES).await.is_none());
        assert!(memory.reserve(BODIES_BYTES - BODY_BYTES).await.is_some());
        drop(large);
        assert!(memory.reserve(BODY_BYTES).await.is_some());
    }
}

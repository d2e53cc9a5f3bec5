//! The connections of the server: how many there may be, and how long they may be idle or slow.

mod table;

use std::{future::Future, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::{ServiceBuilder, util::MapRequestLayer};
use tracing::{info, warn};

pub(crate) use self::table::Connection;
use self::table::{ConnectionTable, OpenConnection};

/// The time until the head of a request must have come: longer than a browser that works keeps one waiting.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// The time that requests under way have left once the server was told to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// Number of connections that may be closing beside those that are open.
const CLOSING: usize = 32;
/// The pause after a connection could not be accepted, such as where the process has no file handle left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Number of file handles kept for the database and for connections that are closing. Half of all handles are kept
/// where there are fewer than twice as many.
const RESERVED_HANDLES: u64 = 512;
/// Largest number of connections unless the settings say otherwise.
const MOST_CONNECTIONS: usize = 4096;
/// The number of file handles that is assumed where the operating system does not report the limit.
const FEW_HANDLES: u64 = 256;

/// How many connections the server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Number of connections in all.
    pub in_all: usize,
    /// Number of connections of one address, or of one IPv6 network of 64 bits.
    pub per_address: usize,
    /// The time until the head of a request must have come, from the opening of the connection or the end of the request
    /// before it. It ends connections that are idle and those that are slow.
    pub head_time: Duration,
}

impl ConnectionLimits {
    /// Completes what the settings say. Raises the number of file handles that the process may have as far as it is
    /// allowed to, and takes as many connections as leave enough handles for the database. An address may have half of
    /// them.
    pub fn of_process(in_all: Option<usize>, per_address: Option<usize>) -> Self {
        let handles = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(FEW_HANDLES);
        let free = most_connections(handles);
        let in_all = in_all.map_or(free.min(MOST_CONNECTIONS), |wanted| {
            if wanted > free {
                warn!(wanted, possible = free, "the process may not have file handles for as many connections");
            }
            wanted.min(free)
        });
        Self { in_all, per_address: per_address.unwrap_or(in_all.div_ceil(2)).min(in_all), head_time: HEAD_TIME }
    }
}

/// Returns how many connections leave enough of a number of file handles, at least one.
fn most_connections(handles: u64) -> usize {
    let free = handles.saturating_sub(RESERVED_HANDLES.min(handles / 2));
    usize::try_from(free).unwrap_or(usize::MAX).max(1)
}

/// Serves a router until `shutdown` is ready, then waits for the requests under way, but not for long. Each request has
/// the address of its peer ([`ConnectInfo`]) and its [`Connection`] as extensions.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    shutdown: impl Future<Output = ()>,
) {
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    {
        let accepting = accept_all(&listener, router, limits, &stop, &tasks);
        tokio::select! {
            () = accepting => {}
            () = shutdown => {}
        }
    }
    drop(listener);
    stop.cancel();
    tasks.close();
    if timeout(DRAIN, tasks.wait()).await.is_err() {
        warn!(drain_s = DRAIN.as_secs(), "stopped before every request was finished");
    }
}

async fn accept_all(
    listener: &TcpListener,
    router: Router,
    limits: ConnectionLimits,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) {
    let table = ConnectionTable::new(limits);
    let handles = Arc::new(Semaphore::new(limits.in_all.saturating_add(CLOSING).min(Semaphore::MAX_PERMITS)));
    info!(connections.in_all = limits.in_all, connections.per_address = limits.per_address, "taking connections");
    loop {
        let handle = Arc::clone(&handles).acquire_owned().await.expect("the semaphore is never closed");
        let (stream, peer) = accept(listener).await;
        match table.open(peer.ip()) {
            Some(open) => {
                tasks.spawn(answer_requests(stream, peer, router.clone(), open, stop.clone(), handle));
            }
            None => {
                tasks.spawn(refuse(stream, handle));
            }
        }
    }
}

/// Waits for the next connection. What keeps one from being accepted keeps no later one from it.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_peer(&error) => {}
            Err(error) => {
                warn!(%error, "a connection cannot be accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Returns whether a connection was given up by its peer before it was accepted.
fn is_of_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Answers the requests of one connection until it is closed, evicted, or idle when the server stops.
async fn answer_requests(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    open: OpenConnection,
    stop: CancellationToken,
    _handle: OwnedSemaphorePermit,
) {
    stream.set_nodelay(true).ok(); // answers are written whole
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(open.limits().head_time);
    let connection = Arc::clone(open.connection());
    let open = Arc::new(open);
    let extend = MapRequestLayer::new({
        let connection = Arc::clone(&connection);
        move |request: Request<hyper::body::Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(Arc::clone(&connection));
            request
        }
    });
    let counted = tower::service_fn(move |request| {
        let (router, request_under_way) = (router.clone(), open.request());
        async move {
            let response = tower::ServiceExt::oneshot(router, request).await;
            drop(request_under_way);
            response
        }
    });
    let service = TowerToHyperService::new(ServiceBuilder::new().layer(extend).service(counted));
    let mut answering = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ = &mut answering => return, // how a peer breaks off is nobody's concern
        () = connection.evicted() => return,
        () = stop.cancelled() => answering.as_mut().graceful_shutdown(),
    }
    answering.await.ok();
}

/// Tells a client that there is no room, and closes the connection.
async fn refuse(mut stream: TcpStream, _handle: OwnedSemaphorePermit) {
    const ANSWER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n\
        content-length: 0\r\n\r\n";
    timeout(ACCEPT_PAUSE, stream.write_all(ANSWER)).await.ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_few_handles_and_512_of_many_are_kept_for_the_database() {
        assert_eq!([1, 256, 1024, 4096, u64::MAX].map(most_connections)[..4], [1, 128, 512, 3584]);
    }

    #[test]
    fn an_address_may_have_half_of_the_connections_unless_the_settings_say_otherwise() {
        let limits = ConnectionLimits::of_process(Some(9), None);
        assert_eq!((limits.in_all, limits.per_address), (9, 5));
        assert_eq!(ConnectionLimits::of_process(Some(9), Some(40)).per_address, 9);
        assert!(ConnectionLimits::of_process(None, None).in_all <= MOST_CONNECTIONS);
    }
}

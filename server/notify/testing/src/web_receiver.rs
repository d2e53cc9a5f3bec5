//! A web server that keeps the requests that it receives.

use std::{
    collections::VecDeque,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
    serve::Listener,
};
use rustls::ServerConfig;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// A web server on a port of this machine, until it is dropped.
pub struct WebReceiver {
    port: u16,
    scheme: &'static str,
    shared: Arc<Shared>,
    /// Serves; ends with it.
    _tasks: JoinSet<io::Result<()>>,
}

/// A request as it was received.
#[derive(Debug, Clone)]
pub struct ReceivedRequest {
    /// The path with the query.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

#[derive(Default)]
struct Shared {
    requests: Mutex<Vec<ReceivedRequest>>,
    answers: Mutex<VecDeque<Response>>,
}

impl WebReceiver {
    /// Starts a web server on a free port.
    pub async fn start() -> Self {
        let (shared, listener) = (Arc::<Shared>::default(), listener().await);
        let port = listener.local_addr().expect("the port is bound").port();
        let mut tasks = JoinSet::new();
        tasks.spawn(axum::serve(listener, router(&shared)).into_future());
        Self { port, scheme: "http", shared, _tasks: tasks }
    }

    /// Starts a web server on a free port, whose connections are encrypted.
    pub async fn start_with_tls(config: Arc<ServerConfig>) -> Self {
        let (shared, listener) = (Arc::<Shared>::default(), listener().await);
        let port = listener.local_addr().expect("the port is bound").port();
        let listener = TlsListener { listener, acceptor: config.into() };
        let mut tasks = JoinSet::new();
        tasks.spawn(axum::serve(listener, router(&shared)).into_future());
        Self { port, scheme: "https", shared, _tasks: tasks }
    }

    /// Returns the address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}://localhost:{}{path}", self.scheme, self.port)
    }

    /// Adds an answer to a coming request; requests for which there is none are answered with status 204.
    pub fn answer(&self, answer: impl IntoResponse) {
        let mut answers = self.shared.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.push_back(answer.into_response());
    }

    /// Returns all requests so far.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("there is a free port")
}

fn router(shared: &Arc<Shared>) -> Router {
    Router::new().fallback(receive).with_state(Arc::clone(shared))
}

async fn receive(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let request = ReceivedRequest { target: uri.to_string(), headers, body };
    shared.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    let mut answers = shared.answers.lock().unwrap_or_else(PoisonError::into_inner);
    answers.pop_front().unwrap_or_else(|| StatusCode::NO_CONTENT.into_response())
}

struct TlsListener {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    /// Waits for a client that trusts the certificate.
    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.listener).await;
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

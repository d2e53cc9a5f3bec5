//! A mail server that keeps what it receives.

mod session;

use std::{
    collections::HashMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rustls::ServerConfig;
use tokio::{net::TcpListener, sync::watch, task::JoinSet, time::timeout};

/// The time that a test waits for a mail before it fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// A mail server on a port of this machine, until it is dropped.
pub struct MailServer {
    port: u16,
    shared: Arc<Shared>,
    /// Accepts connections and holds them; all end with it.
    tasks: JoinSet<()>,
}

/// When connections become encrypted.
#[derive(Clone)]
pub enum Security {
    /// Never.
    Plain,
    /// After STARTTLS, without which no mail is taken.
    StartTls(Arc<ServerConfig>),
    /// At once.
    Tls(Arc<ServerConfig>),
}

/// A mail as it was received.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceivedMail {
    /// The address of the sender, of the envelope.
    pub sender: String,
    /// The addresses of the recipients, of the envelope.
    pub recipients: Vec<String>,
    /// The mail with its headers.
    pub content: Vec<u8>,
    /// Whether the connection was encrypted.
    pub is_encrypted: bool,
    /// The name by which the sender logged in.
    pub login: Option<String>,
}

/// What all connections share.
#[derive(Default)]
struct Shared {
    mails: watch::Sender<Vec<ReceivedMail>>,
    /// The codes with which recipients are refused.
    refused: Mutex<HashMap<String, u16>>,
    /// The name and password without which no mail is taken.
    login: Option<(String, String)>,
}

impl MailServer {
    /// Starts a server on a free port.
    pub async fn start(security: Security) -> Self {
        Self::start_on(0, security, None).await
    }

    /// Starts a server on a port, a free one if it is 0; with a name and password, senders must log in.
    pub async fn start_on(port: u16, security: Security, login: Option<(&str, &str)>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("the port is free");
        let port = listener.local_addr().expect("the port is bound").port();
        let login = login.map(|(name, password)| (name.to_owned(), password.to_owned()));
        let shared = Arc::new(Shared { login, ..Shared::default() });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, security, Arc::clone(&shared)));
        Self { port, shared, tasks }
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stops the server, and returns its port, which is free then.
    pub async fn stop(mut self) -> u16 {
        self.tasks.shutdown().await;
        self.port
    }

    /// Refuses a recipient from now on: for good with a code from 500 on, for a while with a lower one.
    pub fn refuse(&self, recipient: &str, code: u16) {
        self.shared.refused().insert(recipient.to_owned(), code);
    }

    /// Takes mail for a recipient again.
    pub fn stop_refusing(&self, recipient: &str) {
        self.shared.refused().remove(recipient);
    }

    /// Returns all mails so far.
    pub fn mails(&self) -> Vec<ReceivedMail> {
        self.shared.mails.borrow().clone()
    }

    /// Waits for a number of mails, and returns all so far.
    ///
    /// # Panics
    ///
    /// Panics if fewer mails come within a minute.
    pub async fn wait_for(&self, count: usize) -> Vec<ReceivedMail> {
        let mut mails = self.shared.mails.subscribe();
        let arrived = timeout(PATIENCE, mails.wait_for(|mails| mails.len() >= count)).await;
        let Ok(Ok(mails)) = arrived else { panic!("{} mails came, {count} were expected", self.mails().len()) };
        mails.clone()
    }
}

impl Shared {
    fn refused(&self) -> MutexGuard<'_, HashMap<String, u16>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(listener: TcpListener, security: Security, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (security, shared) = (security.clone(), Arc::clone(&shared));
        connections.spawn(async move {
            // The client notices what fails here.
            session::serve(stream, security, shared).await.ok();
        });
    }
}

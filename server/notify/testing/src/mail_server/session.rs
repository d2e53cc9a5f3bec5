//! One connection to the mail server.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use mailin::{Action, AuthMechanism, Handler, Response, SessionBuilder, response};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};
use tokio_rustls::TlsAcceptor;

use super::{ReceivedMail, Security, Shared};

/// The code with which a sender is refused who did not log in or encrypt the connection.
const NOT_BEFORE: u16 = 530;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Receives mails until the client closes the connection.
pub(super) async fn serve(stream: TcpStream, security: Security, shared: Arc<Shared>) -> io::Result<()> {
    let is_encrypted = Arc::new(AtomicBool::new(matches!(security, Security::Tls(_))));
    let (stream, acceptor): (Box<dyn Stream>, _) = match security {
        Security::Plain => (Box::new(stream), None),
        Security::StartTls(config) => (Box::new(stream), Some(TlsAcceptor::from(config))),
        Security::Tls(config) => (Box::new(TlsAcceptor::from(config).accept(stream).await?), None),
    };
    let mut builder = SessionBuilder::new("mail.example");
    if acceptor.is_some() {
        builder.enable_start_tls();
    } else {
        builder.insecure_enable_plaintext_auth();
    }
    if shared.login.is_some() {
        builder.enable_auth(AuthMechanism::Plain);
    }
    let must_encrypt = acceptor.is_some();
    let receiver = Receiver { mail: empty(), must_encrypt, is_encrypted: Arc::clone(&is_encrypted), shared };
    let mut session = builder.build(IpAddr::V4(Ipv4Addr::LOCALHOST), receiver);
    let mut stream = BufReader::new(stream);
    stream.write_all(&session.greeting().buffer()?).await?;
    let mut line = Vec::new();
    while stream.read_until(b'\n', &mut line).await? > 0 {
        let answer = session.process(&line);
        line.clear();
        stream.write_all(&answer.buffer()?).await?;
        stream.flush().await?;
        match (answer.action, &acceptor) {
            (Action::UpgradeTls, Some(acceptor)) => {
                let encrypted = acceptor.accept(stream.into_inner()).await?;
                stream = BufReader::new(Box::new(encrypted));
                session.tls_active();
                is_encrypted.store(true, Ordering::Relaxed);
            }
            (Action::Close, _) => break,
            _ => {}
        }
    }
    stream.shutdown().await
}

fn empty() -> ReceivedMail {
    ReceivedMail {
        sender: String::new(),
        recipients: Vec::new(),
        content: Vec::new(),
        is_encrypted: false,
        login: None,
    }
}

/// Takes the mails of one connection.
struct Receiver {
    mail: ReceivedMail,
    must_encrypt: bool,
    is_encrypted: Arc<AtomicBool>,
    shared: Arc<Shared>,
}

impl Handler for Receiver {
    fn mail(&mut self, _: IpAddr, _: &str, from: &str) -> Response {
        let is_encrypted = self.is_encrypted.load(Ordering::Relaxed);
        if self.must_encrypt && !is_encrypted {
            return Response::custom(NOT_BEFORE, "Encrypt first".to_owned());
        }
        if self.shared.login.is_some() && self.mail.login.is_none() {
            return Response::custom(NOT_BEFORE, "Log in first".to_owned());
        }
        self.mail = ReceivedMail { sender: from.to_owned(), is_encrypted, login: self.mail.login.take(), ..empty() };
        response::OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        if let Some(code) = self.shared.refused().get(to) {
            return Response::custom(*code, format!("No mail for {to}"));
        }
        self.mail.recipients.push(to.to_owned());
        response::OK
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.mail.content.extend(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        self.shared.mails.send_modify(|mails| mails.push(self.mail.clone()));
        response::OK
    }

    fn auth_plain(&mut self, _: &str, name: &str, password: &str) -> Response {
        let is_right = self.shared.login.as_ref().is_some_and(|login| *login == (name.to_owned(), password.to_owned()));
        if !is_right {
            return response::INVALID_CREDENTIALS;
        }
        self.mail.login = Some(name.to_owned());
        response::AUTH_OK
    }
}

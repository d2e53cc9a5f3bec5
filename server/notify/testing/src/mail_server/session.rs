//! One connection to the mail server: the commands of SMTP (RFC 5321) with STARTTLS (RFC 3207) and AUTH PLAIN (RFC 4954).

use std::{io, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};
use tokio_rustls::TlsAcceptor;

use super::{ReceivedMail, Security, Shared};

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection and what was said so far.
struct Session {
    stream: BufReader<Box<dyn Stream>>,
    /// Encrypts the connection, unless it is encrypted or must not be.
    acceptor: Option<TlsAcceptor>,
    mail: ReceivedMail,
    shared: Arc<Shared>,
}

/// Receives mails until the client closes the connection.
pub(super) async fn serve(stream: TcpStream, security: Security, shared: Arc<Shared>) -> io::Result<()> {
    let is_encrypted = matches!(security, Security::Tls(_));
    let (stream, acceptor): (Box<dyn Stream>, _) = match security {
        Security::Plain => (Box::new(stream), None),
        Security::StartTls(config) => (Box::new(stream), Some(TlsAcceptor::from(config))),
        Security::Tls(config) => (Box::new(TlsAcceptor::from(config).accept(stream).await?), None),
    };
    let mail = ReceivedMail { is_encrypted, ..ReceivedMail::default() };
    let mut session = Session { stream: BufReader::new(stream), acceptor, mail, shared };
    session.answer("220 mail.example ESMTP").await?;
    while let Some(line) = session.line().await? {
        let (command, argument) = line.split_once(' ').unwrap_or((&line, ""));
        match command.to_ascii_uppercase().as_str() {
            "STARTTLS" => session = session.start_tls().await?,
            "DATA" => session.receive().await?,
            "QUIT" => return session.answer("221 Goodbye").await,
            command => {
                let answer = session.answer_to(command, argument);
                session.answer(&answer).await?;
            }
        }
    }
    Ok(())
}

impl Session {
    /// Reads a line without its end.
    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let length = self.stream.read_line(&mut line).await?;
        Ok((length > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
    }

    async fn answer(&mut self, answer: &str) -> io::Result<()> {
        self.stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }

    async fn start_tls(mut self) -> io::Result<Self> {
        let Some(acceptor) = self.acceptor.take() else {
            self.answer("503 No encryption here").await?;
            return Ok(self);
        };
        self.answer("220 Ready").await?;
        let encrypted = acceptor.accept(self.stream.into_inner()).await?;
        self.mail.is_encrypted = true;
        Ok(Self { stream: BufReader::new(Box::new(encrypted)), ..self })
    }

    fn answer_to(&mut self, command: &str, argument: &str) -> String {
        match command {
            "EHLO" => self.extensions(),
            "AUTH" => self.log_in(argument),
            "MAIL" => self.begin(&address(argument)),
            "RCPT" => self.add_recipient(address(argument)),
            _ => "502 Unknown command".to_owned(),
        }
    }

    fn extensions(&self) -> String {
        let start_tls = self.acceptor.as_ref().map(|_| "250-STARTTLS\r\n").unwrap_or_default();
        let auth = self.shared.login.as_ref().map(|_| "250-AUTH PLAIN\r\n").unwrap_or_default();
        format!("250-mail.example\r\n{start_tls}{auth}250 8BITMIME")
    }

    fn log_in(&mut self, argument: &str) -> String {
        let encoded = argument.strip_prefix("PLAIN ").unwrap_or_default();
        let decoded = STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let expected = self.shared.login.as_ref().map(|(name, password)| format!("\0{name}\0{password}"));
        if decoded.is_none() || decoded != expected {
            return "535 Invalid credentials".to_owned();
        }
        self.mail.login = self.shared.login.as_ref().map(|(name, _)| name.clone());
        "235 Welcome".to_owned()
    }

    fn begin(&mut self, sender: &str) -> String {
        if self.acceptor.is_some() {
            return "530 Encrypt first".to_owned();
        }
        if self.shared.login.is_some() && self.mail.login.is_none() {
            return "530 Log in first".to_owned();
        }
        sender.clone_into(&mut self.mail.sender);
        self.mail.recipients.clear();
        "250 OK".to_owned()
    }

    fn add_recipient(&mut self, recipient: String) -> String {
        if let Some(code) = self.shared.refused().get(&recipient) {
            return format!("{code} No mail for {recipient}");
        }
        self.mail.recipients.push(recipient);
        "250 OK".to_owned()
    }

    /// Reads a mail, up to a line with a full stop alone; from other lines the first of two full stops is removed.
    async fn receive(&mut self) -> io::Result<()> {
        if self.mail.recipients.is_empty() {
            return self.answer("503 No recipients").await;
        }
        self.answer("354 Go on").await?;
        let mut content = Vec::new();
        loop {
            let start = content.len();
            if self.stream.read_until(b'\n', &mut content).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if content[start..] == *b".\r\n" {
                content.truncate(start);
                break;
            }
            if content[start] == b'.' {
                content.remove(start);
            }
        }
        let mail = ReceivedMail { content, ..self.mail.clone() };
        self.shared.mails.send_modify(|mails| mails.push(mail));
        self.answer("250 OK").await
    }
}

/// Returns the address between `<` and `>`.
fn address(argument: &str) -> String {
    let (_, rest) = argument.split_once('<').unwrap_or_default();
    rest.split('>').next().unwrap_or_default().to_owned()
}

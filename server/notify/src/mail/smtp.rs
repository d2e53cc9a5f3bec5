//! Sending a mail by SMTP.

use std::{fmt, time::Duration};

use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
    },
};

use rustls::pki_types::CertificateDer;
use tokio::time::timeout;

use crate::{DeliveryError, Encryption, MailLogin, MailSettings, faults::Faults};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
const QUIT_TIMEOUT: Duration = Duration::from_secs(5);

/// A mail server and how to use it.
pub(super) struct SmtpClient {
    server: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
}

/// When the connection becomes encrypted, and which certificates are trusted.
enum Security {
    StartTls(TlsParameters),
    Tls(TlsParameters),
    Plain,
}

impl SmtpClient {
    /// Checks the settings of the server, and notes what is wrong with them.
    pub(super) fn new(settings: MailSettings, faults: &mut Faults) -> Option<Self> {
        let MailSettings { server, port, encryption, login, ca_certificates, .. } = settings;
        faults.server(&server, port);
        let certificates = faults.ca_certificates(ca_certificates.as_deref());
        if login.is_some() && encryption == Encryption::None {
            faults.add("login", "is set without encryption, must be used with `start_tls` or `tls` only");
        }
        let tls = || trust(&server, certificates);
        let security = match encryption {
            Encryption::StartTls => faults.check("server", tls()).map(Security::StartTls),
            Encryption::Tls => faults.check("server", tls()).map(Security::Tls),
            Encryption::None => Some(Security::Plain),
        };
        let credentials =
            login.map(|MailLogin { name, password }| Credentials::new(name, password.reveal().to_owned()));
        Some(Self { security: security?, server, port, credentials })
    }

    /// Sends a mail to all recipients, if the server takes it for at least one of them.
    ///
    /// # Errors
    ///
    /// Returns an error also if some recipients were refused: a permanent one if the others need not get it again.
    pub(super) async fn send(
        &self,
        sender: &Address,
        recipients: &[Address],
        mail: &lettre::Message,
    ) -> Result<(), DeliveryError> {
        let mut connection = self.connect().await.map_err(|error| self.failure("could not be used", &error))?;
        let outcome = self.transfer(&mut connection, sender, recipients, mail).await;
        // The outcome is known, whether or not the server says goodbye.
        timeout(QUIT_TIMEOUT, connection.abort()).await.ok();
        outcome
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let (name, address) = (ClientId::default(), (self.server.as_str(), self.port));
        let implicit_tls = match &self.security {
            Security::Tls(tls) => Some(tls.clone()),
            Security::StartTls(_) | Security::Plain => None,
        };
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT_TIMEOUT), &name, implicit_tls, None).await?;
        if let Security::StartTls(tls) = &self.security {
            connection.starttls(tls.clone(), &name).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    async fn transfer(
        &self,
        connection: &mut AsyncSmtpConnection,
        sender: &Address,
        recipients: &[Address],
        mail: &lettre::Message,
    ) -> Result<(), DeliveryError> {
        let refused_sender = |error| self.failure("did not take the sender", &error);
        connection.command(Mail::new(Some(sender.clone()), Vec::new())).await.map_err(refused_sender)?;
        let mut refusals = Vec::new();
        for recipient in recipients {
            let answer = connection.command(Rcpt::new(recipient.clone(), Vec::new())).await;
            refusals.extend(answer.err().map(|error| (recipient, error)));
        }
        if refusals.len() < recipients.len() {
            let refused_mail = |error| self.failure("did not take the mail", &error);
            connection.command(Data).await.map_err(refused_mail)?;
            connection.message(&mail.formatted()).await.map_err(refused_mail)?;
        }
        self.outcome(&refusals)
    }

    fn outcome(&self, refusals: &[(&Address, Error)]) -> Result<(), DeliveryError> {
        if refusals.is_empty() {
            return Ok(());
        }
        let refused: Vec<_> = refusals.iter().map(|(recipient, error)| format!("{recipient} ({error})")).collect();
        let reason = format!("{self} did not take the mail for {}", refused.join(", "));
        let is_final = refusals.iter().all(|(_, error)| error.is_permanent());
        Err(if is_final { DeliveryError::Refused(reason) } else { DeliveryError::retry(reason) })
    }

    /// Returns the error for a step that failed: final only where the server says so.
    fn failure(&self, what: &str, error: &Error) -> DeliveryError {
        let reason = format!("{self} {what}: {error}");
        if error.is_permanent() { DeliveryError::Refused(reason) } else { DeliveryError::retry(reason) }
    }
}

impl fmt::Display for SmtpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mail server {} (port {})", self.server, self.port)
    }
}

impl fmt::Debug for SmtpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpClient").field("server", &self.server).field("port", &self.port).finish_non_exhaustive()
    }
}

/// Trusts the authorities of the system and others.
fn trust(server: &str, others: Vec<CertificateDer<'static>>) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(server.to_owned());
    for certificate in others {
        let certificate = Certificate::from_der(certificate.to_vec()).map_err(|error| error.to_string())?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|error| format!("cannot be reached by TLS: {error}"))
}

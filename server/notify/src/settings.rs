//! How channels are set.

use serde::{Deserialize, Serialize};

use crate::Secret;

/// The settings of a channel, by its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ChannelSettings {
    /// Mail by SMTP.
    Mail(MailSettings),
    /// A signed request to a web server.
    Webhook(WebhookSettings),
    /// A message in a channel of Slack.
    Slack(ChatSettings),
    /// A message in a channel of Microsoft Teams.
    Teams(ChatSettings),
    /// A line of the Common Event Format to a syslog server.
    Syslog(SyslogSettings),
}

/// How mail is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// Name or address of the mail server.
    pub server: String,
    /// Port of the mail server: usually 587 with `start_tls`, 465 with `tls`, 25 without encryption.
    pub port: u16,
    /// How the connection is encrypted.
    #[serde(default)]
    pub encryption: Encryption,
    /// Name and password at the mail server, if it requires them.
    #[serde(default)]
    pub login: Option<MailLogin>,
    /// Certificates (PEM) of authorities that are trusted in addition to those of the system.
    #[serde(default)]
    pub ca_certificates: Option<String>,
    /// Address of the sender.
    pub sender: String,
    /// Addresses of the recipients.
    pub recipients: Vec<String>,
}

/// How the connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// It begins unencrypted and must then be encrypted by STARTTLS.
    #[default]
    StartTls,
    /// It is encrypted from the beginning.
    Tls,
    /// It is not encrypted: whoever is on the way can read and change the mails.
    None,
}

impl Encryption {
    /// Returns how mail servers are usually encrypted at a port.
    pub fn usual_at(port: u16) -> Self {
        if port == 465 { Self::Tls } else { Self::StartTls }
    }
}

/// Name and password at a mail server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailLogin {
    /// The name.
    pub name: String,
    /// The password.
    pub password: Secret,
}

/// How a webhook is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Address that requests are sent to. Addresses often contain a token, so this one is kept secret.
    pub url: Secret,
    /// Secrets that requests are signed with, as in `whsec_…` and base64. While the receiver changes its secret, there
    /// are two.
    pub secrets: Vec<Secret>,
    /// What is sent.
    #[serde(default)]
    pub format: WebhookFormat,
    /// Certificates (PEM) of authorities that are trusted in addition to those of the system.
    #[serde(default)]
    pub ca_certificates: Option<String>,
}

/// What is sent to a webhook.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookFormat {
    /// The message, with `type`, `timestamp` and `data` as Standard Webhooks recommends.
    #[default]
    Message,
    /// Detection Findings of the Open Cybersecurity Schema Framework (class 2004).
    Ocsf,
}

/// How a chat is written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatSettings {
    /// Address of the chat's incoming webhook, which is as secret as a password.
    pub url: Secret,
}

/// How a syslog server is written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyslogSettings {
    /// Name or address of the syslog server.
    pub server: String,
    /// Port of the syslog server: usually 514, with TLS 6514.
    pub port: u16,
    /// How lines are sent.
    #[serde(default)]
    pub transport: SyslogTransport,
    /// Certificates (PEM) of authorities that are trusted in addition to those of the system.
    #[serde(default)]
    pub ca_certificates: Option<String>,
}

/// How lines are sent to a syslog server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyslogTransport {
    /// By TCP with TLS (RFC 5425).
    #[default]
    Tls,
    /// By TCP without encryption (RFC 6587, octet counting).
    Tcp,
    /// By UDP without encryption (RFC 5426): lines may be lost without a trace.
    Udp,
}

/// Everything that is wrong with the settings of a channel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct InvalidChannel(pub Vec<InvalidSetting>);

/// One thing that is wrong with the settings of a channel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} {fault}")]
pub struct InvalidSetting {
    /// The name of the setting.
    pub setting: &'static str,
    /// What is wrong and what to write instead; the name of the setting is the subject.
    pub fault: String,
}

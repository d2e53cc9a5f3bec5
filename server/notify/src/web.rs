//! Webhooks and chats: requests to web servers of others.

mod adaptive_card;
mod address_guard;
mod client;
mod detection_finding;
mod retry_after;
mod signature;
mod slack_blocks;
mod webhook_event;

use jiff::Timestamp;
use serde_json::Value;

use self::{client::WebClient, signature::SigningKey};
use crate::{
    ChatSettings, DeliveryError, DeliveryId, IpNet, Message, WebhookFormat, WebhookSettings, faults::Faults,
    wording::Wording,
};

/// A web server that messages are posted to as JSON.
#[derive(Debug)]
pub(crate) struct WebChannel {
    client: WebClient,
    format: BodyFormat,
    keys: Vec<SigningKey>,
}

/// What the JSON of a request is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum BodyFormat {
    /// The message itself.
    Message,
    /// Findings of OCSF.
    Ocsf,
    /// Blocks of Slack.
    Slack,
    /// An Adaptive Card for Teams.
    Teams,
}

impl WebChannel {
    /// Checks the settings of a webhook, and notes what is wrong with them.
    pub(crate) fn webhook(settings: &WebhookSettings, allowed: &[IpNet], faults: &mut Faults) -> Option<Self> {
        let format = match settings.format {
            WebhookFormat::Message => BodyFormat::Message,
            WebhookFormat::Ocsf => BodyFormat::Ocsf,
        };
        let keys: Vec<_> =
            settings.secrets.iter().filter_map(|secret| faults.check("secrets", SigningKey::new(secret))).collect();
        if settings.secrets.is_empty() {
            faults.add("secrets", "is empty, must have at least one secret to sign requests with");
        }
        let client = WebClient::new(&settings.url, settings.ca_certificates.as_deref(), allowed, faults)?;
        Some(Self { client, format, keys })
    }

    /// Checks the settings of a chat, and notes what is wrong with them.
    pub(crate) fn chat(
        settings: &ChatSettings,
        format: BodyFormat,
        allowed: &[IpNet],
        faults: &mut Faults,
    ) -> Option<Self> {
        let client = WebClient::new(&settings.url, None, allowed, faults)?;
        Some(Self { client, format, keys: Vec::new() })
    }

    /// Posts a message. A signed request has the headers of Standard Webhooks.
    pub(crate) async fn deliver(&self, message: &Message, id: &DeliveryId) -> Result<(), DeliveryError> {
        let body = self.body(message).to_string();
        let headers = signature::headers(&self.keys, id, Timestamp::now(), &body);
        self.client.post(headers, body).await
    }

    fn body(&self, message: &Message) -> Value {
        match self.format {
            BodyFormat::Message => webhook_event::body(message),
            BodyFormat::Ocsf => detection_finding::body(message),
            BodyFormat::Slack => slack_blocks::body(&Wording::of(message)),
            BodyFormat::Teams => adaptive_card::body(&Wording::of(message)),
        }
    }
}

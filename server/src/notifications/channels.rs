//! The channels that alerts are sent by: those of the settings, and those that people make.

use std::sync::{Arc, PoisonError, RwLock};

use notify::{
    ChannelSettings, DeliveryError, DeliveryId, Encryption, InvalidChannel, IpNet, MailLogin, MailSettings, Message,
};
use serde::{Deserialize, Serialize};
use tracing::error;

use super::{sealing::Sealer, sending::SendingRules};
use crate::{
    config::{Config, Mail},
    store::{SealedChannel, Store, StoreError},
};

/// The id of the channel that the settings of mail make.
pub const MAIL_OF_SETTINGS: &str = "mail-of-settings";
/// The port of mail servers whose connections are encrypted from the beginning.
const PORT_OF_TLS: u16 = 465;

/// A channel as people know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelConfig {
    /// A name for people.
    pub name: String,
    /// When it sends.
    pub rules: SendingRules,
    /// How it sends.
    pub settings: ChannelSettings,
}

/// A channel that sends.
#[derive(Debug)]
pub struct LiveChannel {
    /// Its id: letters, digits and hyphens.
    pub id: String,
    /// What it is.
    pub config: ChannelConfig,
    /// None where the settings are wrong, which was logged.
    sender: Option<notify::Channel>,
}

impl LiveChannel {
    /// Tries once to deliver a message.
    pub(crate) async fn deliver(&self, message: &Message, id: &DeliveryId) -> Result<(), DeliveryError> {
        match &self.sender {
            Some(sender) => sender.deliver(message, id).await,
            None => Err(DeliveryError::Refused("the settings of the channel are wrong: make it again".to_owned())),
        }
    }
}

/// All channels. Its clones are the same channels.
#[derive(Clone)]
pub struct Channels {
    live: Arc<RwLock<Vec<Arc<LiveChannel>>>>,
    sealer: Option<Sealer>,
    allowed_networks: Arc<[IpNet]>,
}

impl Channels {
    /// Reads the channels of a database and of the settings. One that cannot be read is logged and sends nothing.
    pub async fn read(store: &Store, config: &Config) -> Result<Self, StoreError> {
        let sealer = config.secret_key.as_ref().map(Sealer::of);
        let allowed_networks = config.allowed_networks.clone().into();
        let channels = Self { live: Arc::default(), sealer, allowed_networks };
        if let Some(mail) = &config.mail {
            channels.put(MAIL_OF_SETTINGS.to_owned(), channel_of_settings(mail));
        }
        for sealed in store.channels().await? {
            match channels.opened(&sealed) {
                Ok(config) => channels.put(sealed.id, config),
                Err(reason) => error!(channel.id = sealed.id, reason, "a channel cannot be read and sends nothing"),
            }
        }
        Ok(channels)
    }

    fn opened(&self, channel: &SealedChannel) -> Result<ChannelConfig, String> {
        let sealer = self.sealer.as_ref().ok_or("SECRET_KEY is not set")?;
        let plain = sealer.open(&channel.id, &channel.body).map_err(|error| error.to_string())?;
        serde_json::from_slice(&plain).map_err(|error| error.to_string())
    }

    /// Returns every channel.
    pub fn all(&self) -> Vec<Arc<LiveChannel>> {
        self.live.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Checks a channel. Returns its settings as they are to be stored; none without a key to encrypt them by.
    ///
    /// # Errors
    ///
    /// Returns all that is wrong with the settings.
    pub(crate) fn sealed(&self, id: &str, config: &ChannelConfig) -> Result<Option<SealedChannel>, InvalidChannel> {
        notify::Channel::new(config.settings.clone(), &self.allowed_networks)?;
        let plain = serde_json::to_vec(config).expect("settings are plain data");
        let sealed = |sealer: &Sealer| SealedChannel { id: id.to_owned(), body: sealer.seal(id, &plain) };
        Ok(self.sealer.as_ref().map(sealed))
    }

    /// Lets a channel send, in place of the one with its id.
    pub(crate) fn put(&self, id: String, config: ChannelConfig) {
        let sender = notify::Channel::new(config.settings.clone(), &self.allowed_networks)
            .inspect_err(|reason| error!(channel.id = id, %reason, "a channel cannot send"));
        self.remove(&id);
        let channel = LiveChannel { id, config, sender: sender.ok() };
        self.live.write().unwrap_or_else(PoisonError::into_inner).push(Arc::new(channel));
    }

    /// Lets a channel send no more.
    pub(crate) fn remove(&self, id: &str) {
        self.live.write().unwrap_or_else(PoisonError::into_inner).retain(|channel| channel.id != id);
    }
}

/// Returns the channel that the settings of mail ask for: high and critical alerts, one by one.
fn channel_of_settings(mail: &Mail) -> ChannelConfig {
    let Mail { server, port, login, sender, recipients } = mail.clone();
    let login = login.map(|(name, password)| MailLogin { name, password });
    let encryption = if port == PORT_OF_TLS { Encryption::Tls } else { Encryption::StartTls };
    let settings = MailSettings { server, port, encryption, login, ca_certificates: None, sender, recipients };
    ChannelConfig { name: "Mail".to_owned(), rules: SendingRules::default(), settings: ChannelSettings::Mail(settings) }
}

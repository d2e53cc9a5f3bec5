//! A way to deliver messages.

use std::time::Duration;

use tokio::time::timeout;

use crate::{
    ChannelSettings, DeliveryError, DeliveryId, InvalidChannel, IpNet, Message,
    faults::Faults,
    mail::MailChannel,
    syslog::SyslogChannel,
    web::{BodyFormat, WebChannel},
};

/// The time for an attempt, of all steps together.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A way to deliver messages.
#[derive(Debug)]
pub struct Channel(ChannelKind);

#[derive(Debug)]
enum ChannelKind {
    Mail(MailChannel),
    Web(WebChannel),
    Syslog(SyslogChannel),
}

impl Channel {
    /// Checks settings and makes a channel of them. Reads the certificates of the system from the disk.
    ///
    /// Webhooks and chats reach public addresses, and in addition those in `allowed_networks`. Mail and syslog servers
    /// are reached wherever they are: they speak first or not at all, and usually are in the own network.
    ///
    /// # Errors
    ///
    /// Returns everything that is wrong with the settings.
    pub fn new(settings: ChannelSettings, allowed_networks: &[IpNet]) -> Result<Self, InvalidChannel> {
        let mut faults = Faults::default();
        let kind = match settings {
            ChannelSettings::Mail(settings) => MailChannel::new(settings, &mut faults).map(ChannelKind::Mail),
            ChannelSettings::Webhook(settings) => {
                WebChannel::webhook(&settings, allowed_networks, &mut faults).map(ChannelKind::Web)
            }
            ChannelSettings::Slack(settings) => {
                WebChannel::chat(&settings, BodyFormat::Slack, allowed_networks, &mut faults).map(ChannelKind::Web)
            }
            ChannelSettings::Teams(settings) => {
                WebChannel::chat(&settings, BodyFormat::Teams, allowed_networks, &mut faults).map(ChannelKind::Web)
            }
            ChannelSettings::Syslog(settings) => Some(ChannelKind::Syslog(SyslogChannel::new(settings, &mut faults))),
        };
        faults.finish(kind).map(Self)
    }

    /// Tries once to deliver a message, for a minute at most.
    ///
    /// The `id` is the same at every attempt to deliver this message by this channel. A message may arrive twice, if an
    /// answer is lost; it then has the same id.
    pub async fn deliver(&self, message: &Message, id: &DeliveryId) -> Result<(), DeliveryError> {
        let attempt = async {
            match &self.0 {
                ChannelKind::Mail(channel) => channel.deliver(message, id).await,
                ChannelKind::Web(channel) => channel.deliver(message, id).await,
                ChannelKind::Syslog(channel) => channel.deliver(message, id).await,
            }
        };
        let is_late = |_| DeliveryError::retry(format!("the delivery took longer than {} seconds", TIMEOUT.as_secs()));
        timeout(TIMEOUT, attempt).await.unwrap_or_else(|elapsed| Err(is_late(elapsed)))
    }
}

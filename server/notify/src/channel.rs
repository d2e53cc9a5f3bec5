//! A way to deliver messages.

use crate::{ChannelSettings, DeliveryError, DeliveryId, InvalidChannel, IpNet, Message};

/// A way to deliver messages.
#[derive(Debug)]
pub struct Channel(ChannelSettings);

impl Channel {
    /// Checks settings and makes a channel of them. Reads the certificates of the system from the disk.
    ///
    /// Webhooks and chats reach public addresses, and in addition those in `allowed_networks`.
    pub fn new(settings: ChannelSettings, allowed_networks: &[IpNet]) -> Result<Self, InvalidChannel> {
        let _ = allowed_networks;
        Ok(Self(settings))
    }

    /// Tries once to deliver a message, for a minute at most.
    ///
    /// The `id` is the same at every attempt to deliver this message by this channel.
    pub async fn deliver(&self, message: &Message, id: &DeliveryId) -> Result<(), DeliveryError> {
        let _ = (&self.0, message);
        let reason = format!("{id} was not delivered: this kind of channel cannot send yet");
        std::future::ready(Err(DeliveryError::retry(reason))).await
    }
}

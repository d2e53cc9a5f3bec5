//! The channels that alerts are sent by.

use std::sync::Arc;

use app::actor::{Actor, Scope};
use jiff::Timestamp;
use notify::{Content, DeliveryId, Message, TestNotice};
use shared::error::Error;

use super::{Service, random_id};
use crate::{
    audit::{AuditAct, AuditEntry},
    notifications::{ChannelConfig, LiveChannel, MAIL_OF_SETTINGS},
    store::DeliveryRecord,
};

/// The maximum number of channels.
const MOST: usize = 50;

impl Service {
    /// Returns every channel.
    pub fn channels(&self, actor: &Actor) -> Result<Vec<Arc<LiveChannel>>, Error> {
        actor.require(Scope::Admin)?;
        Ok(self.0.channels.all())
    }

    /// Makes a channel, which sends the alerts that are raised from now on and those that wait. Returns its id.
    pub async fn add_channel(&self, actor: &Actor, config: ChannelConfig) -> Result<String, Error> {
        actor.require(Scope::Admin)?;
        if self.0.channels.all().len() >= MOST {
            return Err(Error::Conflict(format!("there are {MOST} channels: delete one first")));
        }
        let id = random_id();
        let sealed = self.0.channels.sealed(&id, &config);
        let sealed = sealed
            .map_err(|wrong| Error::Invalid(wrong.0.iter().map(|fault| format!("settings: {fault}")).collect()))?;
        let without_key = "set SECRET_KEY first: the settings of channels are encrypted by it";
        let sealed = sealed.ok_or_else(|| Error::Conflict(without_key.to_owned()))?;
        let act = AuditEntry::of(actor, AuditAct::ChannelAdded, &config.name, &id);
        self.0.store.put_channel(sealed, &act).await.map_err(|reason| self.unavailable(&reason))?;
        self.0.channels.put(id.clone(), config);
        Ok(id)
    }

    /// Deletes a channel. What it has not sent, it will not send.
    pub async fn delete_channel(&self, actor: &Actor, id: &str) -> Result<(), Error> {
        actor.require(Scope::Admin)?;
        let channel = self.channel(id)?;
        if id == MAIL_OF_SETTINGS {
            let detail = "this channel comes from the settings: turn it off by EMAIL_NOTIFICATIONS_ENABLED";
            return Err(Error::Conflict(detail.to_owned()));
        }
        let act = AuditEntry::of(actor, AuditAct::ChannelDeleted, &channel.config.name, id);
        self.0.store.delete_channel(id, &act).await.map_err(|reason| self.unavailable(&reason))?;
        self.0.channels.remove(id);
        Ok(())
    }

    /// Sends a message by a channel that only tests it. Returns why it was not delivered, if it was not.
    pub async fn test_channel(&self, actor: &Actor, id: &str) -> Result<Option<String>, Error> {
        actor.require(Scope::Admin)?;
        let channel = self.channel(id)?;
        let test = TestNotice { requested_by: actor.account().to_string(), link: None };
        let message = Message { time: Timestamp::now(), organisation: None, content: Content::Test(test) };
        let delivery = DeliveryId::try_from(format!("test-{}", random_id())).expect("hexadecimal digits");
        Ok(channel.deliver(&message, &delivery).await.err().map(|reason| reason.to_string()))
    }

    /// Returns the deliveries that were given up, those of the latest alerts first.
    pub async fn dead_letters(&self, actor: &Actor, limit: usize) -> Result<Vec<DeliveryRecord>, Error> {
        actor.require(Scope::Admin)?;
        self.0.store.dead_letters(limit).await.map_err(|reason| self.unavailable(&reason))
    }

    fn channel(&self, id: &str) -> Result<Arc<LiveChannel>, Error> {
        let found = self.0.channels.all().into_iter().find(|channel| channel.id == id);
        found.ok_or_else(|| Error::NotFound(format!("channel {}", shared::control_characters::visible(id))))
    }
}

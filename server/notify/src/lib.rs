//! Notifications: what an alert says by mail, webhook, chat or syslog, and how it gets there. This crate knows neither
//! the database nor the web server.
//!
//! A [`Message`] is what is to be told, a [`Channel`] a way to tell it, made of [`ChannelSettings`].
//! [`Channel::deliver`] tries once; a [`DeliveryError`] says whether to try again. When to send, how often to try and
//! what to put into a digest is decided by the caller.

mod channel;
mod delivery;
mod faults;
mod mail;
mod message;
mod secret;
mod settings;
mod syslog;
mod tls;
mod waterfall;
mod web;
mod wording;

pub use self::{
    channel::Channel,
    delivery::{DeliveryError, DeliveryId, InvalidDeliveryId},
    message::{AlertNotice, Content, Digest, Message, NoticeReason, TestNotice},
    secret::Secret,
    settings::{
        ChannelSettings, ChatSettings, Encryption, InvalidChannel, InvalidSetting, MailLogin, MailSettings,
        SyslogSettings, SyslogTransport, WebhookFormat, WebhookSettings,
    },
};
pub use ipnet::IpNet;

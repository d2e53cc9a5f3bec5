//! Notifications: sends alerts from the outbox by the channels that people set.
//!
//! An alert is in the outbox from the transaction that raised it until every channel that it is for has it, so that it is
//! delivered at least once, also after a crash. A channel that fails is tried again, with longer and longer pauses; the
//! alerts that come meanwhile wait behind, so that they arrive in their order. What the other side refuses for ever, or
//! has not taken for three days, is given up and listed.

mod channels;
mod messages;
mod sealing;
mod sending;
mod worker;

pub use self::{
    channels::{ChannelConfig, Channels, LiveChannel, MAIL_OF_SETTINGS},
    sending::{QuietHours, SendingRules},
};

pub(crate) use self::worker::OutboxWorker;

//! The record of administrative acts.

use app::actor::Actor;
use jiff::Timestamp;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// An administrative act: who did what, when, and to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When it was done.
    pub time: Timestamp,
    /// The account or key of who did it.
    pub by: String,
    /// What was done.
    pub act: AuditAct,
    /// What it was done to, such as the name of an account.
    pub subject: String,
    /// What else there is to say.
    pub detail: String,
}

/// A kind of administrative act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum AuditAct {
    /// An API key was made.
    KeyCreated,
    /// An API key was given another secret.
    KeyRotated,
    /// An API key was ended.
    KeyRevoked,
    /// An account was made.
    AccountAdded,
    /// An account was changed.
    AccountChanged,
    /// A person has changed their own password.
    PasswordChanged,
    /// A channel of notifications was made.
    ChannelAdded,
    /// A channel of notifications was deleted.
    ChannelDeleted,
    /// A user was erased, whose name is not kept.
    UserErased,
    /// Settings were changed.
    SettingsChanged,
}

impl AuditAct {
    /// Returns the name of the act in rows and answers.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl AuditEntry {
    /// Makes the entry of an act of somebody that is done now.
    pub fn of(actor: &Actor, act: AuditAct, subject: impl Into<String>, detail: impl Into<String>) -> Self {
        let (time, by) = (Timestamp::now(), actor.account().to_string());
        Self { time, by, act, subject: subject.into(), detail: detail.into() }
    }
}

//! What somebody did: one event, as every part of the product understands it.

mod draft;
mod outcome;

pub use self::{
    draft::{Draft, Fault, Faults, MAX_RESOURCE, MAX_TEXT, Raw},
    outcome::Outcome,
};

use std::{fmt, net::IpAddr, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{hash::Hasher, travel::Coordinates};

/// One act of one user, checked: every field holds a valid value or is unknown.
///
/// `None` always means *unknown*, never zero, and is never by itself suspicious.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Who acted.
    pub user: UserId,
    /// When, to the millisecond.
    pub time: Timestamp,
    /// What kind of act it was.
    pub action: Action,
    /// What it was done to; levels are separated by `/`.
    pub resource: Option<Box<str>>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
    /// How much was moved, in megabytes (10^6 bytes).
    pub volume_mb: Option<f64>,
    /// Where the user was: a city, a country, or whatever the source calls a place.
    pub location: Option<Box<str>>,
    /// What the user worked with.
    pub device: Option<Device>,
    /// Failed attempts before this event, as the sender counted them.
    pub failed_attempts: Option<u32>,
    /// Whether the place differs from the last one, as the sender sees it.
    pub location_change: Option<bool>,
    /// The sender's own id of the event.
    pub sender_id: Option<Box<str>>,
    /// The vendor's name of the act.
    pub native_action: Option<Box<str>>,
    /// The user's department.
    pub department: Option<Box<str>>,
    /// The user's role.
    pub role: Option<Box<str>>,
    /// The program that sent the request.
    pub user_agent: Option<Box<str>>,
    /// How the act ended, as the format decides from the vendor's own fields.
    pub outcome: Outcome,
    /// How the act ended in the vendor's own words, such as `AccessDenied`, for people to read; none where they say no
    /// more than `outcome`.
    pub native_outcome: Option<Box<str>>,
    /// Where on the globe it was: as the source tells, else where the place called `location` is, else in the middle of
    /// the country of `address`. Known or not, it is the same event.
    pub coordinates: Option<Coordinates>,
}

impl Event {
    /// An event of which only the three required fields are known.
    pub fn new(user: UserId, time: Timestamp, action: Action) -> Self {
        Self {
            user,
            time,
            action,
            resource: None,
            address: None,
            volume_mb: None,
            location: None,
            device: None,
            failed_attempts: None,
            location_change: None,
            sender_id: None,
            native_action: None,
            department: None,
            role: None,
            user_agent: None,
            outcome: Outcome::Unknown,
            native_outcome: None,
            coordinates: None,
        }
    }

    /// Returns the sender's id, else sixteen hexadecimal digits that name the content:
    /// the same event sent twice has the same id.
    pub fn id(&self) -> String {
        self.sender_id.as_deref().map_or_else(|| format!("{:016x}", self.fingerprint()), str::to_owned)
    }

    /// Tells whether the act is known to have failed.
    pub fn has_failed(&self) -> bool {
        self.outcome == Outcome::Failure
    }

    /// Returns how the act ended in the most telling words that there are; empty where that is unknown.
    fn outcome_text(&self) -> &str {
        match (&self.native_outcome, self.outcome) {
            (Some(text), _) => text,
            (None, Outcome::Unknown) => "",
            (None, outcome) => outcome.name(),
        }
    }

    fn fingerprint(&self) -> u64 {
        let numbers = (self.volume_mb.map(f64::to_bits), self.failed_attempts, self.location_change);
        let mut hasher = Hasher::default();
        hasher.text(self.user.as_str());
        hasher.number(self.time.as_millisecond().cast_unsigned());
        hasher.text(self.action.name());
        hasher.text(self.device.map_or("", Device::name));
        hasher.text(&self.address.map_or_else(String::new, |address| address.to_string()));
        hasher.text(&format!("{numbers:?}"));
        for text in
            [&self.resource, &self.location, &self.native_action, &self.department, &self.role, &self.user_agent]
        {
            hasher.text(text.as_deref().unwrap_or_default());
        }
        hasher.text(self.outcome_text());
        hasher.finish()
    }
}

/// Who acted: 1 to 256 characters without control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserId(Box<str>);

impl UserId {
    /// The most characters an id may have.
    pub const MAX_CHARS: usize = 256;

    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for UserId {
    type Error = InvalidUserId;

    fn try_from(id: String) -> Result<Self, InvalidUserId> {
        id.parse()
    }
}

impl FromStr for UserId {
    type Err = InvalidUserId;

    fn from_str(id: &str) -> Result<Self, InvalidUserId> {
        let is_valid = !id.is_empty() && id.chars().count() <= Self::MAX_CHARS && !id.chars().any(char::is_control);
        is_valid.then(|| Self(id.into())).ok_or(InvalidUserId)
    }
}

impl From<UserId> for String {
    fn from(id: UserId) -> Self {
        id.0.into()
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that cannot be a user's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to {max} characters, none of them a control character", max = UserId::MAX_CHARS)]
pub struct InvalidUserId;

/// What kind of act an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
pub enum Action {
    /// Somebody came in, or tried to.
    Login,
    /// Somebody left.
    Logout,
    /// Content went out.
    Download,
    /// Content came in or was changed.
    Upload,
    /// Something was destroyed.
    Delete,
    /// Something was looked at.
    View,
    /// Identities, rights, logging, sharing or network openness were changed.
    Admin,
}

impl Action {
    /// Returns the name used in every format.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What a user works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
pub enum Device {
    /// A desktop or laptop computer.
    Desktop,
    /// A phone.
    Mobile,
    /// A tablet.
    Tablet,
    /// A machine without a person in front of it.
    Server,
    /// A browser, the machine unknown.
    Web,
    /// A command-line tool or a script.
    Cli,
    /// Something else.
    Other,
}

impl Device {
    /// Returns the name used in every format.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login_of(user: &str) -> Event {
        let user = user.parse().expect("a valid id");
        let time = "2024-01-15T14:30:00Z".parse().expect("a valid time");
        Event::new(user, time, Action::Login)
    }

    #[test]
    fn the_same_content_has_the_same_id_and_other_content_another() {
        let login = login_of("ann");
        assert_eq!(login.id(), login.clone().id());
        assert_ne!(login.id(), login_of("bob").id());
        assert_ne!(login.id(), Event { volume_mb: Some(0.0), ..login.clone() }.id(), "zero is not unknown");
    }

    #[test]
    fn the_id_of_the_same_content_is_the_same_in_every_version() {
        for (outcome, native_outcome, id) in [
            (Outcome::Unknown, None, "7096e1a30a50801e"),
            (Outcome::Unknown, Some("unknown"), "1c34596a1b2b2a2b"),
            (Outcome::Success, None, "c4135c723599fd2b"),
            (Outcome::Failure, Some("Failure"), "78525f4e287309be"),
            (Outcome::Failure, Some("AccessDenied"), "c7a99dba267cbb61"),
        ] {
            let native_outcome = native_outcome.map(Into::into);
            assert_eq!(Event { outcome, native_outcome, ..login_of("ann") }.id(), id);
        }
    }

    #[test]
    fn the_senders_id_is_kept() {
        let event = Event { sender_id: Some("e-7".into()), ..login_of("ann") };
        assert_eq!(event.id(), "e-7");
    }

    #[test]
    fn a_user_id_has_one_to_256_characters_and_none_that_controls() {
        assert!("ann".parse::<UserId>().is_ok());
        assert!("ä".repeat(256).parse::<UserId>().is_ok());
        for bad in [String::new(), "a".repeat(257), "a\nb".to_owned()] {
            assert_eq!(bad.parse::<UserId>(), Err(InvalidUserId));
        }
    }

    #[test]
    fn every_action_and_device_is_found_by_its_name() {
        for action in Action::VARIANTS {
            assert_eq!(action.name().to_uppercase().parse(), Ok(*action));
        }
        for device in Device::VARIANTS {
            assert_eq!(device.name().parse(), Ok(*device));
        }
        assert!("toaster".parse::<Device>().is_err());
    }
}

//! The event: one act of one user, normalised from whatever format it came in.

mod key;
mod outcome;
mod raw_value;
mod shorten;
mod unchecked;
mod user_id;
mod validation_errors;

pub use self::{
    key::EventKey,
    outcome::Outcome,
    raw_value::{MAX_RESOURCE, MAX_TEXT, RawValue},
    unchecked::{CheckedEvent, FieldOf, UncheckedEvent},
    user_id::{InvalidUserId, UserId},
    validation_errors::{FieldError, ValidationErrors},
};

pub(crate) use self::{
    raw_value::{address_of, in_zone, trimmed},
    shorten::shorten,
};

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{
    calendar::{Day, second_of},
    hash::Hasher,
    travel::Coordinates,
};

/// One act of one user. Every field holds a valid value or is unknown.
///
/// `None` means that a value is *unknown*, never that it is zero. An unknown value is not suspicious by itself.
///
/// ```
/// use shared::event::{Action, Event, Outcome};
///
/// let time = "2024-01-15T14:30:00Z".parse()?;
/// let login = Event { outcome: Outcome::Failure, ..Event::new("ann".parse()?, time, Action::Login) };
/// assert!(login.has_failed());
/// assert_eq!(login.day().weekday(), 0); // a Monday
/// assert_eq!(login.id(), login.clone().id()); // made of the content, since no sender gave one
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The user who acted.
    pub user: UserId,
    /// The time of the act, to the millisecond.
    pub time: Timestamp,
    /// The kind of act.
    pub action: Action,
    /// The resource acted upon, such as a file; levels are separated by `/`.
    pub resource: Option<Box<str>>,
    /// The address from which the request came.
    pub address: Option<IpAddr>,
    /// The volume of data moved, in megabytes (10^6 bytes): 0 to 10^12.
    pub volume_mb: Option<f64>,
    /// The name of the place where the user was: a city, a country, or what the source calls a place.
    pub location: Option<Box<str>>,
    /// The kind of device that the user worked with.
    pub device: Option<Device>,
    /// The number of failed attempts in a row before this event, as counted by the sender.
    pub failed_attempts: Option<u32>,
    /// Whether the place differs from that of the user's previous event, as the sender says.
    pub location_change: Option<bool>,
    /// The id that the sender gave the event; [`Event::id`] makes one where there is none.
    pub event_id: Option<Box<str>>,
    /// The vendor's own name of the act, such as `GetObject`.
    pub native_action: Option<Box<str>>,
    /// The user's department.
    pub department: Option<Box<str>>,
    /// The user's role.
    pub role: Option<Box<str>>,
    /// The user agent: the program that sent the request, as it calls itself.
    pub user_agent: Option<Box<str>>,
    /// The outcome of the act, as the format's mapping decides it.
    pub outcome: Outcome,
    /// The vendor's own text for the outcome, such as `AccessDenied`, for people to read; none if it says no more than
    /// `outcome`.
    pub native_outcome: Option<Box<str>>,
    /// The point on the globe: the record's own coordinates, else those of the place called `location`, else the middle
    /// of the country of `address`. They are no part of the id, since the tables of places change.
    pub coordinates: Option<Coordinates>,
}

impl Event {
    /// Makes an event of which only the three required fields are known.
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
            event_id: None,
            native_action: None,
            department: None,
            role: None,
            user_agent: None,
            outcome: Outcome::Unknown,
            native_outcome: None,
            coordinates: None,
        }
    }

    /// Returns the sender's id of the event, else a hash of its content in sixteen hexadecimal digits.
    ///
    /// An event that is sent twice has the same id both times, in every version of the product.
    pub fn id(&self) -> String {
        self.event_id.as_deref().map_or_else(|| format!("{:016x}", self.fingerprint()), str::to_owned)
    }

    /// Returns the day of the event (UTC).
    pub fn day(&self) -> Day {
        Day::of(second_of(self.time))
    }

    /// Returns whether the act is known to have failed.
    pub fn has_failed(&self) -> bool {
        self.outcome == Outcome::Failure
    }

    /// Returns the vendor's words for the outcome, else the outcome's name; an empty text if both are unknown.
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
        hasher.text(&self.user.folded());
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

/// The kind of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
pub enum Action {
    /// A sign-in, also a failed one, or the assumption of a role.
    Login,
    /// A sign-out.
    Logout,
    /// Content was downloaded.
    Download,
    /// Content was uploaded or changed.
    Upload,
    /// Something was deleted.
    Delete,
    /// Something was looked at, without its content being downloaded.
    View,
    /// Identities, permissions, logging, sharing or network access were changed.
    Admin,
}

impl Action {
    /// Returns the name of the action in every format.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// The kind of device that a user works with.
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
    /// A machine that acts without a person.
    Server,
    /// A browser on an unknown machine.
    Web,
    /// A command-line tool or a script.
    Cli,
    /// Another kind of device.
    Other,
}

impl Device {
    /// Returns the name of the device in every format.
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
        let event = Event { event_id: Some("e-7".into()), ..login_of("ann") };
        assert_eq!(event.id(), "e-7");
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

//! From whatever a sender wrote to a checked [`Event`], naming every fault at once.

use std::{borrow::Cow, fmt, net::IpAddr, str::FromStr};

use jiff::Timestamp;
use serde_json::Value;
use strum::VariantArray;

use super::{Action, Device, Event, InvalidUserId, UserId};

/// The most characters a text may have.
pub const MAX_TEXT: usize = 256;
/// The most characters the name of a resource may have.
pub const MAX_RESOURCE: usize = 1024;
const MAX_FAILED_ATTEMPTS: f64 = 10_000.0;

/// One value as the sender wrote it.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw<'a> {
    /// A text; every cell of a CSV file is one.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// True or false.
    Bool(bool),
    /// A list or an object, which no field takes.
    Nested,
}

impl<'a> Raw<'a> {
    /// Takes a cell of a table; an empty one is unknown.
    pub fn cell(text: &'a str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then_some(Self::Text(Cow::Borrowed(text)))
    }

    /// Takes a JSON value; `null` is unknown.
    pub fn json(value: &'a Value) -> Option<Self> {
        Some(match value {
            Value::Null => return None,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(_) | Value::Object(_) => Self::Nested,
        })
    }
}

impl fmt::Display for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 40;
        match self {
            Self::Text(text) if text.chars().count() > SHOWN => {
                write!(f, "\"{}…\"", text.chars().take(SHOWN).collect::<String>())
            }
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::Number(number) => write!(f, "{number}"),
            Self::Bool(flag) => write!(f, "{flag}"),
            Self::Nested => f.write_str("a list or object"),
        }
    }
}

/// What is wrong with one field of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field's name; empty when the record as a whole is at fault.
    pub field: &'static str,
    /// What is wrong, and what would be right.
    pub detail: String,
}

/// Everything that is wrong with one record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// A fault of the record as a whole.
    pub fn of_record(detail: impl Into<String>) -> Self {
        Self(vec![Fault { field: "", detail: detail.into() }])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, fault) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { "; " };
            let space = if fault.field.is_empty() { "" } else { " " };
            write!(f, "{separator}{}{space}{}", fault.field, fault.detail)?;
        }
        Ok(())
    }
}

/// The fields of an event before they are checked; each is as the sender wrote it, or absent.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of `Event`, under the names of the contract")]
pub struct Draft<'a> {
    pub user_id: Option<Raw<'a>>,
    pub timestamp: Option<Raw<'a>>,
    pub action_type: Option<Raw<'a>>,
    pub resource_id: Option<Raw<'a>>,
    pub ip_address: Option<Raw<'a>>,
    pub data_volume_mb: Option<Raw<'a>>,
    pub location: Option<Raw<'a>>,
    pub device_type: Option<Raw<'a>>,
    pub failed_attempts: Option<Raw<'a>>,
    pub location_change: Option<Raw<'a>>,
    pub event_id: Option<Raw<'a>>,
    pub native_action: Option<Raw<'a>>,
    pub department: Option<Raw<'a>>,
    pub role: Option<Raw<'a>>,
    pub user_agent: Option<Raw<'a>>,
    pub outcome: Option<Raw<'a>>,
}

impl<'a> Draft<'a> {
    /// The fields' names, in the order of the contract.
    pub const FIELDS: [&'static str; 16] = [
        "user_id",
        "timestamp",
        "action_type",
        "resource_id",
        "ip_address",
        "data_volume_mb",
        "location",
        "device_type",
        "failed_attempts",
        "location_change",
        "event_id",
        "native_action",
        "department",
        "role",
        "user_agent",
        "outcome",
    ];

    /// Returns the place of the field called `name`, if there is one.
    pub fn field(&mut self, name: &str) -> Option<&mut Option<Raw<'a>>> {
        Some(match name {
            "user_id" => &mut self.user_id,
            "timestamp" => &mut self.timestamp,
            "action_type" => &mut self.action_type,
            "resource_id" => &mut self.resource_id,
            "ip_address" => &mut self.ip_address,
            "data_volume_mb" => &mut self.data_volume_mb,
            "location" => &mut self.location,
            "device_type" => &mut self.device_type,
            "failed_attempts" => &mut self.failed_attempts,
            "location_change" => &mut self.location_change,
            "event_id" => &mut self.event_id,
            "native_action" => &mut self.native_action,
            "department" => &mut self.department,
            "role" => &mut self.role,
            "user_agent" => &mut self.user_agent,
            "outcome" => &mut self.outcome,
            _ => return None,
        })
    }

    /// Checks every field and returns the event, or all that is wrong with it.
    pub fn check(self) -> Result<Event, Faults> {
        let mut check = Check::default();
        let user = check.required("user_id", self.user_id, user_id);
        let time = check.required("timestamp", self.timestamp, timestamp);
        let action = check.required("action_type", self.action_type, action);
        let resource = check.optional("resource_id", self.resource_id, text::<MAX_RESOURCE>);
        let address = check.optional("ip_address", self.ip_address, address);
        let volume_mb = check.optional("data_volume_mb", self.data_volume_mb, volume);
        let location = check.optional("location", self.location, text::<MAX_TEXT>);
        let device = check.optional("device_type", self.device_type, device);
        let failed_attempts = check.optional("failed_attempts", self.failed_attempts, failed_attempts);
        let location_change = check.optional("location_change", self.location_change, flag);
        let sender_id = check.optional("event_id", self.event_id, text::<MAX_TEXT>);
        let native_action = check.optional("native_action", self.native_action, text::<MAX_TEXT>);
        let department = check.optional("department", self.department, text::<MAX_TEXT>);
        let role = check.optional("role", self.role, text::<MAX_TEXT>);
        let user_agent = check.optional("user_agent", self.user_agent, text::<MAX_TEXT>);
        let outcome = check.optional("outcome", self.outcome, text::<MAX_TEXT>);
        let (Some(user), Some(time), Some(action), true) = (user, time, action, check.0.is_empty()) else {
            return Err(Faults(check.0));
        };
        Ok(Event {
            user,
            time,
            action,
            resource,
            address,
            volume_mb,
            location,
            device,
            failed_attempts,
            location_change,
            sender_id,
            native_action,
            department,
            role,
            user_agent,
            outcome,
            coordinates: None,
        })
    }
}

/// Collects the faults of one draft.
#[derive(Default)]
struct Check(Vec<Fault>);

impl Check {
    fn required<T>(&mut self, field: &'static str, raw: Option<Raw>, parse: fn(&Raw) -> Parsed<T>) -> Option<T> {
        if raw.is_none() {
            self.0.push(Fault { field, detail: "is missing".to_owned() });
        }
        self.optional(field, raw, parse)
    }

    fn optional<T>(&mut self, field: &'static str, raw: Option<Raw>, parse: fn(&Raw) -> Parsed<T>) -> Option<T> {
        match parse(&raw?) {
            Ok(value) => value,
            Err(detail) => {
                self.0.push(Fault { field, detail });
                None
            }
        }
    }
}

/// A value, nothing where the field is as good as absent, or what is wrong.
type Parsed<T> = Result<Option<T>, String>;

fn user_id(raw: &Raw) -> Parsed<UserId> {
    match raw {
        Raw::Text(text) => text.parse().map(Some).map_err(|error: InvalidUserId| error.to_string()),
        other => Err(format!("must be a text, not {other}")),
    }
}

fn timestamp(raw: &Raw) -> Parsed<Timestamp> {
    const EXAMPLE: &str = "write it as in 2024-01-15T14:30:00Z, with Z or an offset";
    let Raw::Text(text) = raw else {
        return Err(format!("must be a text, not {raw}; {EXAMPLE}"));
    };
    let time: Timestamp = text.parse().map_err(|_| format!("is no time: {}; {EXAMPLE}", Raw::Text(text.clone())))?;
    let to_the_ms = Timestamp::from_millisecond(time.as_millisecond());
    to_the_ms.map(Some).map_err(|_| "is out of range".to_owned())
}

fn action(raw: &Raw) -> Parsed<Action> {
    named(raw, Action::name)
}

fn device(raw: &Raw) -> Parsed<Device> {
    named(raw, Device::name)
}

fn named<T: FromStr + VariantArray + Copy>(raw: &Raw, name: fn(T) -> &'static str) -> Parsed<T> {
    let found = if let Raw::Text(text) = raw { text.parse().ok() } else { None };
    found.map(Some).ok_or_else(|| {
        let names: Vec<_> = T::VARIANTS.iter().map(|value| name(*value)).collect();
        format!("is {raw}, must be one of {}", names.join(", "))
    })
}

fn text<const MAX_CHARS: usize>(raw: &Raw) -> Parsed<Box<str>> {
    match raw {
        Raw::Text(text) if text.is_empty() => Ok(None),
        Raw::Text(text) if text.len() > MAX_CHARS && text.chars().count() > MAX_CHARS => {
            Err(format!("has {} characters, may have {MAX_CHARS}", text.chars().count()))
        }
        Raw::Text(text) => Ok(Some(text.as_ref().into())),
        other => Err(format!("must be a text, not {other}")),
    }
}

fn address(raw: &Raw) -> Parsed<IpAddr> {
    let parsed = if let Raw::Text(text) = raw { text.parse().ok() } else { None };
    parsed.map(Some).ok_or_else(|| format!("is {raw}, must be an IPv4 or IPv6 address"))
}

fn volume(raw: &Raw) -> Parsed<f64> {
    let number = number(raw)?;
    let is_valid = number.is_finite() && number >= 0.0;
    is_valid.then_some(Some(number)).ok_or_else(|| format!("is {raw}, must be a finite number, 0 or more"))
}

fn failed_attempts(raw: &Raw) -> Parsed<u32> {
    let number = number(raw)?;
    let is_valid = (0.0..=MAX_FAILED_ATTEMPTS).contains(&number) && number.fract() == 0.0;
    if !is_valid {
        return Err(format!("is {raw}, must be a whole number from 0 to {MAX_FAILED_ATTEMPTS}"));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and in range")]
    Ok(Some(number as u32))
}

fn number(raw: &Raw) -> Result<f64, String> {
    let number = match raw {
        Raw::Number(number) => Some(*number),
        Raw::Text(text) => text.parse().ok(),
        Raw::Bool(_) | Raw::Nested => None,
    };
    number.ok_or_else(|| format!("is {raw}, must be a number"))
}

fn flag(raw: &Raw) -> Parsed<bool> {
    let flag = match raw {
        Raw::Bool(flag) => Some(*flag),
        Raw::Number(number) if *number == 0.0 || *number == 1.0 => Some(*number == 1.0),
        Raw::Text(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        },
        Raw::Number(_) | Raw::Nested => None,
    };
    flag.map(Some).ok_or_else(|| format!("is {raw}, must be true or false"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(value: &Value) -> Result<Event, Faults> {
        let mut draft = Draft::default();
        for (name, value) in value.as_object().expect("an object") {
            *draft.field(name).expect("a known field") = Raw::json(value);
        }
        draft.check()
    }

    #[test]
    fn an_event_with_the_three_required_fields_is_valid_and_the_rest_unknown() {
        let event = check(&json!({"user_id": "ann", "timestamp": "2024-01-15T16:30:00+02:00", "action_type": "login"}))
            .expect("valid");
        assert_eq!(event.time.to_string(), "2024-01-15T14:30:00Z");
        assert_eq!(event, Event::new(event.user.clone(), event.time, Action::Login));
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let faults = check(&json!({
            "timestamp": "2024-01-15T14:30:00", "action_type": "fly", "ip_address": "1.2.3", "data_volume_mb": -1,
            "device_type": 7, "failed_attempts": 1.5, "location_change": "perhaps", "location": "x".repeat(257), "role": [],
        }))
        .expect_err("nine fields are wrong");
        let fields: Vec<_> = faults.0.iter().map(|fault| fault.field).collect();
        assert_eq!(
            fields,
            [
                "user_id",
                "timestamp",
                "action_type",
                "ip_address",
                "data_volume_mb",
                "location",
                "device_type",
                "failed_attempts",
                "location_change",
                "role"
            ]
        );
        assert!(
            faults
                .to_string()
                .starts_with("user_id is missing; timestamp is no time: \"2024-01-15T14:30:00\"; write it as"),
            "{faults}"
        );
    }

    #[test]
    fn null_and_empty_are_unknown() {
        let event = check(&json!({
            "user_id": "ann", "timestamp": "2024-01-15T14:30:00Z", "action_type": "VIEW", "location": "", "resource_id": null,
        }))
        .expect("valid");
        assert_eq!((event.action, event.location, event.resource), (Action::View, None, None));
    }

    #[test]
    fn a_volume_is_finite_and_not_negative() {
        for bad in [json!(-0.1), json!("inf"), json!("NaN"), json!("much"), json!(true)] {
            let event = json!({"user_id": "ann", "timestamp": "2024-01-15T14:30:00Z", "action_type": "view", "data_volume_mb": bad});
            assert_eq!(check(&event).expect_err("a bad volume").0[0].field, "data_volume_mb");
        }
    }
}

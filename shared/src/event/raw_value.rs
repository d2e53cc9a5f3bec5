//! The values of an event's fields as a sender wrote them, and the parsers that check them.

use std::{borrow::Cow, fmt, net::IpAddr, str::FromStr};

use jiff::Timestamp;
use strum::VariantArray;

use super::{Action, Device, InvalidUserId, UserId};
use crate::control_characters::{controls, visible};

/// The maximum length of a text, in characters.
pub const MAX_TEXT: usize = 256;
/// The maximum length of the name of a resource, in characters.
pub const MAX_RESOURCE: usize = 1024;
/// The maximum number of failed attempts in a row.
const MAX_FAILED_ATTEMPTS: f64 = 10_000.0;

/// The maximum volume of an event, in megabytes: an exabyte, so that no sum of volumes ever becomes infinite.
const MAX_VOLUME_MB: f64 = 1e12;

/// A value of a field as the sender wrote it.
#[derive(Debug, Clone, PartialEq)]
pub enum RawValue<'a> {
    /// A text; every cell of a CSV file is one.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// True or false.
    Bool(bool),
    /// A list or an object, which is valid in no field.
    Nested,
}

impl<'a> RawValue<'a> {
    /// Returns the value of a cell of a table, without the white space around it; none if the cell is empty.
    pub fn cell(text: &'a str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then_some(Self::Text(Cow::Borrowed(text)))
    }
}

/// Writes the value as a message quotes it: its beginning, with symbols for control characters.
impl fmt::Display for RawValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 40;
        match self {
            Self::Text(text) if text.chars().count() > SHOWN => {
                write!(f, "\"{}…\"", visible(&text.chars().take(SHOWN).collect::<String>()))
            }
            Self::Text(text) => write!(f, "\"{}\"", visible(text)),
            Self::Number(number) => write!(f, "{number}"),
            Self::Bool(flag) => write!(f, "{flag}"),
            Self::Nested => f.write_str("a list or object"),
        }
    }
}

/// A parsed value; `None` if the raw value counts as absent, such as an empty text; or the detail of an error.
pub(super) type Parsed<T> = Result<Option<T>, String>;

pub(super) fn user_id(raw: &RawValue) -> Parsed<UserId> {
    match raw {
        RawValue::Text(text) if controls(text) => Err(InvalidUserId.to_string()),
        RawValue::Text(text) => text.parse().map(Some).map_err(|error: InvalidUserId| error.to_string()),
        other => Err(format!("must be a text, not {other}")),
    }
}

/// Parses the id of an event, in which no character may look like another or like none.
pub(super) fn event_id(raw: &RawValue) -> Parsed<Box<str>> {
    match raw {
        RawValue::Text(text) if controls(text) => Err(format!("is {raw}, must have no control character")),
        other => text::<MAX_TEXT>(other),
    }
}

pub(super) fn timestamp(raw: &RawValue) -> Parsed<Timestamp> {
    const EXAMPLE: &str = "write it as in 2024-01-15T14:30:00Z, with Z or an offset";
    let RawValue::Text(text) = raw else {
        return Err(format!("must be a text, not {raw}; {EXAMPLE}"));
    };
    let time: Timestamp =
        text.parse().map_err(|_| format!("is no time: {}; {EXAMPLE}", RawValue::Text(text.clone())))?;
    let to_the_ms = Timestamp::from_millisecond(time.as_millisecond());
    to_the_ms.map(Some).map_err(|_| "is out of range".to_owned())
}

pub(super) fn action(raw: &RawValue) -> Parsed<Action> {
    named(raw, Action::name)
}

pub(super) fn device(raw: &RawValue) -> Parsed<Device> {
    named(raw, Device::name)
}

fn named<T: FromStr + VariantArray + Copy>(raw: &RawValue, name: fn(T) -> &'static str) -> Parsed<T> {
    let found = if let RawValue::Text(text) = raw { text.parse().ok() } else { None };
    found.map(Some).ok_or_else(|| {
        let names: Vec<_> = T::VARIANTS.iter().map(|value| name(*value)).collect();
        format!("is {raw}, must be one of {}", names.join(", "))
    })
}

/// Parses a text for people to read, with symbols for its control characters: a file may be called by them, and an event
/// with such a file is none to lose.
pub(super) fn text<const MAX_CHARS: usize>(raw: &RawValue) -> Parsed<Box<str>> {
    match raw {
        RawValue::Text(text) if text.is_empty() => Ok(None),
        RawValue::Text(text) if text.len() > MAX_CHARS && text.chars().count() > MAX_CHARS => {
            Err(format!("has {} characters, may have {MAX_CHARS}", text.chars().count()))
        }
        RawValue::Text(text) => Ok(Some(visible(text).into())),
        other => Err(format!("must be a text, not {other}")),
    }
}

/// Parses a text that may have been sent as a number or a truth value instead.
pub(super) fn word(raw: &RawValue) -> Parsed<Box<str>> {
    match raw {
        RawValue::Number(_) | RawValue::Bool(_) => Ok(Some(raw.to_string().into())),
        RawValue::Text(_) | RawValue::Nested => text::<MAX_TEXT>(raw),
    }
}

pub(super) fn degrees<const MOST: u8>(raw: &RawValue) -> Parsed<f64> {
    let (number, most) = (number(raw)?, f64::from(MOST));
    let is_valid = (-most..=most).contains(&number);
    is_valid.then_some(Some(number)).ok_or_else(|| format!("is {raw}, must be a number from -{MOST} to {MOST} degrees"))
}

pub(super) fn address(raw: &RawValue) -> Parsed<IpAddr> {
    let parsed = if let RawValue::Text(text) = raw { text.parse().ok() } else { None };
    parsed.map(Some).ok_or_else(|| format!("is {raw}, must be an IPv4 or IPv6 address"))
}

pub(super) fn volume(raw: &RawValue) -> Parsed<f64> {
    let number = number(raw)?;
    let is_valid = (0.0..=MAX_VOLUME_MB).contains(&number);
    is_valid.then_some(Some(number)).ok_or_else(|| format!("is {raw}, must be a number from 0 to {MAX_VOLUME_MB}"))
}

pub(super) fn failed_attempts(raw: &RawValue) -> Parsed<u32> {
    let number = number(raw)?;
    let is_valid = (0.0..=MAX_FAILED_ATTEMPTS).contains(&number) && number.fract() == 0.0;
    if !is_valid {
        return Err(format!("is {raw}, must be a whole number from 0 to {MAX_FAILED_ATTEMPTS}"));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and in range")]
    Ok(Some(number as u32))
}

fn number(raw: &RawValue) -> Result<f64, String> {
    let number = match raw {
        RawValue::Number(number) => Some(*number),
        RawValue::Text(text) => text.parse().ok(),
        RawValue::Bool(_) | RawValue::Nested => None,
    };
    number.ok_or_else(|| format!("is {raw}, must be a number"))
}

pub(super) fn flag(raw: &RawValue) -> Parsed<bool> {
    let flag = match raw {
        RawValue::Bool(flag) => Some(*flag),
        RawValue::Number(number) if *number == 0.0 || *number == 1.0 => Some(*number == 1.0),
        RawValue::Text(text) => {
            let is_one_of = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
            let is_false = is_one_of(["false", "0", "no"]);
            (is_false || is_one_of(["true", "1", "yes"])).then_some(!is_false)
        }
        RawValue::Number(_) | RawValue::Nested => None,
    };
    flag.map(Some).ok_or_else(|| format!("is {raw}, must be true or false"))
}

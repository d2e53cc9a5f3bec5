//! The values of an event's fields as a sender wrote them, and the parsers that check them.

use std::{borrow::Cow, fmt, net::IpAddr, ops::RangeInclusive, str::FromStr};

use jiff::Timestamp;
use strum::VariantArray;

use super::{Action, Device, InvalidUserId, UserId, shorten};
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

/// The value of a field, as far as it could be read.
pub(super) struct Parsed<T> {
    /// The value; none if it is absent or could not be read.
    pub(super) value: Option<T>,
    /// What could not be read, if anything.
    pub(super) fault: Option<Fault>,
}

/// An error in a raw value: its kind, and a sentence about this value, both to be read after the field's name.
pub(super) struct Fault {
    pub(super) problem: &'static str,
    pub(super) detail: String,
}

impl Fault {
    pub(super) fn new(problem: &'static str, detail: impl Into<String>) -> Self {
        Self { problem, detail: detail.into() }
    }

    /// Makes the error of a value that `must` be another one.
    fn must(problem: &'static str, raw: &RawValue, must: impl fmt::Display) -> Self {
        Self::new(problem, format!("is {raw}, must be {must}"))
    }

    fn no_text(raw: &RawValue) -> Self {
        Self::new("is no text", format!("must be a text, not {raw}"))
    }
}

impl<T> Parsed<T> {
    const ABSENT: Self = Self { value: None, fault: None };
}

impl<T> From<Fault> for Parsed<T> {
    fn from(fault: Fault) -> Self {
        Self { value: None, fault: Some(fault) }
    }
}

impl<T> From<Result<T, Fault>> for Parsed<T> {
    fn from(result: Result<T, Fault>) -> Self {
        result.map_or_else(Self::from, |value| Self { value: Some(value), fault: None })
    }
}

pub(super) fn user_id(raw: &RawValue) -> Parsed<UserId> {
    let invalid = || Fault::new("is no id", InvalidUserId.to_string());
    match raw {
        RawValue::Text(text) if controls(text) => Err(invalid()),
        RawValue::Text(text) => text.parse().map_err(|InvalidUserId| invalid()),
        other => Err(Fault::no_text(other)),
    }
    .into()
}

/// Parses the id of an event, in which no character may look like another or like none.
pub(super) fn event_id(raw: &RawValue) -> Parsed<Box<str>> {
    match raw {
        RawValue::Text(text) if controls(text) => {
            Fault::new("has control characters", format!("is {raw}, must have no control character")).into()
        }
        other => text::<MAX_TEXT>(other),
    }
}

pub(super) fn timestamp(raw: &RawValue) -> Parsed<Timestamp> {
    time(raw).into()
}

fn time(raw: &RawValue) -> Result<Timestamp, Fault> {
    const PROBLEM: &str = "is no time";
    const EXAMPLE: &str = "write it as in 2024-01-15T14:30:00Z, with Z or an offset";
    let RawValue::Text(text) = raw else {
        return Err(Fault::new(PROBLEM, format!("must be a text, not {raw}; {EXAMPLE}")));
    };
    let time: Timestamp = text.parse().map_err(|_| Fault::new(PROBLEM, format!("is no time: {raw}; {EXAMPLE}")))?;
    let to_the_ms = Timestamp::from_millisecond(time.as_millisecond());
    to_the_ms.map_err(|_| Fault::new("is out of range", "is out of range"))
}

pub(super) fn action(raw: &RawValue) -> Parsed<Action> {
    named("is no action", raw, Action::name)
}

pub(super) fn device(raw: &RawValue) -> Parsed<Device> {
    named("is no device", raw, Device::name)
}

fn named<T: FromStr + VariantArray + Copy>(
    problem: &'static str,
    raw: &RawValue,
    name: fn(T) -> &'static str,
) -> Parsed<T> {
    let found = if let RawValue::Text(text) = raw { text.parse().ok() } else { None };
    let names = || T::VARIANTS.iter().map(|value| name(*value)).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| Fault::must(problem, raw, format_args!("one of {}", names()))).into()
}

/// Parses a text for people to read, with symbols for its control characters: a file may be called by them, and an event
/// with such a file is none to lose. A text that is too long is shortened.
pub(super) fn text<const MAX_CHARS: usize>(raw: &RawValue) -> Parsed<Box<str>> {
    match raw {
        RawValue::Text(text) if text.is_empty() => Parsed::ABSENT,
        RawValue::Text(text) => {
            let short = shorten(Cow::Borrowed(text), MAX_CHARS);
            let too_long =
                || format!("has {} characters, may have {MAX_CHARS}, and is shortened", text.chars().count());
            let fault = matches!(short, Cow::Owned(_)).then(|| Fault::new("is too long", too_long()));
            Parsed { value: Some(visible(&short).into()), fault }
        }
        other => Fault::no_text(other).into(),
    }
}

/// Parses a text that may have been sent as a number or a truth value instead.
pub(super) fn word(raw: &RawValue) -> Parsed<Box<str>> {
    match raw {
        RawValue::Number(_) | RawValue::Bool(_) => Ok(Box::from(raw.to_string())).into(),
        RawValue::Text(_) | RawValue::Nested => text::<MAX_TEXT>(raw),
    }
}

pub(super) fn degrees<const MOST: u8>(raw: &RawValue) -> Parsed<f64> {
    let most = f64::from(MOST);
    number_in(-most..=most, raw, format_args!("a number from -{MOST} to {MOST} degrees")).into()
}

pub(super) fn address(raw: &RawValue) -> Parsed<IpAddr> {
    let parsed: Option<IpAddr> = if let RawValue::Text(text) = raw { text.parse().ok() } else { None };
    parsed.ok_or_else(|| Fault::must("is no address", raw, "an IPv4 or IPv6 address")).into()
}

pub(super) fn volume(raw: &RawValue) -> Parsed<f64> {
    number_in(0.0..=MAX_VOLUME_MB, raw, format_args!("a number from 0 to {MAX_VOLUME_MB}")).into()
}

pub(super) fn failed_attempts(raw: &RawValue) -> Parsed<u32> {
    let must = format_args!("a whole number from 0 to {MAX_FAILED_ATTEMPTS}");
    let whole = number_in(0.0..=MAX_FAILED_ATTEMPTS, raw, must).and_then(|number| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and in range")]
        let whole = (number.fract() == 0.0).then_some(number as u32);
        whole.ok_or_else(|| Fault::must("is no whole number", raw, must))
    });
    whole.into()
}

fn number_in(range: RangeInclusive<f64>, raw: &RawValue, must: fmt::Arguments) -> Result<f64, Fault> {
    let number = number(raw)?;
    if range.contains(&number) { Ok(number) } else { Err(Fault::must("is out of range", raw, must)) }
}

fn number(raw: &RawValue) -> Result<f64, Fault> {
    let number = match raw {
        RawValue::Number(number) => Some(*number),
        RawValue::Text(text) => text.parse().ok(),
        RawValue::Bool(_) | RawValue::Nested => None,
    };
    number.ok_or_else(|| Fault::must("is no number", raw, "a number"))
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
    flag.ok_or_else(|| Fault::must("is neither true nor false", raw, "true or false")).into()
}

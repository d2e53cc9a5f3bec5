//! The values of an event's fields as a sender wrote them, and the parsers that check them.

mod address;
mod local_time;
mod number;
mod placeholder;
mod time;

use std::{borrow::Cow, fmt, str::FromStr};

use strum::VariantArray;

pub(super) use self::{
    address::address,
    number::{degrees, failed_attempts, flag, volume},
    time::timestamp,
};
pub(crate) use self::{address::address_of, local_time::in_zone};
use self::{
    placeholder::{is_placeholder, is_unknown_word},
    time::is_shortened,
};
use super::{Action, Device, FieldError, InvalidUserId, UserId, shorten};
use crate::control_characters::{controls, visible};

/// The maximum length of a text, in characters.
pub const MAX_TEXT: usize = 256;
/// The maximum length of the name of a resource, in characters.
pub const MAX_RESOURCE: usize = 1024;
/// The largest whole number up to which a float holds every one.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// A value of a field as the sender wrote it.
#[derive(Debug, Clone, PartialEq)]
pub enum RawValue<'a> {
    /// A text; every cell of a CSV file is one.
    Text(Cow<'a, str>),
    /// A number, exact up to 2^53.
    Number(f64),
    /// A whole number above 2^53, such as an id.
    LargeInteger(u64),
    /// True or false.
    Bool(bool),
    /// A list or an object, which is valid in no field.
    Nested,
    /// A value that cannot be read in any field, with the error, which names no field yet.
    Unreadable(Box<FieldError>),
}

impl<'a> RawValue<'a> {
    /// Returns whether the value is a text that stands for no value, such as `NaN` of a data frame.
    pub fn is_placeholder(&self) -> bool {
        matches!(self, Self::Text(text) if is_placeholder(trimmed(text)))
    }

    /// Returns the value of a cell of a table, without the white space around it; none if the cell is empty.
    pub fn cell(text: &'a str) -> Option<Self> {
        let text = trimmed(text);
        (!text.is_empty()).then_some(Self::Text(Cow::Borrowed(text)))
    }
}

impl RawValue<'static> {
    /// Makes a value that cannot be read, of the kind of error and a sentence to be read after the field's name.
    pub(crate) fn unreadable(problem: &'static str, detail: String) -> Self {
        Self::Unreadable(Box::new(FieldError { field: "", problem, detail }))
    }
}

/// Returns a text without the white space around it, in little time where there is none.
pub(crate) fn trimmed(text: &str) -> &str {
    let is_graphic = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let is_trimmed = is_graphic(text.as_bytes().first()) && is_graphic(text.as_bytes().last());
    if is_trimmed { text } else { text.trim() }
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
            Self::LargeInteger(number) => write!(f, "{number}"),
            Self::Bool(flag) => write!(f, "{flag}"),
            Self::Nested => f.write_str("a list or object"),
            Self::Unreadable(error) => error.fmt(f),
        }
    }
}

/// The value of a field, as far as it could be read.
pub(super) struct Parsed<T> {
    /// The value; none if it is absent or could not be read.
    pub(super) value: Option<T>,
    /// What could not be read, if anything.
    pub(super) fault: Option<Box<Fault>>,
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

    /// Makes the error of a required field without a value.
    pub(super) fn missing() -> Self {
        Self::new("is missing", "is missing")
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
        Self { value: None, fault: Some(fault.into()) }
    }
}

impl<T> From<Result<T, Fault>> for Parsed<T> {
    fn from(result: Result<T, Fault>) -> Self {
        result.map_or_else(Self::from, |value| Self { value: Some(value), fault: None })
    }
}

/// Parses the id of a user. A number is its digits, also where a data frame has made `901001.0` of it; what a spreadsheet
/// has made of a long number is refused, since it stands for many.
pub(super) fn user_id(raw: &RawValue) -> Parsed<UserId> {
    let invalid = || Fault::new("is no id", InvalidUserId.to_string());
    let text = match digits_or_text(raw) {
        Ok(text) => text,
        Err(fault) => return fault.into(),
    };
    match trimmed(&text) {
        "" => Fault::missing().into(),
        text if controls(text) => invalid().into(),
        text if is_shortened(text) => {
            let detail =
                format!("is {raw}, a number of which a spreadsheet has cut off digits; save the column as text");
            Fault::new("is a shortened number", detail).into()
        }
        text => without_zero_decimals(text).parse().map_err(|InvalidUserId| invalid()).into(),
    }
}

fn without_zero_decimals(id: &str) -> &str {
    match id.strip_suffix(".0") {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => digits,
        _ => id,
    }
}

/// Returns a text, or the digits of a whole number.
fn digits_or_text<'a>(raw: &'a RawValue) -> Result<Cow<'a, str>, Fault> {
    match raw {
        RawValue::Text(text) => Ok(Cow::Borrowed(text)),
        RawValue::LargeInteger(_) => Ok(raw.to_string().into()),
        RawValue::Number(number) if number.fract() == 0.0 && number.abs() <= MAX_EXACT => Ok(raw.to_string().into()),
        RawValue::Number(_) => {
            let detail = format!("is {raw}, a number that may have lost digits; write it as a text");
            Err(Fault::new("is no whole number", detail))
        }
        RawValue::Bool(_) | RawValue::Nested | RawValue::Unreadable(..) => Err(Fault::no_text(raw)),
    }
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

pub(super) fn action(raw: &RawValue) -> Parsed<Action> {
    named("is no action", raw, Action::name)
}

pub(super) fn device(raw: &RawValue) -> Parsed<Device> {
    if matches!(raw, RawValue::Text(text) if is_unknown_word(text)) {
        return Parsed::ABSENT;
    }
    named("is no device", raw, Device::name)
}

fn named<T: FromStr + VariantArray + Copy>(
    problem: &'static str,
    raw: &RawValue,
    name: fn(T) -> &'static str,
) -> Parsed<T> {
    let found = if let RawValue::Text(text) = raw { trimmed(text).parse().ok() } else { None };
    let names = || T::VARIANTS.iter().map(|value| name(*value)).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| Fault::must(problem, raw, format_args!("one of {}", names()))).into()
}

/// Parses a text for people to read, with symbols for its control characters: a file may be called by them, and an event
/// with such a file is none to lose. A text that is too long is shortened, a number is its digits.
pub(super) fn text<const MAX_CHARS: usize>(raw: &RawValue) -> Parsed<Box<str>> {
    let text = match digits_or_text(raw) {
        Ok(text) => text,
        Err(fault) => return fault.into(),
    };
    let short = shorten(Cow::Borrowed(&text), MAX_CHARS);
    let too_long = || format!("has {} characters, may have {MAX_CHARS}, and is shortened", text.chars().count());
    let fault = matches!(short, Cow::Owned(_)).then(|| Fault::new("is too long", too_long()).into());
    Parsed { value: Some(visible(&short).into()), fault }
}

/// Parses a text that may have been sent as a number or a truth value instead.
pub(super) fn word(raw: &RawValue) -> Parsed<Box<str>> {
    match raw {
        RawValue::Number(_) | RawValue::Bool(_) => Ok(Box::from(raw.to_string())).into(),
        _ => text::<MAX_TEXT>(raw),
    }
}

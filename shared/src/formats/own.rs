//! The product's own format: objects or rows with the fields of [`UncheckedEvent::FIELDS`].
//!
//! The names of fields may have any case, and spaces or hyphens in place of underscores. Unknown fields are ignored.
//! In rows, an apostrophe in front of what a spreadsheet would take for a formula is no part of the text
//! ([`spreadsheet`]). Control characters of other texts than ids are kept as [symbols](crate::control_characters::visible).
//!
//! | field | value |
//! | --- | --- |
//! | `user_id` | required; 1 to 256 characters, none of which [`controls`](crate::control_characters::controls), or a whole number |
//! | `timestamp` | required; a time with `Z`, `UTC`, `GMT` or an offset (ISO 8601, RFC 2822, common log format and others), or the time since 1970 in seconds, milliseconds, microseconds or nanoseconds |
//! | `action_type` | required; one of [`Action`](crate::event::Action) |
//! | `resource_id` | up to 1,024 characters |
//! | `ip_address` | IPv4 or IPv6, also with a port, brackets or a zone; of a list the first public one |
//! | `data_volume_mb` | 0 to 10^12, with a decimal point or comma |
//! | `location` | up to 256 characters |
//! | `device_type` | one of [`Device`](crate::event::Device) |
//! | `failed_attempts` | whole number from 0 to 10,000 |
//! | `location_change` | true or false, as a boolean, a number or a word |
//! | `event_id` | up to 256 characters, none of which [`controls`](crate::control_characters::controls) |
//! | `native_action`, `department`, `role`, `user_agent`, `native_outcome` | up to 256 characters |
//! | `outcome` | a word or a status code, see [`Outcome::of_text`](crate::event::Outcome::of_text) |
//! | `latitude`, `longitude` | both or neither; -90 to 90 and -180 to 180 degrees |
//!
//! A text that data frames and databases write for a missing value (`NaN`, `None`, `null`, `<NA>`, `-` …) is no value in
//! every field.

use std::borrow::Cow;

use super::{
    Format, Mapping, ObjectMapping, Zone,
    json_value::{JsonObject, JsonValue},
    object::no_parts,
    table::{RowMapping, TableRow},
};
use crate::{
    control_characters::visible,
    event::{CheckedEvent, RawValue, UncheckedEvent, ValidationErrors, in_zone},
    spreadsheet,
};

const REQUIRED: [&str; 3] = ["user_id", "timestamp", "action_type"];
/// The required fields that few other records have.
const NAMING: [&str; 2] = ["user_id", "action_type"];
/// What a record must have, for error messages.
pub(super) const EXPECTS: &str = "user_id, timestamp and action_type";

/// The mapping of events as JSON objects.
pub(super) const JSON: Mapping = Mapping {
    format: Format::Json,
    expects: EXPECTS,
    objects: Some(ObjectMapping { lists: &["instances"], recognises, event, event_if_similar, parts: no_parts }),
    rows: None,
};

/// The mapping of events as rows.
pub(super) const CSV: Mapping = Mapping { format: Format::Csv, expects: EXPECTS, objects: None, rows: Some(rows) };

fn recognises(record: &JsonObject) -> bool {
    REQUIRED.iter().all(|required| record.members().any(|(name, _)| is_meant(name, required)))
}

fn event_if_similar(object: &JsonObject, zone: Zone) -> Option<Result<CheckedEvent, ValidationErrors>> {
    let is_similar = object.members().any(|(name, _)| NAMING.iter().any(|field| is_meant(name, field)));
    is_similar.then(|| event(object, zone))
}

/// Maps an object to an event.
pub(super) fn event(record: &JsonObject, zone: Zone) -> Result<CheckedEvent, ValidationErrors> {
    event_of(record, zone, JsonValue::raw)
}

/// Maps an object to an event, whose fields have the values that `raw` returns.
pub(super) fn event_of<'a, 'r>(
    record: &'a JsonObject<'r>,
    zone: Zone,
    raw: fn(&'a JsonValue<'r>) -> Option<RawValue<'a>>,
) -> Result<CheckedEvent, ValidationErrors> {
    let mut event = UncheckedEvent::default();
    for (name, value) in record.members() {
        if let Some(field) = field(name).and_then(UncheckedEvent::field) {
            fill(field(&mut event), raw(value));
        }
    }
    with_zone(&mut event, zone);
    event.check().map_err(|errors| with_near_names(errors, record))
}

/// Returns the names of the fields of a record that are no fields of an event.
pub(super) fn unknown_fields(record: &JsonObject) -> Vec<String> {
    record.members().map(|(name, _)| name).filter(|name| field(name).is_none()).map(str::to_owned).collect()
}

/// Adds to the errors of missing fields which other field of the record may be meant.
fn with_near_names(mut errors: ValidationErrors, record: &JsonObject) -> ValidationErrors {
    for error in errors.0.iter_mut().filter(|error| error.detail == "is missing") {
        let has_field = record.members().any(|(name, _)| field(name) == Some(error.field));
        let near = near_name(error.field, record.members().map(|(name, _)| name)).filter(|_| !has_field);
        if let Some(name) = near {
            error.detail = format!("is missing (rename the field {})", visible(name));
        }
    }
    errors
}

/// Names that other tools give to required fields, in lower case without punctuation.
const NEAR_NAMES: [(&str, &[&str]); 3] = [
    (
        "user_id",
        &["user", "username", "userid", "account", "accountname", "actor", "principal", "login", "email", "upn"],
    ),
    (
        "timestamp",
        &[
            "time",
            "date",
            "datetime",
            "eventtime",
            "eventdate",
            "eventtimestamp",
            "createdat",
            "created",
            "timestamp",
            "ts",
        ],
    ),
    ("action_type", &["action", "actiontype", "event", "eventtype", "eventname", "activity", "operation", "type"]),
];

/// Returns the name among others that is most likely meant to be that of a required field.
fn near_name<'a>(required: &str, mut names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (_, near_names) = NEAR_NAMES.iter().find(|(field, _)| *field == required)?;
    names.find(|name| {
        let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        near_names.iter().any(|near| near.eq_ignore_ascii_case(&letters))
    })
}

/// Names the required columns that a table does not have, and those that may be meant to be them; an empty text if the
/// table has none of the required columns, nor any that may be one.
pub(super) fn missing_columns(names: &[&str]) -> String {
    let near = |required: &str| near_name(required, names.iter().copied());
    let is_there = |required: &str| names.iter().any(|name| field(name) == Some(required));
    if !REQUIRED.iter().any(|required| is_there(required) || near(required).is_some()) {
        return String::new();
    }
    let missing = REQUIRED.iter().filter(|required| !is_there(required)).map(|required| match near(required) {
        Some(name) => format!("{required} is missing (rename the column {})", visible(name)),
        None => format!("{required} is missing"),
    });
    missing.collect::<Vec<_>>().join(", ")
}

fn rows(names: &[&str]) -> Option<RowMapping> {
    let has = |required: &&str| names.iter().any(|name| field(name) == Some(*required));
    if !REQUIRED.iter().all(has) {
        return None;
    }
    let fields = names.iter().map(|name| field(name).and_then(UncheckedEvent::field));
    let columns: Vec<_> = fields.enumerate().filter_map(|(column, field)| Some((column, field?))).collect();
    Some(Box::new(move |row: &TableRow, zone| {
        let mut event = UncheckedEvent::default();
        for (column, field) in &columns {
            fill(field(&mut event), row.raw(*column).map(restored));
        }
        with_zone(&mut event, zone);
        event.check()
    }))
}

/// Takes a time that names no zone for one of `zone`.
pub(super) fn with_zone(event: &mut UncheckedEvent, zone: Zone) {
    if let Some(zone) = zone {
        event.timestamp = event.timestamp.take().map(|time| in_zone(time, zone));
    }
}

/// Fills a field with a value. A field that occurs several times with different values cannot be read.
fn fill<'a>(field: &mut Option<RawValue<'a>>, value: Option<RawValue<'a>>) {
    if field.is_none() {
        *field = value;
        return;
    }
    match (&*field, &value) {
        (_, None) => {}
        (Some(first), Some(value)) if first == value || value.is_placeholder() => {}
        (Some(first), Some(value)) if !first.is_placeholder() => {
            let detail = format!("has several values: {first} and {value}");
            *field = Some(RawValue::unreadable("has several values", detail));
        }
        _ => *field = value,
    }
}

/// Returns the value of a cell without the mark of one that is no formula.
fn restored(value: RawValue) -> RawValue {
    match value {
        RawValue::Text(Cow::Borrowed(text)) => RawValue::Text(spreadsheet::restored(text).into()),
        RawValue::Text(Cow::Owned(text)) => RawValue::Text(spreadsheet::restored(&text).to_owned().into()),
        other => other,
    }
}

/// Returns the field that `name` stands for.
fn field(name: &str) -> Option<&'static str> {
    UncheckedEvent::FIELDS.iter().find(|field| is_meant(name, field)).copied()
}

/// Returns whether `name` stands for a field.
fn is_meant(name: &str, field: &str) -> bool {
    let letters = name.bytes().map(|byte| if matches!(byte, b' ' | b'-') { b'_' } else { byte.to_ascii_lowercase() });
    name.len() == field.len() && letters.eq(field.bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_in_any_case_and_with_spaces_or_hyphens() {
        for name in ["user_id", "User ID", "USER-ID", "user_Id"] {
            assert_eq!(field(name), Some("user_id"), "{name}");
        }
        for name in ["userid", "user", "", "user_id2"] {
            assert_eq!(field(name), None, "{name}");
        }
    }
}

//! Records that are JSON objects: parsing them, and choosing the mapping that recognises them.

use super::{
    Format, allowed,
    json_value::{JsonObject, JsonValue},
    some_of,
};
use crate::event::{CheckedEvent, ValidationErrors};

/// Decodes UTF-8.
pub(super) fn text(bytes: &[u8]) -> Result<&str, ValidationErrors> {
    str::from_utf8(bytes)
        .map_err(|error| ValidationErrors::of_record("is no UTF-8 text", format!("no UTF-8 text: {error}")))
}

/// Parses one record.
pub(super) fn parse(bytes: &[u8]) -> Result<JsonObject<'_>, ValidationErrors> {
    let value = serde_json::from_str(text(bytes.trim_ascii_end())?);
    let value =
        value.map_err(|error| ValidationErrors::of_record("is no valid JSON", format!("no valid JSON: {error}")))?;
    match value {
        JsonValue::Object(object) => Ok(object),
        other => Err(no_object(&other)),
    }
}

/// Returns the error of a value that is no object.
pub(super) fn no_object(value: &JsonValue) -> ValidationErrors {
    let kind = match value {
        JsonValue::Object(_) => "an object",
        JsonValue::List(_) => "a list",
        JsonValue::Text(_) => "a text",
        JsonValue::Number(_) => "a number",
        JsonValue::Bool(_) | JsonValue::Null => "true, false or null",
    };
    ValidationErrors::of_record("is no object", format!("{kind}, where an object is expected"))
}

/// What was made of a record: its format, if it was recognised, and the event or all errors.
pub(super) type Found = (Option<Format>, Result<CheckedEvent, ValidationErrors>);

/// Maps a record to an event by the first mapping that recognises it, among those of the `forced` format if there is
/// one.
pub(super) fn recognised(record: &JsonObject, forced: Option<Format>) -> Option<Found> {
    allowed(forced).find_map(|mapping| {
        let objects = mapping.objects.as_ref().filter(|objects| (objects.recognises)(record))?;
        Some((Some(mapping.format), (objects.event)(record)))
    })
}

/// Maps an object that no mapping recognises by the first one that finds fields of a record in it.
pub(super) fn similar(object: &JsonObject, forced: Option<Format>) -> Option<Found> {
    allowed(forced).find_map(|mapping| {
        let event = (mapping.objects.as_ref()?.event_if_similar)(object)?;
        Some((Some(mapping.format), event))
    })
}

/// Returns the error of an object that is no known record and holds none.
pub(super) fn unknown(object: &JsonObject, forced: Option<Format>) -> ValidationErrors {
    let expected: Vec<_> =
        allowed(forced).filter(|mapping| mapping.objects.is_some()).map(|mapping| mapping.expects).collect();
    let fields: Vec<_> = object.members().map(|(name, _)| name).collect();
    let detail = format!("no known record: expected {}; found the fields {}", expected.join(", or "), some_of(&fields));
    ValidationErrors::of_record("is no known record", detail)
}

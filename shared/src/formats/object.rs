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
    let invalid = |error| ValidationErrors::of_record("is no valid JSON", format!("no valid JSON: {error}"));
    let other = match value.map_err(invalid)? {
        JsonValue::Object(object) => return Ok(object),
        JsonValue::List(_) => "a list",
        JsonValue::Text(_) => "a text",
        JsonValue::Number(_) | JsonValue::LargeInteger(_) => "a number",
        JsonValue::Bool(_) | JsonValue::Null => "true, false or null",
    };
    Err(ValidationErrors::of_record("is no object", format!("{other}, where an object is expected")))
}

/// Maps a record to an event by the first mapping that recognises it, among those of the `forced` format if there is
/// one. Also returns the format, if one was recognised.
pub(super) fn event(
    record: &JsonObject,
    forced: Option<Format>,
) -> (Option<Format>, Result<CheckedEvent, ValidationErrors>) {
    for mapping in allowed(forced) {
        if let Some(objects) = &mapping.objects
            && (objects.recognises)(record)
        {
            return (Some(mapping.format), (objects.event)(record));
        }
    }
    let expected: Vec<_> =
        allowed(forced).filter(|mapping| mapping.objects.is_some()).map(|mapping| mapping.expects).collect();
    let fields: Vec<_> = record.members().map(|(name, _)| name).collect();
    let detail = format!("no known record: expected {}; found the fields {}", expected.join(", or "), some_of(&fields));
    (None, Err(ValidationErrors::of_record("is no known record", detail)))
}

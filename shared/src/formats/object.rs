//! Records that are JSON objects: parsing them, and choosing the mapping that recognises them.

use std::borrow::Cow;

use super::{
    BYTE_ORDER_MARK, Format, Mapping, Reading, allowed, expected,
    json::repaired,
    json_value::{JsonObject, JsonValue},
    own, some_of,
    structured_text::json_of_python,
};
use crate::{
    control_characters::visible,
    event::{CheckedEvent, RawValue, ValidationErrors},
};

/// Decodes UTF-8.
pub(super) fn text(bytes: &[u8]) -> Result<&str, ValidationErrors> {
    str::from_utf8(bytes).map_err(|_| no_utf8(&String::from_utf8_lossy(bytes)))
}

/// Makes the error of a record that is no UTF-8 text, from the text with U+FFFD for what cannot be decoded.
pub(super) fn no_utf8(lossy: &str) -> ValidationErrors {
    ValidationErrors::of_record(NO_UTF8, format!("no UTF-8 text: {}", in_utf8(lossy)))
}

/// Makes the value of a field that is no UTF-8 text, from the text with U+FFFD for what cannot be decoded.
pub(super) fn no_utf8_value(lossy: &str) -> RawValue<'static> {
    RawValue::unreadable(NO_UTF8, format!("is no UTF-8 text: {}", in_utf8(lossy)))
}

const NO_UTF8: &str = "is no UTF-8 text";

/// Quotes what stands around the first character that cannot be decoded, and says what to do.
fn in_utf8(lossy: &str) -> String {
    const SHOWN: usize = 12;
    let (before, behind) = lossy.split_once(char::REPLACEMENT_CHARACTER).unwrap_or((lossy, ""));
    let start = before.char_indices().rev().take(SHOWN).last().map_or(0, |(start, _)| start);
    let end = behind.char_indices().nth(SHOWN).map_or(behind.len(), |(end, _)| end);
    let around = format!("{}\u{FFFD}{}", &before[start..], &behind[..end]);
    format!("\"{}\"; save the file as UTF-8 (in Excel: CSV UTF-8)", visible(&around))
}

/// Parses one record. What other languages print in place of JSON is understood where it can mean one thing only.
pub(super) fn parse(bytes: &[u8]) -> Result<JsonObject<'_>, ValidationErrors> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes); // where files were joined
    let json = text(bytes.trim_ascii_end())?;
    let value = serde_json::from_str(json).or_else(|error| {
        let understood = repaired_value(json).or_else(|| repaired_value(&json_of_python(json)));
        understood.ok_or_else(|| ValidationErrors::of_record("is no valid JSON", invalid_json(json, &error)))
    });
    match value? {
        JsonValue::Object(object) => Ok(object),
        other => Err(no_object(&other)),
    }
}

fn repaired_value(json: &str) -> Option<JsonValue<'static>> {
    serde_json::from_str(&repaired(json)).ok().map(JsonValue::into_owned)
}

/// Explains why a record is no valid JSON.
fn invalid_json(json: &str, error: &serde_json::Error) -> String {
    let line = json.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let hint = match line.as_bytes().get(error.column().saturating_sub(1)) {
        Some(b'/' | b'#') => ": JSON has no comments",
        _ => "",
    };
    format!("no valid JSON: {error}{hint}")
}

/// Returns the error of a value that is no object.
pub(super) fn no_object(value: &JsonValue) -> ValidationErrors {
    let kind = match value {
        JsonValue::Object(_) => "an object",
        JsonValue::List(_) => "a list",
        JsonValue::Text(_) => "a text",
        JsonValue::Number(_) | JsonValue::LargeInteger(_) => "a number",
        JsonValue::Bool(_) | JsonValue::Null => "true, false or null",
    };
    ValidationErrors::of_record("is no object", format!("{kind}, where an object is expected"))
}

/// What was made of a record: its format, if it was recognised, and the event or all errors.
pub(super) type Found = (Option<Format>, Result<CheckedEvent, ValidationErrors>);

/// Maps a record to its events by the first mapping that recognises it, among those of the forced format if there is
/// one.
pub(super) fn recognised(record: &JsonObject, reading: Reading) -> Option<Vec<Found>> {
    allowed(reading.forced).find_map(|mapping| {
        let objects = mapping.objects.as_ref().filter(|objects| (objects.recognises)(record))?;
        let found = |record: &JsonObject| (Some(mapping.format), (objects.event)(record, reading.zone));
        let parts = (objects.parts)(record);
        Some(if parts.is_empty() { vec![found(record)] } else { parts.iter().map(found).collect() })
    })
}

/// Returns no records, for formats of which every record stands for itself alone.
pub(super) fn no_parts(_record: &JsonObject) -> Vec<JsonObject<'static>> {
    Vec::new()
}

/// Maps a record of the product's own format that is no UTF-8 text, as far as its texts are ASCII.
pub(super) fn recognised_in_other_encoding(bytes: &[u8], reading: Reading) -> Option<Found> {
    let Cow::Owned(lossy) = String::from_utf8_lossy(bytes) else { return None };
    let JsonValue::Object(record) = serde_json::from_str(&lossy).ok()? else { return None };
    let is_recognised =
        |mapping: &&Mapping| mapping.objects.as_ref().is_some_and(|objects| (objects.recognises)(&record));
    let mapping = allowed(reading.forced).find(is_recognised).filter(|mapping| mapping.format == Format::Json)?;
    Some((Some(mapping.format), own::event_of(&record, reading.zone, raw_in_other_encoding)))
}

fn raw_in_other_encoding<'a>(value: &'a JsonValue) -> Option<RawValue<'a>> {
    match value.raw()? {
        RawValue::Text(text) if text.contains(char::REPLACEMENT_CHARACTER) => Some(no_utf8_value(&text)),
        other => Some(other),
    }
}

/// Maps an object that no mapping recognises by the first one that finds fields of a record in it.
pub(super) fn similar(object: &JsonObject, reading: Reading) -> Option<Found> {
    allowed(reading.forced).find_map(|mapping| {
        let event = (mapping.objects.as_ref()?.event_if_similar)(object, reading.zone)?;
        Some((Some(mapping.format), event))
    })
}

/// Returns the error of an object that is no known record and holds none.
pub(super) fn unknown(object: &JsonObject, forced: Option<Format>) -> ValidationErrors {
    const SHOWN: usize = 8;
    let fields: Vec<_> = object.members().map(|(name, _)| name).collect();
    let (expected, found) = (expected(forced), some_of(&fields, SHOWN));
    let detail = format!("no known record: expected {expected}; found the fields {found}");
    ValidationErrors::of_record("is no known record", detail)
}

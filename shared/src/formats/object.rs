//! JSON records: from their bytes to the mapping that understands them.

use super::{
    Format, allowed, some_of,
    value::{Object, Value},
};
use crate::event::{Event, Faults};

/// Returns `bytes` as text.
pub(super) fn text(bytes: &[u8]) -> Result<&str, Faults> {
    str::from_utf8(bytes).map_err(|error| Faults::of_record(format!("no UTF-8 text: {error}")))
}

/// Parses one record.
pub(super) fn parse(bytes: &[u8]) -> Result<Object<'_>, Faults> {
    let value = serde_json::from_str(text(bytes.trim_ascii_end())?);
    let other = match value.map_err(|error| Faults::of_record(format!("no valid JSON: {error}")))? {
        Value::Object(object) => return Ok(object),
        Value::List(_) => "a list",
        Value::Text(_) => "a text",
        Value::Number(_) => "a number",
        Value::Bool(_) | Value::Null => "true, false or null",
    };
    Err(Faults::of_record(format!("{other}, where an object is expected")))
}

/// Makes the event of a record, which must be of the `forced` format if there is one.
pub(super) fn event(record: &Object, forced: Option<Format>) -> (Option<Format>, Result<Event, Faults>) {
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
    (None, Err(Faults::of_record(detail)))
}

//! `CloudTrail` records as rows of a table, under the column names of common exports.

use std::borrow::Cow;

use super::fields;
use crate::formats::{
    json_value::{JsonObject, JsonValue},
    table::{RowMapping, TableRow},
};

/// The names of columns, in lower case without punctuation, and the field that each holds.
const COLUMNS: [(&str, &str); 22] = [
    ("eventname", "eventName"),
    ("eventtime", "eventTime"),
    ("eventdatetime", "eventTime"),
    ("eventsource", "eventSource"),
    ("eventid", "eventID"),
    ("eventtype", "eventType"),
    ("useridentity", "userIdentity"),
    ("userid", "userIdentity"),
    ("username", "userIdentity"),
    ("sourceip", "sourceIPAddress"),
    ("sourceipaddress", "sourceIPAddress"),
    ("useragent", "userAgent"),
    ("requestuseragent", "userAgent"),
    ("requestparameters", "requestParameters"),
    ("responseelements", "responseElements"),
    ("additionaleventdata", "additionalEventData"),
    ("resources", "resources"),
    ("errorcode", "errorCode"),
    ("errormessage", "errorMessage"),
    ("serviceeventdetails", "serviceEventDetails"),
    ("readonly", "readOnly"),
    ("awsregion", "awsRegion"),
];
const REQUIRED: [&str; 3] = ["eventName", "eventTime", "userIdentity"];
/// A column that only tables of the product's own format have.
const OWN_COLUMN: &str = "actiontype";

/// Makes the mapping of rows from the names of their columns.
pub(super) fn rows(names: &[&str]) -> Option<RowMapping> {
    let columns: Vec<_> = names.iter().enumerate().filter_map(|(column, name)| Some((column, field(name)?))).collect();
    let has = |field| columns.iter().any(|(_, found)| *found == field);
    let is_own = names.iter().any(|name| letters(name) == OWN_COLUMN);
    if is_own || !REQUIRED.into_iter().all(has) {
        return None;
    }
    Some(Box::new(move |row: &TableRow| {
        row.check_utf8()?;
        let cells: Vec<_> =
            columns.iter().filter_map(|(column, field)| Some((*field, as_json(row.text(*column)?)))).collect();
        let record = cells.iter().map(|(field, text)| (Cow::Borrowed(*field), value(field, text)));
        fields(&record.collect()).check()
    }))
}

fn field(name: &str) -> Option<&'static str> {
    let letters = letters(name);
    COLUMNS.iter().find(|(column, _)| *column == letters).map(|(_, field)| *field)
}

fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Converts a structure that Python printed to JSON; returns every other text as it is.
fn as_json(text: Cow<str>) -> Cow<str> {
    let is_python = text.starts_with(['{', '[']) && serde_json::from_str::<JsonValue>(&text).is_err();
    if is_python { json_of_python(&text).into() } else { text }
}

/// Returns the value of a cell: the structure in it, else its text.
fn value<'a>(field: &str, text: &'a str) -> JsonValue<'a> {
    let structure = text.starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten();
    let text = || JsonValue::Text(text.into());
    structure.unwrap_or_else(|| match field {
        "userIdentity" => JsonValue::Object(JsonObject::from_iter([("userName".into(), text())])),
        _ => text(),
    })
}

/// Converts a value as Python prints it (`{'a': None, "it's": True}`) to JSON.
fn json_of_python(text: &str) -> String {
    let mut json = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(['\'', '"']) {
        let quote = if rest[start..].starts_with('\'') { '\'' } else { '"' };
        json.push_str(&words(&rest[..start]));
        let inside = &rest[start + 1..];
        let length = string_length(inside, quote);
        json.push_str(&json_string(&inside[..length]));
        rest = inside.get(length + 1..).unwrap_or_default();
    }
    json.push_str(&words(rest));
    json
}

fn words(text: &str) -> String {
    text.replace("None", "null").replace("True", "true").replace("False", "false")
}

/// Returns the number of bytes before the `quote` that ends a string.
fn string_length(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    let end = text.char_indices().find(|(_, character)| {
        let is_end = !is_escaped && *character == quote;
        is_escaped = !is_escaped && *character == '\\';
        is_end
    });
    end.map_or(text.len(), |(end, _)| end)
}

/// Converts the inside of a Python string to a JSON string.
fn json_string(inside: &str) -> String {
    let mut text = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        let escaped = if character == '\\' { characters.next() } else { None };
        match escaped {
            None => text.push(character),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('x') => {
                let digits: String = characters.by_ref().take(2).collect();
                text.extend(u8::from_str_radix(&digits, 16).ok().map(char::from));
            }
            Some(other) => text.push(other),
        }
    }
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_python_prints_is_read_as_json() {
        for (text, value) in [
            ("{'type': 'AWSAccount', 'principalId': ''}", json!({"type": "AWSAccount", "principalId": ""})),
            (r#"{'a': None, "it's": True, 'b': [1, False]}"#, json!({"a": null, "it's": true, "b": [1, false]})),
            (r"{'a': 'it\'s \\ \x41 None'}", json!({"a": "it's \\ A None"})),
            (r#"{'a': 'say "hi"'}"#, json!({"a": "say \"hi\""})),
            (r#"{"a": "plain JSON"}"#, json!({"a": "plain JSON"})),
        ] {
            assert_eq!(serde_json::from_str(&as_json(text.into())).ok(), Some(value), "{text}");
        }
    }

    #[test]
    fn a_cell_that_is_no_structure_is_a_text() {
        assert_eq!(value("requestParameters", "{'a': 'open"), JsonValue::Text("{'a': 'open".into()));
        assert_eq!(value("eventID", "[1"), JsonValue::Text("[1".into()));
    }

    #[test]
    fn an_identity_that_is_only_a_name_is_the_name_of_the_user() {
        let JsonValue::Object(identity) = value("userIdentity", "ann") else { panic!("an object is expected") };
        assert_eq!(identity.text("userName"), Some("ann"));
    }

    #[test]
    fn a_table_needs_columns_for_what_happened_when_and_by_whom() {
        assert!(rows(&["Event Name", "User ID", "Event DateTime"]).is_some());
        assert!(rows(&["eventname", "eventtime", "useridentity"]).is_some());
        assert!(rows(&["Event Name", "User ID"]).is_none());
        assert!(rows(&["event_name", "user_id", "event_time", "action_type"]).is_none(), "the product's own");
    }
}

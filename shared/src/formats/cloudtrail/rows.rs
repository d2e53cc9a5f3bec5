//! `CloudTrail`'s records as rows: what tables of such records call its fields.

use serde_json::Value;

use super::{Object, draft};
use crate::formats::table::{Row, RowMapping};

/// The names of columns, in lower case without blanks and marks, and the field that each holds.
const COLUMNS: [(&str, &str); 20] = [
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
    ("readonly", "readOnly"),
    ("awsregion", "awsRegion"),
];
const REQUIRED: [&str; 3] = ["eventName", "eventTime", "userIdentity"];
/// A column that only the product's own tables have.
const OWN_COLUMN: &str = "actiontype";

/// Makes the meaning of rows from the names of their columns.
pub(super) fn rows(names: &[&str]) -> Option<RowMapping> {
    let columns: Vec<_> = names.iter().enumerate().filter_map(|(column, name)| Some((column, field(name)?))).collect();
    let has = |field| columns.iter().any(|(_, found)| *found == field);
    let is_own = names.iter().any(|name| letters(name) == OWN_COLUMN);
    if is_own || !REQUIRED.into_iter().all(has) {
        return None;
    }
    Some(Box::new(move |row: &Row| {
        let mut record = Object::new();
        for (column, field) in &columns {
            if let Some(text) = row.text(*column).filter(|_| !record.contains_key(*field)) {
                record.insert((*field).to_owned(), value(field, &text));
            }
        }
        draft(&record).check()
    }))
}

fn field(name: &str) -> Option<&'static str> {
    let letters = letters(name);
    COLUMNS.iter().find(|(column, _)| *column == letters).map(|(_, field)| *field)
}

fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Returns the value of a cell: what it holds as JSON or as Python prints it, else its text.
fn value(field: &str, text: &str) -> Value {
    let structure = text.starts_with(['{', '[']).then(|| structure(text)).flatten();
    match structure {
        Some(structure) => structure,
        None if field == "userIdentity" => Value::Object(Object::from_iter([("userName".to_owned(), text.into())])),
        None => text.into(),
    }
}

fn structure(text: &str) -> Option<Value> {
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&json_of_python(text))).ok()
}

/// Rewrites a value as Python prints it (`{'a': None, "it's": True}`) to JSON.
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

/// Returns how many bytes come before the `quote` that ends a string.
fn string_length(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    let end = text.char_indices().find(|(_, character)| {
        let is_end = !is_escaped && *character == quote;
        is_escaped = !is_escaped && *character == '\\';
        is_end
    });
    end.map_or(text.len(), |(end, _)| end)
}

/// Writes the inside of a Python string as a JSON string.
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
    Value::from(text).to_string()
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
            assert_eq!(structure(text), Some(value), "{text}");
        }
        assert_eq!(structure("{'a': 'open"), None);
    }

    #[test]
    fn a_table_needs_columns_for_what_happened_when_and_by_whom() {
        assert!(rows(&["Event Name", "User ID", "Event DateTime"]).is_some());
        assert!(rows(&["eventname", "eventtime", "useridentity"]).is_some());
        assert!(rows(&["Event Name", "User ID"]).is_none());
        assert!(rows(&["event_name", "user_id", "event_time", "action_type"]).is_none(), "the product's own");
    }
}

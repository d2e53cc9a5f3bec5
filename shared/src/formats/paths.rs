//! Values in a record by their paths, of which letter case and punctuation do not matter.

use super::{
    json_value::{JsonObject, JsonValue},
    spelling::is_same,
};

/// Returns the value at a `path` of names with dots between them, such as `actor.user.email`; none if there is none, or
/// if it says itself that it is none, such as `null`, an empty text or `-`.
///
/// A list on the way stands for its first element. Exports write the names of a path as one, with any punctuation
/// between them: `actor_user_email` is found as well.
pub(super) fn at<'a, 'r>(record: &'a JsonObject<'r>, path: &str) -> Option<&'a JsonValue<'r>> {
    let whole = record.members().find_map(|(name, value)| present(value).filter(|_| is_same(name, path)));
    whole.or_else(|| {
        let (first, deeper) = path.split_once('.')?;
        let objects = record.members().filter(|(name, _)| is_same(name, first));
        objects.filter_map(|(_, value)| first_element(value).object()).find_map(|inside| at(inside, deeper))
    })
}

/// Returns whether a record has a member at a path, with a value or without.
pub(super) fn exists(record: &JsonObject, path: &str) -> bool {
    record.members().any(|(name, _)| is_same(name, path))
        || path.split_once('.').is_some_and(|(first, deeper)| {
            let objects = record.members().filter(|(name, _)| is_same(name, first));
            objects.filter_map(|(_, value)| first_element(value).object()).any(|inside| exists(inside, deeper))
        })
}

/// Returns the first value that is there at one of several paths.
pub(super) fn first_at<'a, 'r>(record: &'a JsonObject<'r>, paths: &[&str]) -> Option<&'a JsonValue<'r>> {
    paths.iter().find_map(|path| at(record, path))
}

/// Returns the text at a path.
pub(super) fn text_at<'a>(record: &'a JsonObject, path: &str) -> Option<&'a str> {
    at(record, path)?.text()
}

/// Returns the first text that is there at one of several paths.
pub(super) fn first_text_at<'a>(record: &'a JsonObject, paths: &[&str]) -> Option<&'a str> {
    paths.iter().find_map(|path| text_at(record, path))
}

/// Returns the number of bytes at a path in megabytes; none if it is negative or no number.
pub(super) fn megabytes_at(record: &JsonObject, path: &str) -> Option<f64> {
    let bytes = at(record, path)?.number()?;
    (bytes.is_finite() && bytes >= 0.0).then_some(bytes / 1e6)
}

/// Returns the value that a list of pairs at a path has for a `name`: `[{"Name": "…", "Value": "…"}]`, with the names
/// `key` or `displayName` and `newValue` too. An object stands for its members.
pub(super) fn paired<'a, 'r>(record: &'a JsonObject<'r>, path: &str, name: &str) -> Option<&'a JsonValue<'r>> {
    let pairs = record.members().find(|(found, _)| is_same(found, path)).map(|(_, value)| value)?;
    if let Some(object) = pairs.object() {
        return at(object, name);
    }
    let is_named = |pair: &&JsonObject| first_text_at(pair, &["name", "key"]).is_some_and(|found| is_same(found, name));
    let pair = pairs.elements().iter().filter_map(JsonValue::object).find(is_named)?;
    first_at(pair, &["value", "boolValue", "intValue", "multiValue"])
}

/// Returns a value, or none if it says that there is none; the first element of a list.
fn present<'a, 'r>(value: &'a JsonValue<'r>) -> Option<&'a JsonValue<'r>> {
    let value = first_element(value);
    let is_absent = match value {
        JsonValue::Null => true,
        JsonValue::List(elements) => elements.is_empty(),
        JsonValue::Text(text) => text.trim().is_empty(),
        _ => false,
    };
    let is_absent = is_absent || value.raw().is_some_and(|raw| raw.is_placeholder());
    (!is_absent).then_some(value)
}

fn first_element<'a, 'r>(value: &'a JsonValue<'r>) -> &'a JsonValue<'r> {
    value.elements().first().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::object;

    #[test]
    fn a_path_is_found_in_any_spelling_in_lists_and_written_as_one_name() {
        for json in [
            r#"{"actor": {"user": {"email": "ann"}}}"#,
            r#"{"Actor": [{"USER": {"e_mail": "ann"}}, {"user": {"email": "bob"}}]}"#,
            r#"{"actor.user.email": "ann"}"#,
            r#"{"actor_user": {"email": "ann"}, "actor": {"user.email": "ann"}}"#,
            r#"{"actor": {"user": {"email": ""}, "User": {"email": "ann"}}}"#,
        ] {
            let record = object::parse(json.as_bytes()).expect("an object");
            assert_eq!(text_at(&record, "actor.user.email"), Some("ann"), "{json}");
            assert_eq!(at(&record, "actor.user.name"), None);
        }
    }

    #[test]
    fn what_stands_for_no_value_is_none() {
        for json in [r#"{"a": null}"#, r#"{"a": ""}"#, r#"{"a": "-"}"#, r#"{"a": []}"#, r#"{"a": "null"}"#] {
            assert_eq!(at(&object::parse(json.as_bytes()).expect("an object"), "a"), None, "{json}");
        }
    }

    #[test]
    fn a_list_of_pairs_is_searched_by_its_names() {
        for json in [
            r#"{"details": [{"Name": "Other", "Value": "x"}, {"Name": "UserAgent", "Value": "curl"}]}"#,
            r#"{"Details": [{"key": "User-Agent", "value": "curl"}]}"#,
            r#"{"details": {"user_agent": "curl"}}"#,
        ] {
            let record = object::parse(json.as_bytes()).expect("an object");
            assert_eq!(paired(&record, "details", "UserAgent").and_then(JsonValue::text), Some("curl"), "{json}");
        }
    }
}

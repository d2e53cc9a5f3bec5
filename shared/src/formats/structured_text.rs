//! Structures that were turned into text: by JSON, by Python (`{'type': None}`) or by Athena (`{type=null}`).

use std::borrow::Cow;

use super::json_value::{JsonObject, JsonValue};

/// The maximum depth of a structure that Athena printed.
const DEEPEST: usize = 16;

/// Returns whether a text looks like a structure: an object or a list.
pub(super) fn is_structure(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// Returns the structure that a text holds; none if it holds none that is understood.
pub(super) fn structure(text: &str) -> Option<JsonValue<'_>> {
    if !is_structure(text) {
        return None;
    }
    let of_python = || serde_json::from_str::<JsonValue>(&json_of_python(text)).ok().map(JsonValue::into_owned);
    serde_json::from_str(text).ok().or_else(of_python).or_else(|| structure_of_athena(text.trim()))
}

/// Reads a structure as Athena and Presto print it: `{type=IAMUser, sessioncontext={attributes=null}}`.
fn structure_of_athena(text: &str) -> Option<JsonValue<'_>> {
    let (value, rest) = athena_value(text, DEEPEST)?;
    rest.is_empty().then_some(value)
}

/// Reads the value at the beginning of a text; returns it with the rest of the text.
fn athena_value(text: &str, depth: usize) -> Option<(JsonValue<'_>, &str)> {
    let depth = depth.checked_sub(1)?;
    if let Some(inside) = text.strip_prefix('{') {
        return athena_members(inside, depth);
    }
    if let Some(inside) = text.strip_prefix('[') {
        return athena_elements(inside, depth);
    }
    let word = &text[..word_length(text)];
    let value = if word == "null" { JsonValue::Null } else { JsonValue::Text(word.into()) };
    Some((value, &text[word.len()..]))
}

fn athena_members(mut rest: &str, depth: usize) -> Option<(JsonValue<'_>, &str)> {
    let mut members = Vec::new();
    while !rest.starts_with('}') {
        let (name, behind) = rest.split_once('=').filter(|(name, _)| is_name(name))?;
        let (value, behind) = athena_value(behind, depth)?;
        members.push((Cow::Borrowed(name), value));
        rest = behind.strip_prefix(", ").or_else(|| behind.starts_with('}').then_some(behind))?;
    }
    Some((JsonValue::Object(JsonObject::from_iter(members)), &rest[1..]))
}

fn athena_elements(mut rest: &str, depth: usize) -> Option<(JsonValue<'_>, &str)> {
    let mut elements = Vec::new();
    while !rest.starts_with(']') {
        let (value, behind) = athena_value(rest, depth)?;
        elements.push(value);
        rest = behind.strip_prefix(", ").or_else(|| behind.starts_with(']').then_some(behind))?;
    }
    Some((JsonValue::List(elements), &rest[1..]))
}

/// Returns the number of bytes before the end of a word: a closing bracket, or a comma before the next name. Athena
/// quotes nothing, so that any other comma is part of the word.
fn word_length(text: &str) -> usize {
    let ends = text.match_indices(['}', ']', ',']).find(|(place, mark)| {
        let next = || text[*place..].strip_prefix(", ").and_then(|behind| behind.split_once('='));
        *mark != "," || next().is_some_and(|(name, _)| is_name(name))
    });
    ends.map_or(text.len(), |(place, _)| place)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character.is_alphanumeric() || "_-.:@".contains(character))
}

/// Converts a value as Python prints it (`{'a': None, "it's": True}`) to JSON.
pub(super) fn json_of_python(text: &str) -> String {
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
            Some(kind @ ('x' | 'u' | 'U')) => {
                let length = match kind {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let digits: String = characters.by_ref().take(length).collect();
                let code = u32::from_str_radix(&digits, 16).ok();
                text.push(code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => text.push(other),
        }
    }
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> JsonValue<'_> {
        serde_json::from_str(text).expect("it is JSON")
    }

    #[test]
    fn what_python_prints_is_read_as_json() {
        for (text, of_json) in [
            ("{'type': 'AWSAccount', 'principalId': ''}", r#"{"type": "AWSAccount", "principalId": ""}"#),
            (r#"{'a': None, "it's": True, 'b': [1, False]}"#, r#"{"a": null, "it's": true, "b": [1, false]}"#),
            (r"{'a': 'it\'s \\ \x41 None'}", r#"{"a": "it's \\ A None"}"#),
            (r#"{'a': 'say "hi"'}"#, r#"{"a": "say \"hi\""}"#),
            (r#"{"a": "plain JSON"}"#, r#"{"a": "plain JSON"}"#),
        ] {
            assert_eq!(structure(text), Some(json(of_json)), "{text}");
        }
    }

    #[test]
    fn what_athena_prints_is_read_with_its_nested_structures() {
        let text = "{type=AssumedRole, arn=arn:aws:sts::1:assumed-role/ops/ann=x, accesskeyid=, invokedby=null, \
                    sessioncontext={attributes={mfaauthenticated=false}, sessionissuer={username=a, b}}, \
                    list=[{a=1}, {a=2}]}";
        let of_json = r#"{"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/ops/ann=x", "accesskeyid": "",
            "invokedby": null, "sessioncontext": {"attributes": {"mfaauthenticated": "false"},
            "sessionissuer": {"username": "a, b"}}, "list": [{"a": "1"}, {"a": "2"}]}"#;
        assert_eq!(structure(text), Some(json(of_json)));
        assert_eq!(structure("{}"), Some(json("{}")));
    }

    #[test]
    fn a_text_that_is_no_whole_structure_is_none() {
        for text in ["", "ann", "{'a': 'open", "[1", "{type=IAMUser, arn", "{type}", "{type=a} b", "{a={b=[c}"] {
            assert_eq!(structure(text), None, "{text}");
        }
        assert_eq!(structure(&"{a=".repeat(1000)), None, "too deep");
    }
}

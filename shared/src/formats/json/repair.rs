//! Rewrites what other languages print in place of JSON to JSON, where it can mean one thing only.

use std::borrow::Cow;

/// Rewrites a record that is no valid JSON:
///
/// - `NaN`, `None` and the like become `null`, `True` and `False` the words of JSON,
/// - `Infinity`, and numbers that JSON does not allow, such as `+1`, `007` or `1e999`, become texts,
/// - half a surrogate pair becomes U+FFFD, and a control character in a string is escaped,
/// - a comma before a closing bracket is left out.
///
/// Everything else stays as it is.
pub(in crate::formats) fn repaired(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + 16);
    let mut rest = json;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest),
            _ if is_of_word(first) => rest.find(|other| !is_of_word(other)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (token, behind) = rest.split_at(length);
        match first {
            '"' => push_string(&mut text, token),
            ',' if behind.trim_start().starts_with([']', '}']) => {}
            _ if is_of_word(first) => push_word(&mut text, token),
            _ => text.push_str(token),
        }
        rest = behind;
    }
    text
}

fn is_of_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '+' | '-' | '.' | '_')
}

fn push_word(text: &mut String, word: &str) {
    match word {
        "NaN" | "nan" | "-NaN" | "None" | "NaT" | "undefined" => text.push_str("null"),
        "True" => text.push_str("true"),
        "False" => text.push_str("false"),
        "Infinity" | "-Infinity" => text.extend(["\"", word, "\""]),
        number if is_foreign_number(number) => text.extend(["\"", number, "\""]),
        other => text.push_str(other),
    }
}

/// Returns whether a word is a number, but none of JSON or none that a float can hold.
fn is_foreign_number(word: &str) -> bool {
    let is_number = word.bytes().any(|byte| byte.is_ascii_digit()) && word.parse::<f64>().is_ok();
    is_number && serde_json::from_str::<f64>(word).is_err()
}

/// Returns the length of the string at the beginning of a text, with its quotes.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let is_end = !is_escaped && byte == b'"';
        is_escaped = !is_escaped && byte == b'\\';
        is_end
    });
    end.map_or(text.len(), |end| end + 2)
}

fn push_string(text: &mut String, string: &str) {
    let mut rest = string;
    while let Some(place) = rest.find(|character: char| character == '\\' || character < ' ') {
        let (plain, special) = rest.split_at(place);
        let (length, json) = special_in_json(special);
        text.push_str(plain);
        text.push_str(&json);
        rest = &special[length..];
    }
    text.push_str(rest);
}

/// Returns the length of the escape sequence or control character at the beginning of a text, and what JSON has for it.
fn special_in_json(text: &str) -> (usize, Cow<'_, str>) {
    let length = match (code_unit(text), code_unit(text.get(6..).unwrap_or_default())) {
        (Some(0xD800..0xDC00), Some(0xDC00..0xE000)) => 12,
        (Some(0xD800..0xE000), _) => return (6, Cow::Borrowed("\\ufffd")),
        (Some(_), _) => 6,
        (None, _) if text.starts_with('\\') => 1 + text[1..].chars().next().map_or(0, char::len_utf8),
        (None, _) => return (1, format!("\\u{:04x}", text.as_bytes()[0]).into()),
    };
    (length, Cow::Borrowed(&text[..length]))
}

/// Returns the code unit of the escape sequence at the beginning of a text, such as `\ud83d`.
fn code_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_languages_print_becomes_json() {
        for (foreign, json) in [
            (
                r#"{"a": NaN, "b": None, "c": [True, False], "NaN": "None"}"#,
                r#"{"a": null, "b": null, "c": [true, false], "NaN": "None"}"#,
            ),
            (r"[-Infinity, +1, 007, .5, 1e999, -1.5e3, 0]", r#"["-Infinity", "+1", "007", ".5", "1e999", -1.5e3, 0]"#),
            (r#"{"a": [1, 2, ], "b": 3,}"#, r#"{"a": [1, 2 ], "b": 3}"#),
            (
                r#""\ud83d \ude00\ud83d\ude00 \ud83dx \u00e4\\ud83d""#,
                r#""\ufffd \ufffd\ud83d\ude00 \ufffdx \u00e4\\ud83d""#,
            ),
            ("\"a\tb\0\"", r#""a\u0009b\u0000""#),
        ] {
            assert_eq!(repaired(foreign), json);
            assert!(serde_json::from_str::<serde_json::Value>(json).is_ok(), "{json}");
        }
    }

    #[test]
    fn valid_json_and_what_is_not_understood_stay() {
        for text in [
            r#"{"a": [1.5, -2e-3, true, null, "\"\\\n"]}"#,
            "{'a': 1}",
            "nonsense",
            "\"open\\",
            "\"\\",
            "ä\"ö",
            "{a: b}",
        ] {
            assert_eq!(repaired(text), text);
        }
    }
}

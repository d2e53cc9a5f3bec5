//! What is wrong with a text that is no JSON, and where.

use serde_json::error::Category;

/// What is said of values that other languages have and JSON has not.
const NO_NUMBERS: [&str; 6] = ["NaN", "-NaN", "nan", "Infinity", "-Infinity", "NaT"];
const HALF_PAIR: &str = "this is half of a surrogate pair: send both halves, or the character itself in UTF-8";

/// Explains why `text` cannot be read, with the line and the column, from 1.
pub(super) fn explained(text: &[u8], error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let words = error.to_string();
    let reason = words.rsplit_once(" at line ").map_or(words.as_str(), |(reason, _)| reason);
    if reason.contains("surrogate") || reason.contains("end of hex escape") {
        return half_pair(text).unwrap_or_else(|| placed(line, column, HALF_PAIR));
    }
    let word = word_at(text, offset_of(text, line, column));
    let told = match error.classify() {
        Category::Eof => "the JSON ends here before it is complete".to_owned(),
        Category::Syntax if NO_NUMBERS.contains(&word) => {
            format!("{word} is no value of JSON: leave the field out where there is none, or send null")
        }
        _ => reason.to_owned(),
    };
    placed(line, column, &told)
}

/// Explains where a text has half of a surrogate pair, which is no character: some readers of JSON would take it for
/// another one. Returns none where there is none.
pub(super) fn half_pair(text: &[u8]) -> Option<String> {
    let offset = half_pair_offset(text)?;
    let before = &text[..offset];
    let line = before.split(|byte| *byte == b'\n').count();
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    Some(placed(line, column, HALF_PAIR))
}

fn placed(line: usize, column: usize, told: &str) -> String {
    format!("line {line}, column {column}: {told}")
}

fn half_pair_offset(text: &[u8]) -> Option<usize> {
    let mut offset = 0;
    loop {
        offset += text[offset..].iter().position(|byte| *byte == b'\\')?;
        let next = text.get(offset + 6..).unwrap_or_default();
        match (code_unit(&text[offset..]), code_unit(next)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => offset += 12,
            (Some(0xD800..=0xDFFF), _) => return Some(offset),
            (Some(_), _) => offset += 6,
            (None, _) => offset = (offset + 2).min(text.len()),
        }
    }
}

/// Returns the code unit of the escape sequence at the beginning of a text, if there is one.
fn code_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

/// Returns the offset of a place in a text.
fn offset_of(text: &[u8], line: usize, column: usize) -> usize {
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines.take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

/// Returns the word around an offset.
fn word_at(text: &[u8], offset: usize) -> &str {
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let before = text[..offset].iter().rev().take_while(|byte| is_of_word(byte)).count();
    let behind = text[offset..].iter().take_while(|byte| is_of_word(byte)).count();
    str::from_utf8(&text[offset - before..offset + behind]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match serde_json::from_str::<serde_json::Value>(text) {
            Ok(_) => String::new(),
            Err(error) => explained(text.as_bytes(), &error),
        }
    }

    #[test]
    fn a_value_that_json_has_not_is_named_with_its_place() {
        for word in NO_NUMBERS {
            let fault = told(&format!("{{\n  \"user_id\": \"ann\",\n  \"a\": {word}\n}}"));
            assert!(
                fault.starts_with("line 3, column ") && fault.contains(&format!(": {word} is no value")),
                "{fault}"
            );
        }
    }

    #[test]
    fn other_mistakes_are_told_with_their_place() {
        for (text, expected) in [
            ("{\"a\": 1", "line 1, column 7: the JSON ends here before it is complete"),
            ("", "line 1, column 0: the JSON ends here before it is complete"),
            ("{\"a\": 1,}", "line 1, column 9: trailing comma"),
            ("{'a': 1}", "line 1, column 2: key must be a string"),
            ("{\"a\" 1}", "line 1, column 6: expected `:`"),
            ("{\"a\": True}", "line 1, column 7: expected value"),
            ("{\"a\": 1}}", "line 1, column 9: trailing characters"),
            ("{\"a\": \"\\ud83d\"}", "line 1, column 8: this is half of a surrogate pair"),
        ] {
            assert!(told(text).starts_with(expected), "{text}: {}", told(text));
        }
    }

    #[test]
    fn half_of_a_pair_is_found_and_a_whole_one_is_none() {
        for whole in [r#"{"a": "\ud83d\ude00 \u00e4 \\ud83d \\\\"}"#, "{}", r"\", r"\u12"] {
            assert_eq!(half_pair(whole.as_bytes()), None, "{whole}");
        }
        let half = "{\n \"a\": \"x\\ud83d\"}";
        assert!(half_pair(half.as_bytes()).is_some_and(|told| told.starts_with("line 2, column 9: ")));
        assert!(half_pair(br#""\ude00""#).is_some() && half_pair(br#""\ud83d\ud83d\ude00""#).is_some());
    }
}

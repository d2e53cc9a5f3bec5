//! Numbers and truth values.

use std::{fmt, ops::RangeInclusive};

use super::{Fault, Parsed, RawValue, placeholder::is_unknown_word, trimmed};

/// The maximum number of failed attempts in a row.
const MAX_FAILED_ATTEMPTS: f64 = 10_000.0;
/// The maximum volume of an event, in megabytes: an exabyte, so that no sum of volumes ever becomes infinite.
const MAX_VOLUME_MB: f64 = 1e12;

pub(in crate::event) fn degrees<const MOST: u8>(raw: &RawValue) -> Parsed<f64> {
    let most = f64::from(MOST);
    number_in(-most..=most, raw, format_args!("a number from -{MOST} to {MOST} degrees"))
}

pub(in crate::event) fn volume(raw: &RawValue) -> Parsed<f64> {
    number_in(0.0..=MAX_VOLUME_MB, raw, format_args!("a number from 0 to {MAX_VOLUME_MB}"))
}

pub(in crate::event) fn failed_attempts(raw: &RawValue) -> Parsed<u32> {
    let must = format_args!("a whole number from 0 to {MAX_FAILED_ATTEMPTS}");
    let Parsed { value, fault } = number_in(0.0..=MAX_FAILED_ATTEMPTS, raw, must);
    if value.is_some_and(|number| number.fract() != 0.0) {
        return Fault::must("is no whole number", raw, must).into();
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and in range")]
    let value = value.map(|number| number as u32);
    Parsed { value, fault }
}

pub(in crate::event) fn flag(raw: &RawValue) -> Parsed<bool> {
    let flag = match raw {
        RawValue::Bool(flag) => Some(*flag),
        RawValue::Number(number) if *number == 0.0 || *number == 1.0 => Some(*number == 1.0),
        RawValue::Text(text) if is_unknown_word(text) => return Parsed::ABSENT,
        RawValue::Text(text) => {
            let is_one_of = |words: [&str; 6]| words.iter().any(|word| trimmed(text).eq_ignore_ascii_case(word));
            let is_false = is_one_of(["false", "0", "0.0", "no", "f", "n"]);
            (is_false || is_one_of(["true", "1", "1.0", "yes", "t", "y"])).then_some(!is_false)
        }
        _ => None,
    };
    flag.ok_or_else(|| Fault::must("is neither true nor false", raw, "true or false")).into()
}

/// Parses a number in a range, which `must` describes.
fn number_in(range: RangeInclusive<f64>, raw: &RawValue, must: fmt::Arguments) -> Parsed<f64> {
    let number = match raw {
        RawValue::Number(number) => *number,
        RawValue::LargeInteger(number) => float(*number),
        RawValue::Text(text) if is_unknown_word(text) => return Parsed::ABSENT,
        RawValue::Text(text) => match written(trimmed(text)) {
            Written::Number(number) => number,
            Written::Ambiguous => return ambiguous(raw).into(),
            Written::Other => return Fault::must("is no number", raw, "a number without a unit").into(),
        },
        RawValue::Bool(_) | RawValue::Nested | RawValue::Unreadable(..) => {
            return Fault::must("is no number", raw, "a number").into();
        }
    };
    range.contains(&number).then_some(number).ok_or_else(|| Fault::must("is out of range", raw, must)).into()
}

fn ambiguous(raw: &RawValue) -> Fault {
    let way_out = "write a point before decimals, and nothing between thousands";
    Fault::new("has an ambiguous comma", format!("is {raw}, whose comma may mean decimals or thousands; {way_out}"))
}

#[expect(clippy::cast_precision_loss, reason = "a quantity needs no more than 53 bits")]
fn float(number: u64) -> f64 {
    number as f64
}

/// What a text says as a number.
#[derive(Debug, PartialEq)]
enum Written {
    Number(f64),
    /// A number with one comma, before three digits: it may separate decimals or thousands.
    Ambiguous,
    Other,
}

/// Reads a number with a point or a comma before its decimals, and with separators between groups of three digits if
/// they can be nothing else: `12,5`, `1.234,5`, `1,234.5`, `1,234,567`, `1'234.5`.
fn written(text: &str) -> Written {
    if let Ok(number) = text.parse() {
        return Written::Number(number);
    }
    let (whole, decimals) = match text.rfind([',', '.']) {
        Some(last) if text.matches(char::from(text.as_bytes()[last])).count() == 1 => {
            (&text[..last], Some(&text[last + 1..]))
        }
        _ => (text, None),
    };
    let unsigned = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    let may_be_group = decimals.is_some_and(|decimals| decimals.len() == 3) && !unsigned.starts_with('0');
    if may_be_group && text.contains(',') && is_digits(unsigned) && unsigned.len() <= 3 {
        return Written::Ambiguous;
    }
    let Some(mut plain) = ungrouped(unsigned) else { return Written::Other };
    if !decimals.is_none_or(is_digits) {
        return Written::Other;
    }
    plain.insert_str(0, if whole.starts_with('-') { "-" } else { "" });
    plain.extend(decimals.into_iter().flat_map(|decimals| [".", decimals]));
    plain.parse().map_or(Written::Other, Written::Number)
}

/// Returns digits without the separators between groups of three; none if they are no such digits.
fn ungrouped(text: &str) -> Option<String> {
    const SEPARATORS: [char; 7] = [',', '.', '\'', '\u{2019}', ' ', '\u{A0}', '\u{202F}'];
    let Some(separator) = text.chars().find(|character| SEPARATORS.contains(character)) else {
        return is_digits(text).then(|| text.to_owned());
    };
    let mut groups = text.split(separator);
    let first = groups.next().filter(|first| first.len() <= 3 && is_digits(first))?;
    let are_groups = groups.all(|group| group.len() == 3 && is_digits(group));
    (are_groups && !first.is_empty()).then(|| text.replace(separator, ""))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_have_a_decimal_comma_and_groups_of_thousands() {
        for (text, number) in [
            ("12.5", 12.5),
            ("12,5", 12.5),
            ("-0,25", -0.25),
            ("0,125", 0.125),
            ("1234,567", 1234.567),
            ("1.234,5", 1234.5),
            ("1,234.5", 1234.5),
            ("1.234.567,25", 1_234_567.25),
            ("1,234,567", 1_234_567.0),
            ("1.234.567", 1_234_567.0),
            ("1'234.5", 1234.5),
            ("1 234,5", 1234.5),
            ("12\u{202F}345\u{202F}678", 12_345_678.0),
            ("1e3", 1000.0),
        ] {
            assert_eq!(written(text), Written::Number(number), "{text}");
        }
    }

    #[test]
    fn a_comma_before_three_digits_is_ambiguous_and_told() {
        for text in ["1,234", "-12,345", "999,000"] {
            assert_eq!(written(text), Written::Ambiguous, "{text}");
        }
        let told = volume(&RawValue::Text("1,234".into()));
        assert_eq!((told.value, told.fault.map(|fault| fault.problem)), (None, Some("has an ambiguous comma")));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["12 MB", "5%", "1.234.5", "1,2345,6", "1,23.4", ",", "12,", ",5,", "0x10", "12,5.", "١٢", "1 2 3"]
        {
            assert_eq!(written(text), Written::Other, "{text}");
        }
    }

    #[test]
    fn a_truth_value_is_a_boolean_a_word_or_a_one_or_zero() {
        let text = |text: &'static str| RawValue::Text(text.into());
        for (raw, expected) in [
            (RawValue::Bool(true), true),
            (RawValue::Number(1.0), true),
            (RawValue::Number(0.0), false),
            (text("1.0"), true),
            (text("0.0"), false),
            (text("Yes"), true),
            (text("TRUE"), true),
            (text(" f "), false),
        ] {
            assert_eq!(flag(&raw).value, Some(expected), "{raw}");
        }
        for raw in [RawValue::Number(0.5), text("perhaps"), text("2"), RawValue::Nested] {
            assert_eq!(flag(&raw).fault.map(|fault| fault.problem), Some("is neither true nor false"), "{raw}");
        }
    }

    #[test]
    fn a_number_of_attempts_may_be_written_with_decimals_that_are_zero() {
        for text in ["3", "3.0", "3,0", " 3 "] {
            assert_eq!(failed_attempts(&RawValue::Text(text.into())).value, Some(3), "{text}");
        }
        let half = failed_attempts(&RawValue::Text("3,5".into()));
        assert_eq!((half.value, half.fault.map(|fault| fault.problem)), (None, Some("is no whole number")));
    }
}

//! Times as programs write them: what can mean one moment only is read, everything else is told.

use std::borrow::Cow;

use jiff::{
    Timestamp,
    civil::DateTime,
    fmt::{rfc2822, strtime},
    tz::Offset,
};

use super::{Fault, Parsed, RawValue, trimmed};

const EXAMPLE: &str = "write it as in 2024-01-15T14:30:00Z, with Z or an offset";

/// Times without a zone, whose months have names, so that day and month cannot be mixed up.
const FORMATS: [&str; 9] = [
    "%d/%b/%Y:%H:%M:%S%.f", // common log format
    "%d/%b/%Y %H:%M:%S%.f",
    "%d-%b-%Y %H:%M:%S%.f",
    "%d %b %Y %H:%M:%S%.f",
    "%b %d, %Y %H:%M:%S%.f",
    "%b %d, %Y %I:%M:%S%.f %p",
    "%b %d %Y %H:%M:%S%.f",
    "%a %b %d %Y %H:%M:%S%.f",  // JavaScript, and date(1) with its year moved
    "%A, %d-%b-%y %H:%M:%S%.f", // RFC 850
];

/// Parses a time with a zone or an offset, or the time since 1970 as a number or digits. It is cut to the millisecond.
///
/// A number is in seconds, milliseconds, microseconds or nanoseconds, by its 10, 13, 16 or 19 digits: from 2001-09-09 to
/// the end of 2099. No date that is written in digits alone is one of them.
pub(in crate::event) fn timestamp(raw: &RawValue) -> Parsed<Timestamp> {
    time(raw).and_then(to_the_ms).into()
}

fn time(raw: &RawValue) -> Result<Timestamp, Fault> {
    match raw {
        RawValue::Text(text) => match text.parse() {
            Ok(time) => Ok(time),
            Err(_) => written(trimmed(text)).or_else(|| epoch_text(trimmed(text))).ok_or_else(|| no_time(raw)),
        },
        RawValue::Number(number) => epoch_number(*number).ok_or_else(|| no_time(raw)),
        RawValue::LargeInteger(number) => epoch(*number).ok_or_else(|| no_time(raw)),
        RawValue::Bool(_) | RawValue::Nested | RawValue::Unreadable(..) => {
            Err(Fault::new("is no time", format!("must be a text or a number, not {raw}; {EXAMPLE}")))
        }
    }
}

fn to_the_ms(time: Timestamp) -> Result<Timestamp, Fault> {
    Timestamp::from_millisecond(time.as_millisecond()).map_err(|_| Fault::new("is out of range", "is out of range"))
}

/// Reads a time with a zone in any of many formats.
pub(super) fn written(text: &str) -> Option<Timestamp> {
    let text = if text.ends_with(|last: char| last.is_ascii_digit()) { with_year_moved(text) } else { text.into() };
    let text = text.trim_matches(['[', ']']);
    let local = zone(text).and_then(|(local, offset)| Some((civil(local)?, offset)));
    match local {
        Some((time, offset)) => offset.to_timestamp(time).ok(),
        None => rfc2822::DateTimeParser::new().parse_timestamp(text).ok(),
    }
}

/// Moves the year behind the zone to its place, as in `Mon Jan 15 14:30:00 UTC 2024`.
fn with_year_moved(text: &str) -> Cow<'_, str> {
    match text.split_ascii_whitespace().collect::<Vec<_>>()[..] {
        [weekday, month, day, time, zone, year] if year.len() == 4 && time.contains(':') => {
            format!("{weekday} {month} {day} {year} {time} {zone}").into()
        }
        _ => text.into(),
    }
}

/// Splits a time into the local time and its offset from UTC; none if it names no zone.
fn zone(text: &str) -> Option<(&str, Offset)> {
    let text = text.split_once(" (").map_or(text, |(time, _name)| time);
    let without_name = ["UTC", "GMT", "Z", "z"].into_iter().find_map(|name| text.strip_suffix(name));
    let before = without_name.unwrap_or(text).trim_end();
    let numeric = before.rfind(['+', '-']).and_then(|sign| Some((&before[..sign], offset(&before[sign..])?)));
    match numeric {
        Some((local, offset)) if local.contains([':', 'T']) || local.len() >= 14 => {
            let local = local.trim_end();
            let local = local.strip_suffix("UTC").or_else(|| local.strip_suffix("GMT")).unwrap_or(local);
            Some((local.trim_end(), offset))
        }
        _ => without_name.map(|_| (before, Offset::UTC)),
    }
}

/// Reads an offset such as `+01:00`, `+0100` or `+01`.
fn offset(text: &str) -> Option<Offset> {
    let (sign, digits) = text.split_at_checked(1)?;
    let (hours, minutes) = match digits.len() {
        2 => (digits, "0"),
        4 => digits.split_at_checked(2)?,
        5 => digits.split_once(':')?,
        _ => return None,
    };
    let number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i32>().ok())?;
    let (hours, minutes) = (number(hours)?, number(minutes).filter(|minutes| *minutes < 60)?);
    let seconds = 3600 * hours + 60 * minutes;
    Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()
}

/// Reads a local time: a date and a time of day.
pub(super) fn civil(text: &str) -> Option<DateTime> {
    let text = in_nanoseconds(text);
    let leading_digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if leading_digits == 14 {
        return strtime::parse("%Y%m%d%H%M%S%.f", text).and_then(|time| time.to_datetime()).ok(); // as in LDAP
    }
    if !text.contains([':', 'T']) {
        return None; // a date alone
    }
    if leading_digits >= 4 {
        let dashed = if text.contains('/') { text.replace('/', "-").into() } else { Cow::Borrowed(text) };
        return dashed.parse().ok();
    }
    FORMATS.iter().find_map(|format| strtime::parse(format, text).and_then(|time| time.to_datetime()).ok())
}

/// Cuts the fraction of a second at the end of a text to nine digits.
fn in_nanoseconds(text: &str) -> &str {
    match text.rsplit_once(['.', ',']) {
        Some((_, digits)) if digits.len() > 9 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            &text[..text.len() - digits.len() + 9]
        }
        _ => text,
    }
}

/// Reads the time since 1970 from digits, which may have a fraction, or from what .NET writes: `/Date(1705329000000)/`.
fn epoch_text(text: &str) -> Option<Timestamp> {
    if let Some(inside) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
        let ms = inside.split_once(['+', '-']).map_or(inside, |(ms, _offset)| ms);
        return Timestamp::from_millisecond(ms.parse().ok()?).ok();
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')) {
        return None;
    }
    match text.parse() {
        Ok(whole) => epoch(whole),
        Err(_) => epoch_number(text.replace(',', ".").parse().ok()?),
    }
}

/// Reads the time since 1970 from a number, whose fraction is rounded to the millisecond.
fn epoch_number(number: f64) -> Option<Timestamp> {
    const MOST: f64 = 9e15; // of larger numbers, a float is not exact
    if !(0.0..MOST).contains(&number) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the numbers are in the range")]
    let (whole, ms) = (number as u64, (number.fract() * 1000.0).round() as i64);
    let time = epoch(whole)?;
    let is_in_seconds = whole < MOST_SECONDS;
    Timestamp::from_millisecond(time.as_millisecond() + if is_in_seconds { ms } else { 0 }).ok()
}

/// The first second of which the number has ten digits.
const LEAST_SECONDS: u64 = 1_000_000_000;
/// The first second of the year 2100.
const MOST_SECONDS: u64 = 4_102_444_800;

/// Reads the time since 1970 from a number of seconds, milliseconds, microseconds or nanoseconds.
fn epoch(number: u64) -> Option<Timestamp> {
    let scale = [1, 1_000, 1_000_000, 1_000_000_000]
        .into_iter()
        .find(|scale| (LEAST_SECONDS * scale..MOST_SECONDS * scale).contains(&number))?;
    if scale == 1 && is_hour_of_calendar(number) {
        return None;
    }
    Timestamp::from_nanosecond(i128::from(number) * i128::from(1_000_000_000 / scale)).ok()
}

/// Returns whether ten digits may be a year, month, day and hour, such as 2024011514.
fn is_hour_of_calendar(number: u64) -> bool {
    let [hour, day, month] = [1, 100, 10_000].map(|scale| number / scale % 100);
    number / 100_000_000 == 20 && (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24
}

/// Explains why a value is no time, and what it looks like.
fn no_time(raw: &RawValue) -> Fault {
    let text = match raw {
        RawValue::Text(text) => Cow::Borrowed(text.trim()),
        other => other.to_string().into(),
    };
    let looks = if civil(&text).is_some() {
        Some(("has no zone", "has no zone"))
    } else if text.parse::<DateTime>().is_ok() {
        Some(("is a date alone", "is a date without a time of day"))
    } else if is_day_or_month(&text) {
        Some(("mixes up day and month", "begins with a day or a month, which cannot be told apart"))
    } else if strtime::parse("%b %d %H:%M:%S", text.as_ref()).is_ok() {
        Some(("has no year", "has neither a year nor a zone"))
    } else if is_spreadsheet_day(&text) {
        Some(("is a number of days", "looks like a spreadsheet's number of days"))
    } else if is_shortened(&text) {
        Some(("is a shortened number", "is a number of which a spreadsheet has cut off digits"))
    } else if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        Some(("is no time since 1970", "is no time in seconds, milliseconds, microseconds or nanoseconds since 1970"))
    } else {
        None
    };
    let (problem, sentence) = looks.unwrap_or(("is no time", "is no time"));
    Fault::new(problem, format!("{sentence}: {raw}; {EXAMPLE}"))
}

/// Returns whether a text begins with two short numbers and a year, such as `02/03/2026` or `2.3.26`.
fn is_day_or_month(text: &str) -> bool {
    let date = text.split([' ', 'T', ',']).next().unwrap_or_default();
    let parts: Vec<_> = date.split(['/', '.', '-']).collect();
    let are_digits = parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    matches!(parts[..], [first, second, year] if are_digits && first.len() <= 2 && second.len() <= 2 && year.len() <= 4)
}

/// Returns whether a text is a number of days since 1900 of the years 1982 to 2099.
fn is_spreadsheet_day(text: &str) -> bool {
    text.replace(',', ".").parse().is_ok_and(|days: f64| (30_000.0..73_050.0).contains(&days))
}

/// Returns whether a text is a number in the notation by which spreadsheets drop digits, such as `1.77244E+12`.
pub(super) fn is_shortened(text: &str) -> bool {
    let begins_as_number = text.starts_with(|first: char| first.is_ascii_digit());
    begins_as_number
        && text.split_once("E+").is_some_and(|(number, exponent)| {
            let is_exponent = !exponent.is_empty() && exponent.bytes().all(|byte| byte.is_ascii_digit());
            is_exponent && number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> RawValue<'_> {
        RawValue::Text(text.into())
    }

    fn read(spelling: &str) -> Option<String> {
        timestamp(&text(spelling)).value.map(|time| time.to_string())
    }

    fn told(raw: &RawValue) -> Fault {
        let Parsed { value, fault } = timestamp(raw);
        *fault.unwrap_or_else(|| panic!("{raw} was read as {value:?}"))
    }

    #[test]
    fn every_spelling_of_a_moment_is_read_alike() {
        for spelling in [
            "2024-01-15T14:30:00Z",
            "2024-01-15 14:30:00Z",
            "2024-01-15t15:30:00+01:00",
            "2024-01-15T14:30:00.000+0000",
            "2024-01-15 14:30:00+00",
            "2024-01-15 14:30:00 +0000",
            "2024-01-15 14:30:00 +0000 UTC",
            "2024-01-15 14:30:00,000 UTC",
            "2024-01-15 14:30:00 GMT",
            "2024-01-15T14:30:00UTC",
            "2024-01-15 14:30:00 UTC+00:00",
            "2024-01-15T14:30:00.00000000000Z",
            "2024/01/15 14:30:00Z",
            "20240115T143000Z",
            "20240115143000Z",
            "20240115143000.0Z",
            "20240115153000+0100",
        ] {
            assert_eq!(read(spelling).as_deref(), Some("2024-01-15T14:30:00Z"), "{spelling}");
        }
    }

    #[test]
    fn a_month_may_have_a_name_and_a_moment_may_be_a_number() {
        for spelling in [
            "15/Jan/2024:14:30:00 +0000",
            "[15/Jan/2024:15:30:00 +0100]",
            "15-JAN-2024 14:30:00 UTC",
            "15 Jan 2024 14:30:00 GMT",
            "Jan 15, 2024 2:30:00 PM UTC",
            "Mon, 15 Jan 2024 14:30:00 GMT",
            "Mon, 15 Jan 2024 09:30:00 EST",
            "Monday, 15-Jan-24 14:30:00 GMT",
            "Mon Jan 15 14:30:00 UTC 2024",
            "Mon Jan 15 14:30:00 +0000 2024",
            "Mon Jan 15 2024 16:30:00 GMT+0200 (Eastern European Standard Time)",
            "1705329000",
            "1705329000.0",
            "1705329000000",
            "1705329000000000",
            "1705329000000000000",
            "/Date(1705329000000)/",
            "/Date(1705329000000+0100)/",
            " 2024-01-15T14:30:00Z ",
        ] {
            assert_eq!(read(spelling).as_deref(), Some("2024-01-15T14:30:00Z"), "{spelling}");
        }
    }

    #[test]
    fn a_time_since_1970_is_read_to_the_millisecond() {
        for (raw, ms) in [
            (RawValue::Number(1_705_329_000.25), 1_705_329_000_250),
            (RawValue::Number(1_705_329_000.123), 1_705_329_000_123),
            (text("1705329000.123"), 1_705_329_000_123),
            (text("1705329000,123"), 1_705_329_000_123),
            (RawValue::Number(1_705_329_000_123.0), 1_705_329_000_123),
            (RawValue::Number(1_705_329_000_123_999.0), 1_705_329_000_123),
            (RawValue::LargeInteger(1_705_329_000_123_456_789), 1_705_329_000_123),
            (text("1705329000123456789"), 1_705_329_000_123),
        ] {
            assert_eq!(timestamp(&raw).value.map(Timestamp::as_millisecond), Some(ms), "{raw}");
        }
    }

    #[test]
    fn no_other_number_is_taken_for_a_time() {
        for number in [
            "0",
            "42",
            "20240115",
            "202401151430",
            "20240115143000",
            "2024011514",
            "123456789012",
            "638409330000000000",
        ] {
            let numeric = number.parse().expect("a number");
            assert_eq!(told(&text(number)).problem, told(&RawValue::Number(numeric)).problem, "{number}");
        }
        assert!(timestamp(&text("-1705329000")).value.is_none());
        assert_eq!(told(&RawValue::Bool(true)).problem, "is no time");
    }

    #[test]
    fn what_may_be_several_times_is_told_for_what_it_looks_like() {
        for (spelling, problem) in [
            ("2024-01-15T14:30:00", "has no zone"),
            ("2024-01-15 14:30:00.123", "has no zone"),
            ("Jan 15, 2024 14:30:00", "has no zone"),
            ("Mon Jan 15 2024 14:30:00", "has no zone"),
            ("2024-01-15", "is a date alone"),
            ("02/03/2024 14:30:00", "mixes up day and month"),
            ("2.3.24 14:30", "mixes up day and month"),
            ("02-03-2024 14:30:00 +0000", "mixes up day and month"),
            ("45306.6", "is a number of days"),
            ("45306,6", "is a number of days"),
            ("1.70533E+12", "is a shortened number"),
            ("170532900", "is no time since 1970"),
            ("Jan 15 14:30:00", "has no year"),
            ("20240115143000", "has no zone"),
            ("2024-01-15 14:30:00 CET", "is no time"),
            ("Tue Jan 15 14:30:00 UTC 2024", "is no time"),
            ("yesterday", "is no time"),
            ("2024-13-15T14:30:00Z", "is no time"),
        ] {
            let fault = told(&text(spelling));
            assert_eq!(fault.problem, problem, "{spelling}: {}", fault.detail);
            assert!(fault.detail.ends_with(EXAMPLE), "{}", fault.detail);
        }
    }
}

//! Times in exports of Log Analytics and Sentinel, which are written as in the United States, in UTC.

use jiff::{civil::DateTime, fmt::strtime};

use crate::event::RawValue;

/// Such as `4/28/2021, 3:05:26.000 PM`.
const FORMAT: &str = "%m/%d/%Y, %I:%M:%S%.f %p";

/// Writes a time of such an export with its zone; other values stay as they are.
///
/// The form is that of no other export: a comma behind the date, milliseconds, and AM or PM in capitals.
pub(super) fn of_portal(raw: RawValue) -> RawValue {
    let RawValue::Text(text) = &raw else { return raw };
    let is_of_export = text.contains(", ") && text.contains('.') && text.ends_with(['M']);
    let read = || strtime::parse(FORMAT, text.as_ref()).and_then(|time| time.to_datetime());
    match is_of_export.then(read) {
        Some(Ok(time)) => RawValue::Text(in_utc(time).into()),
        _ => raw,
    }
}

fn in_utc(time: DateTime) -> String {
    format!("{time}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_form_of_the_export_is_read() {
        let read = |text: &str| match of_portal(RawValue::Text(text.to_owned().into())) {
            RawValue::Text(text) => text.into_owned(),
            other => other.to_string(),
        };
        assert_eq!(read("4/28/2021, 3:05:26.000 PM"), "2021-04-28T15:05:26Z");
        assert_eq!(read("12/1/2021, 12:05:26.250 AM"), "2021-12-01T00:05:26.25Z");
        for other in
            ["4/28/2021 3:05:26 PM", "4/28/2021, 3:05:26 PM", "28/4/2021, 3:05:26.000 PM", "2021-04-28T15:05:26Z"]
        {
            assert_eq!(read(other), other);
        }
    }
}

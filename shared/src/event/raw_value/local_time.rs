//! Times that name no zone, for sources of which the zone is known.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    RawValue,
    time::{civil, written},
    trimmed,
};

/// Writes a time that names no zone as one of `zone`. A time that the clocks of
/// the zone show twice or never, as when they are put back or forward, cannot be read.
pub(crate) fn in_zone<'a>(raw: RawValue<'a>, zone: &TimeZone) -> RawValue<'a> {
    let RawValue::Text(text) = &raw else { return raw };
    let names_zone = || text.parse::<Timestamp>().is_ok() || written(trimmed(text)).is_some();
    let Some(local) = civil(trimmed(text)).filter(|_| !names_zone()) else { return raw };
    let moment = zone.to_ambiguous_zoned_datetime(local).unambiguous();
    moment.map_or_else(|_| no_moment(&raw, zone), |time| RawValue::Text(time.timestamp().to_string().into()))
}

fn no_moment(raw: &RawValue, zone: &TimeZone) -> RawValue<'static> {
    let name = zone.iana_name().unwrap_or("the time zone");
    let detail = format!("is {raw}, a time that clocks of {name} show twice or never; write it with an offset");
    RawValue::unreadable("is no single moment", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::raw_value::time::timestamp;

    fn text(text: &str) -> RawValue<'_> {
        RawValue::Text(text.into())
    }

    #[test]
    fn a_time_without_a_zone_is_one_of_the_zone_that_its_source_is_known_to_mean() {
        for (spelling, moment) in [
            ("2024-01-15 14:30:00.5", Some("2024-01-15T14:30:00.5Z")),
            ("Jan 15, 2024 2:30:00 PM", Some("2024-01-15T14:30:00Z")),
            ("2024-01-15T15:30:00+01:00", Some("2024-01-15T14:30:00Z")),
            ("1705329000", Some("2024-01-15T14:30:00Z")),
            ("02/03/2024 14:30:00", None),
            ("2024-01-15", None),
        ] {
            let value = timestamp(&in_zone(text(spelling), &TimeZone::UTC)).value.map(|time| time.to_string());
            assert_eq!(value.as_deref(), moment, "{spelling}");
        }
    }

    #[test]
    fn a_time_that_clocks_show_twice_or_never_is_none() {
        let rule = "CET-1CEST,M3.5.0,M10.5.0/3"; // as in Berlin
        let zone = TimeZone::posix(rule).expect("a rule of POSIX");
        let read = |local: &'static str| timestamp(&in_zone(text(local), &zone)).value.map(|time| time.to_string());
        assert_eq!(read("2024-01-15 15:30:00").as_deref(), Some("2024-01-15T14:30:00Z"));
        assert_eq!(read("2024-07-15 16:30:00").as_deref(), Some("2024-07-15T14:30:00Z"));
        for never_or_twice in ["2024-03-31 02:30:00", "2024-10-27 02:30:00"] {
            assert!(matches!(in_zone(text(never_or_twice), &zone), RawValue::Unreadable(_)), "{never_or_twice}");
        }
    }
}

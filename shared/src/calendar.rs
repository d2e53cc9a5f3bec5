//! Days, weekdays and hours of events, in UTC.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The number of seconds in a day.
pub const DAY_SECONDS: i64 = 86_400;

/// A calendar day in UTC, as the number of days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day(pub i32);

impl Day {
    /// Returns the day in which a second of Unix time lies; of a second that no timestamp has, as in damaged counts, the
    /// nearest day of one.
    pub fn of(second: i64) -> Self {
        let second = second.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        let day = second.div_euclid(DAY_SECONDS);
        Self(i32::try_from(day).expect("a timestamp's year has at most four digits"))
    }

    /// Returns the first second of the day, in Unix time.
    pub fn first_second(self) -> i64 {
        i64::from(self.0) * DAY_SECONDS
    }

    /// Returns the day of the week, from 0 for Monday to 6 for Sunday.
    pub fn weekday(self) -> u8 {
        let since_monday = (self.0 + 3).rem_euclid(7);
        u8::try_from(since_monday).expect("a remainder of 7 is below 7")
    }
}

/// Writes the day as a date, such as 2026-11-26.
impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let midnight = Timestamp::from_second(self.first_second()).unwrap_or_default();
        write!(formatter, "{}", midnight.strftime("%Y-%m-%d"))
    }
}

/// Returns the second of Unix time in which a time lies; the detector ignores fractions of a second.
pub fn second_of(time: Timestamp) -> i64 {
    time.as_millisecond().div_euclid(1000)
}

/// Returns the hour of the day, from 0 to 23, in which a second of Unix time lies.
pub fn hour_of(second: i64) -> u8 {
    let hour = second.rem_euclid(DAY_SECONDS) / 3600;
    u8::try_from(hour).expect("a day has 24 hours")
}

/// Returns a second of Unix time as the number of days since 1970-01-01, with a fraction.
#[expect(clippy::cast_precision_loss, reason = "seconds of any calendar year are exact in 53 bits")]
pub fn days_since_epoch(second: i64) -> f64 {
    second as f64 / DAY_SECONDS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_day_a_weekday_and_an_hour() {
        let thursday = second_of("2026-11-26T03:12:00.999Z".parse().expect("a time"));
        assert_eq!(Day::of(thursday).weekday(), 3);
        assert_eq!(Day::of(thursday).to_string(), "2026-11-26");
        assert_eq!(hour_of(thursday), 3);
        assert_eq!(days_since_epoch(thursday).floor(), f64::from(Day::of(thursday).0));
    }

    #[test]
    fn times_before_1970_fall_on_their_own_day() {
        let new_years_eve = second_of("1969-12-31T23:59:59.5Z".parse().expect("a time"));
        assert_eq!((Day::of(new_years_eve), hour_of(new_years_eve), Day(-1).weekday()), (Day(-1), 23, 2));
    }
}

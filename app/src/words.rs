//! Numbers and times in words, the same wherever they are written.

use jiff::{SignedDuration, Timestamp};

use crate::rarity::grouped;

/// Writes a time to the minute, as in `20 Nov 2026, 09:30`.
pub fn moment(time: Timestamp) -> String {
    time.strftime("%-d %b %Y, %H:%M").to_string()
}

/// Writes the day of a time, as in `Fri 20 Nov 2026`.
pub fn day(time: Timestamp) -> String {
    time.strftime("%a %-d %b %Y").to_string()
}

/// Writes the time of day, as in `09:30`.
pub fn time_of_day(time: Timestamp) -> String {
    time.strftime("%H:%M").to_string()
}

/// Writes a day counted from 1970, as in `20 Nov`.
pub fn short_day(day: i32) -> String {
    let second = i64::from(day) * shared::calendar::DAY_SECONDS;
    Timestamp::from_second(second).map(|time| time.strftime("%-d %b").to_string()).unwrap_or_default()
}

/// Writes a share as a percentage.
pub fn percent(share: f64) -> String {
    match share * 100.0 {
        p if p > 0.0 && p < 1.0 => "under 1 %".to_owned(),
        p => format!("{p:.0} %"),
    }
}

/// Says how rare a moment is that a share of user-days reaches.
pub fn one_in(p_value: f64) -> String {
    const MOST: f64 = 1e6;
    let user_days = 1.0 / p_value;
    if user_days < 1.5 {
        return "any user-day".to_owned();
    }
    if user_days >= MOST {
        return "under 1 in 1,000,000 user-days".to_owned();
    }
    format!("1 in {} user-days", grouped(two_figures(user_days)))
}

/// Rounds a number above one to a whole one with two significant figures.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lies between 1 and a million")]
fn two_figures(number: f64) -> u32 {
    let unit = 10_f64.powf(number.log10().floor() - 1.0).max(1.0);
    ((number / unit).round() * unit).round() as u32
}

/// Writes a number with the noun it counts.
pub fn counted(number: u64, noun: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{} {noun}{s}", grouped(number))
}

/// Writes a length of time to the minute, as in `2 h 10 min`.
pub fn length(time: SignedDuration) -> String {
    match (time.as_hours(), time.as_mins() % 60) {
        (0, 0) => "under a minute".to_owned(),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// Writes by how many points something has changed, with its sign: `+12`, `−3`, `0`.
pub fn change(points: f64) -> String {
    match points.round() {
        0.0 => "0".to_owned(),
        up if up > 0.0 => format!("+{up}"),
        down => format!("\u{2212}{}", -down),
    }
}

/// Writes a volume in megabytes in the unit that suits it.
pub fn volume(megabytes: f64) -> String {
    if megabytes >= 1000.0 { format!("{} GB", megabytes / 1000.0) } else { format!("{megabytes} MB") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_for_people() {
        let time = "2026-11-20T09:05:59Z".parse().expect("a time");
        assert_eq!(moment(time), "20 Nov 2026, 09:05");
        assert_eq!(day(time), "Fri 20 Nov 2026");
        assert_eq!(short_day(20_777), "20 Nov");
    }

    #[test]
    fn rarities_are_written_with_two_figures() {
        let written = [1.0, 0.5, 0.0101, 1.0 / 1949.0, 1e-9].map(one_in);
        let expected = [
            "any user-day",
            "1 in 2 user-days",
            "1 in 99 user-days",
            "1 in 1,900 user-days",
            "under 1 in 1,000,000 user-days",
        ];
        assert_eq!(written, expected);
    }

    #[test]
    fn lengths_are_written_to_the_minute() {
        let written = [0, 59, 60, 7200, 7859].map(|seconds| length(SignedDuration::from_secs(seconds)));
        assert_eq!(written, ["under a minute", "under a minute", "1 min", "2 h", "2 h 10 min"]);
    }

    #[test]
    fn changes_have_their_sign() {
        assert_eq!([12.4, -0.4, 0.4, -3.0].map(change), ["+12", "0", "0", "\u{2212}3"]);
    }

    #[test]
    fn shares_and_volumes_keep_short() {
        assert_eq!([0.0, 0.004, 0.934].map(percent), ["0 %", "under 1 %", "93 %"]);
        assert_eq!([0.1, 950.0, 2400.0].map(volume), ["0.1 MB", "950 MB", "2.4 GB"]);
        assert_eq!([1, 2000].map(|number| counted(number, "event")), ["1 event", "2,000 events"]);
    }
}

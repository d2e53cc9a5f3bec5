//! Times and changes in words, the same on every page.

use jiff::Timestamp;
use shared::calendar::DAY_SECONDS;

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
    let second = i64::from(day) * DAY_SECONDS;
    Timestamp::from_second(second).map(|time| time.strftime("%-d %b").to_string()).unwrap_or_default()
}

/// Writes a change in points with its sign, as in `+12`, `−3`, `0`.
pub fn change(points: f64) -> String {
    match points.round() {
        0.0 => "0".to_owned(),
        up if up > 0.0 => format!("+{up}"),
        down => format!("\u{2212}{}", -down),
    }
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
    fn changes_have_their_sign() {
        assert_eq!([12.4, -0.4, 0.4, -3.0].map(change), ["+12", "0", "0", "\u{2212}3"]);
    }
}

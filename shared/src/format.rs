//! Numbers as text for people: the same in the sentences of an explanation, on the pages and in notifications.

use crate::math::{exp10, log10};

/// Writes a whole number with a comma between thousands.
///
/// ```
/// assert_eq!(shared::format::grouped(1_234_567_u32), "1,234,567");
/// ```
pub fn grouped(number: impl Into<u64>) -> String {
    let digits = number.into().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Writes a number, without commas, and the noun it counts, whose plural must end in s.
///
/// ```
/// assert_eq!(shared::format::counted(1_u32, "event"), "1 event");
/// assert_eq!(shared::format::counted(21_u32, "event"), "21 events");
/// ```
pub fn counted(number: impl Into<u64>, noun: &str) -> String {
    let number = number.into();
    format!("{number} {noun}{}", plural_s(number))
}

/// Returns what follows a noun that stands after `number`: an s, or nothing after 1.
pub fn plural_s(number: u64) -> &'static str {
    if number == 1 { "" } else { "s" }
}

/// Writes a share, from 0 to 1, as a percentage.
///
/// ```
/// assert_eq!(shared::format::percent(0.934), "93%");
/// ```
pub fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent < 1.0 { "under 1%".to_owned() } else { format!("{percent:.0}%") }
}

/// Writes the share of user-days that reach a moment as its return period, as in `1 in 1,900 user-days`.
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

/// Writes a volume, given in megabytes (10^6 bytes), in the unit that suits it, to a tenth at most.
///
/// ```
/// assert_eq!(shared::format::volume(2400.0), "2.4 GB");
/// assert_eq!(shared::format::volume(5000.0), "5 GB");
/// ```
pub fn volume(megabytes: f64) -> String {
    match megabytes {
        mb if mb >= 1000.0 => format!("{} GB", tenths(mb / 1000.0)),
        mb if mb >= 1.0 => format!("{} MB", tenths(mb)),
        mb if mb >= 0.001 => format!("{} kB", tenths(mb * 1000.0)),
        mb => counted(to_whole(mb * 1e6), "byte"),
    }
}

/// Writes how many times as much an amount is as another: to a tenth below 10, else whole.
///
/// ```
/// assert_eq!(shared::format::times(50.0, 1.2), "42 times");
/// ```
pub fn times(amount: f64, usual: f64) -> String {
    let ratio = amount / usual;
    if ratio < 10.0 { format!("{} times", tenths(ratio)) } else { format!("{} times", grouped(to_whole(ratio))) }
}

/// Writes a number to a tenth, without a tenth of 0.
fn tenths(number: f64) -> String {
    let tenths = format!("{number:.1}");
    tenths.strip_suffix(".0").map_or(tenths.clone(), str::to_owned)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the number is not negative")]
fn to_whole(number: f64) -> u64 {
    number.round() as u64
}

/// Rounds a number from 1 to a million to a whole number with two significant figures.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lies between 1 and a million")]
fn two_figures(number: f64) -> u32 {
    let unit = exp10(log10(number).floor() - 1.0).max(1.0);
    ((number / unit).round() * unit).round() as u32
}

/// Writes a length of time in the largest unit of which there are at least two.
///
/// ```
/// assert_eq!(shared::format::duration(7200), "2 h");
/// ```
pub fn duration(seconds: i64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([7_u32, 100, 1000, 1_234_567].map(grouped), ["7", "100", "1,000", "1,234,567"]);
    }

    #[test]
    fn quantities_are_written_for_people() {
        assert_eq!([0.000_64, 0.064, 150.5, 2500.0].map(volume), ["640 bytes", "64 kB", "150.5 MB", "2.5 GB"]);
        assert_eq!([59, 600, 7200, 864_000].map(duration), ["59 s", "10 min", "2 h", "10 days"]);
        assert_eq!([0.0, 0.004, 0.934].map(percent), ["under 1%", "under 1%", "93%"]);
        assert_eq!([1_u32, 21].map(|count| counted(count, "resource")), ["1 resource", "21 resources"]);
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
}

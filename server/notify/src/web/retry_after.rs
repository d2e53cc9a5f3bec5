//! How long a web server asks to wait.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822};

/// The longest wait that is granted: a server that asks for more is asked again earlier.
const MOST: Duration = Duration::from_hours(24);

/// Reads the header `Retry-After`: a number of seconds or a time (RFC 9110, 10.2.3).
pub(super) fn parse(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    let seconds = header.parse().ok().map(Duration::from_secs);
    let wait = seconds.or_else(|| {
        let until = rfc2822::parse(header).ok()?.timestamp();
        Some(until.duration_since(now).try_into().unwrap_or_default())
    })?;
    Some(wait.min(MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_times_are_read_and_nothing_is_waited_for_longer_than_a_day() {
        let now = "2026-11-20T09:00:00Z".parse().expect("a time");
        let parsed = |header| parse(header, now).map(|wait| wait.as_secs());
        assert_eq!(parsed("120"), Some(120));
        assert_eq!(parsed(" Fri, 20 Nov 2026 09:02:00 GMT"), Some(120));
        assert_eq!(parsed("Fri, 20 Nov 2026 08:00:00 GMT"), Some(0), "past");
        assert_eq!(parsed("99999999999999"), Some(86_400));
        for unreadable in ["", "soon", "-1", "1.5"] {
            assert_eq!(parsed(unreadable), None, "{unreadable}");
        }
    }
}

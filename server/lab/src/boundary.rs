//! The day, or value, that divides a log at a share of its user-days.

use std::collections::HashSet;

use shared::{calendar::Day, event::Event};

/// Returns the day before which `share` (0 to 1) of the user-days of `events` lie; the end of time where the share is 1
/// or there are no events.
pub(crate) fn boundary_day<'a>(events: impl IntoIterator<Item = &'a Event>, share: f64) -> Day {
    let user_days: HashSet<_> = events.into_iter().map(|event| (&event.user, event.day())).collect();
    let days = user_days.into_iter().map(|(_, day)| day).collect();
    value_at_share(days, share).unwrap_or(Day(i32::MAX))
}

/// Returns the value that `share` (0 to 1) of all values precede in ascending order, if there is one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a number of values"
)]
pub(crate) fn value_at_share<T: Ord + Copy>(mut values: Vec<T>, share: f64) -> Option<T> {
    values.sort_unstable();
    values.get((values.len() as f64 * share) as usize).copied()
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};
    use shared::event::Action;

    use super::*;

    #[test]
    fn a_user_day_counts_once_however_many_events_it_has() {
        let event = |user: &str, hours: i64| {
            let time = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
            Event::new(user.parse().expect("an id"), time, Action::View)
        };
        let events = [event("ann", 1), event("ann", 2), event("ann", 3), event("bob", 30), event("ann", 50)];
        assert_eq!(boundary_day(&events, 0.0), Day(0));
        assert_eq!(boundary_day(&events, 0.4), Day(1));
        assert_eq!(boundary_day(&events, 0.7), Day(2));
        assert_eq!(boundary_day(&events, 1.0), Day(i32::MAX));
        assert_eq!(boundary_day([], 0.5), Day(i32::MAX));
    }
}

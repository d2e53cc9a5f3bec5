//! The span of a log's times, without the few records whose clocks were wrong.

use std::{collections::BTreeMap, ops::RangeInclusive};

use jiff::Timestamp;
use shared::calendar::{Day, second_of};

/// 2006-01-01: nobody had an account of a cloud before.
const FIRST_DAY: Day = Day(13_149);
/// The minimum number of events of a log in which a gap sets events apart.
const LEAST_EVENTS: u64 = 20;

/// The number of events of each day.
#[derive(Debug, Default)]
pub(super) struct EventsPerDay(BTreeMap<Day, u64>);

/// The days without events between two days with some.
#[derive(Clone, Copy)]
struct Gap {
    days: i32,
    /// The number of events on the outer side of the gap.
    outside: u64,
    /// The day on its inner side.
    inner: Day,
}

impl EventsPerDay {
    /// Counts an event of a day.
    pub(super) fn add(&mut self, day: Day) {
        *self.0.entry(day).or_default() += 1;
    }

    /// Adds the counts of other events.
    pub(super) fn add_all(&mut self, others: Self) {
        others.0.into_iter().for_each(|(day, events)| *self.0.entry(day).or_default() += events);
    }

    /// Returns the first day.
    pub(super) fn first(&self) -> Option<Day> {
        self.0.keys().next().copied()
    }

    /// Returns the first and the last day of the log without strays, by the rule of
    /// [`SortedLog::with_strays_apart`](super::SortedLog::with_strays_apart); none if there are no events.
    pub(super) fn span(&self, now: Timestamp) -> Option<RangeInclusive<Day>> {
        let possible = FIRST_DAY..=Day(Day::of(second_of(now)).0 + 1);
        let total: u64 = self.0.values().sum();
        let events_within = |days: &RangeInclusive<Day>| self.0.range(days.clone()).map(|(_, events)| events).sum();
        let within: u64 = events_within(&possible);
        let (bounds, events) =
            if 2 * within >= total { (possible, within) } else { (Day(i32::MIN)..=Day(i32::MAX), total) };
        let days = || self.0.range(bounds.clone()).map(|(day, events)| (*day, *events));
        let (first, last) = (days().next()?.0, days().next_back()?.0);
        let (rising, falling) = (gaps(days()), gaps(days().rev()));
        let inner = |gap: &&Gap| 100 * gap.outside > events && 100 * (events - gap.outside) > events;
        let pause = rising.iter().filter(inner).map(|gap| gap.days).max().unwrap_or_default();
        let is_apart = |gap: &&Gap| {
            let is_far = gap.days > 200 && gap.outside <= events.div_ceil(100);
            let is_rare = gap.days > 30.max(3 * pause) && gap.outside <= events / 1000;
            events >= LEAST_EVENTS && (is_far || is_rare)
        };
        let inner_day = |gaps: &[Gap], end| gaps.iter().rev().find(is_apart).map_or(end, |gap| gap.inner);
        Some(inner_day(&rising, first)..=inner_day(&falling, last))
    }
}

/// Returns the gaps between consecutive days, from the first day inwards.
fn gaps(days: impl Iterator<Item = (Day, u64)>) -> Vec<Gap> {
    let (mut outside, mut before, mut gaps) = (0, None, Vec::new());
    for (day, events) in days {
        if let Some(Day(before)) = before {
            gaps.push(Gap { days: (day.0 - before).abs(), outside, inner: day });
        }
        outside += events;
        before = Some(day);
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(date: &str) -> Day {
        Day::of(second_of(format!("{date}T00:00:00Z").parse().expect("a date")))
    }

    /// Returns the days of `spans`, each with a number of days and of events on each of them.
    fn log(spans: &[(&str, i32, u64)]) -> EventsPerDay {
        let mut log = EventsPerDay::default();
        for (first, days, events) in spans {
            (0..*days).for_each(|offset| (0..*events).for_each(|_| log.add(Day(day(first).0 + offset))));
        }
        log
    }

    fn span(spans: &[(&str, i32, u64)]) -> (Day, Day) {
        let span = log(spans).span("2026-11-28T12:00:00Z".parse().expect("a time")).expect("there are events");
        (*span.start(), *span.end())
    }

    #[test]
    fn strays_lie_outside_the_span_whatever_their_dates() {
        let body = ("2024-01-01", 91, 100);
        let expected = (day("2024-01-01"), day("2024-03-31"));
        assert_eq!(span(&[body]), expected);
        for strays in [
            &[("1970-01-01", 1, 1)][..],
            &[("1900-01-01", 1, 1), ("1970-01-20", 1, 30)],
            &[("2099-06-01", 1, 50), ("2026-12-24", 1, 50)],
            &[("2025-01-15", 1, 1)],
            &[("2024-05-15", 1, 3)],
            &[("1970-01-01", 1, 1), ("2012-07-01", 1, 8), ("2025-03-31", 1, 8), ("2099-01-01", 1, 1)],
            &[("2024-10-20", 20, 4)],
        ] {
            assert_eq!(span(&[&[body], strays].concat()), expected, "{strays:?}");
        }
        let years: Vec<_> = (2005..2024).map(|year| format!("{year}-02-01")).collect();
        let spread: Vec<_> = years.iter().map(|date| (date.as_str(), 1, 1)).chain([body]).collect();
        assert_eq!(span(&spread), expected, "strays at many dates");
    }

    #[test]
    fn honest_gaps_are_within_the_span() {
        for spans in [
            &[("2019-01-01", 60, 100), ("2024-01-01", 60, 10)][..],
            &[("2026-01-05", 10, 2), ("2026-07-06", 3, 2)],
            &[("2026-01-05", 50, 2), ("2026-07-06", 1, 1)],
            &[("2026-01-05", 5, 2), ("2026-11-06", 1, 1)],
            &[("2020-01-01", 1, 300), ("2020-04-01", 1, 300), ("2020-07-01", 1, 300), ("2020-10-01", 1, 1)],
            &[("2024-01-01", 30, 1000), ("2024-02-20", 1, 10)],
        ] {
            let (last, days, _) = spans[spans.len() - 1];
            assert_eq!(span(spans), (day(spans[0].0), Day(day(last).0 + days - 1)), "{spans:?}");
        }
    }

    #[test]
    fn a_log_that_lies_in_impossible_times_as_a_whole_is_its_own_span() {
        assert_eq!(span(&[("2099-01-01", 30, 2)]), (day("2099-01-01"), day("2099-01-30")));
        assert_eq!(span(&[("1970-01-01", 2, 9), ("2024-01-01", 2, 1)]), (day("1970-01-01"), day("2024-01-02")));
        assert_eq!(EventsPerDay::default().span(Timestamp::UNIX_EPOCH), None);
    }
}

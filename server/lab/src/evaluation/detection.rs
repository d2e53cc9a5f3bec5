//! The number of attacks found, and the delay until they are.

use std::collections::HashMap;

use serde::Serialize;

use super::evaluation_set::{EvaluatedEvent, EvaluationSet};
use crate::{dataset::Label, estimate::float};

/// The attacks found at a threshold, and the delay.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Detection {
    /// Number of attacks.
    pub cases: usize,
    /// Number of attacks found: those with an alarm.
    pub found: usize,
    /// Median number of events of an attack up to and including the first alarm, over the attacks found.
    pub median_events: Option<f64>,
    /// Median hours from the first event of an attack to the first alarm, over the attacks found.
    pub median_hours: Option<f64>,
}

/// The part of an attack that has been seen so far.
#[derive(Debug, Clone, Copy)]
struct AttackProgress {
    start_ms: i64,
    /// Number of events of the attack.
    events: usize,
    alarm: Option<Alarm>,
}

/// The first alarm of an attack.
#[derive(Debug, Clone, Copy)]
struct Alarm {
    /// Number of events of the attack up to the alarm.
    events: usize,
    hours: f64,
}

impl Detection {
    /// Follows the attacks whose events `is_wanted` selects; an alarm is an event with a score above `threshold`.
    ///
    /// An alarm of the user's own event on a day of the attack, after its start, counts too: it leads the analyst to
    /// the same day of the same user.
    pub(super) fn of(set: &EvaluationSet, threshold: f64, is_wanted: impl Fn(&EvaluatedEvent) -> bool) -> Self {
        let mut cases: HashMap<&str, AttackProgress> = HashMap::new();
        for event in &set.events {
            let now_ms = event.event.time.as_millisecond();
            if let Label::Attack { case, .. } = event.label
                && is_wanted(event)
            {
                let case = cases.entry(case).or_insert(AttackProgress { start_ms: now_ms, events: 0, alarm: None });
                case.events += 1;
            }
            if event.score.rank > threshold {
                for case in &set.days[event.day].cases {
                    if let Some(case) = cases.get_mut(case) {
                        case.raise(now_ms);
                    }
                }
            }
        }
        let alarms: Vec<Alarm> = cases.values().filter_map(|case| case.alarm).collect();
        Self {
            cases: cases.len(),
            found: alarms.len(),
            median_events: median(alarms.iter().map(|alarm| float(alarm.events)).collect()),
            median_hours: median(alarms.iter().map(|alarm| alarm.hours).collect()),
        }
    }
}

impl AttackProgress {
    /// Records an alarm if it is the first one.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of an attack are exact in 53 bits")]
    fn raise(&mut self, now_ms: i64) {
        let hours = (now_ms - self.start_ms) as f64 / 3_600_000.0;
        self.alarm.get_or_insert(Alarm { events: self.events, hours });
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (below, above) = (values.get(values.len().checked_sub(1)? / 2)?, values.get(values.len() / 2)?);
    Some(f64::midpoint(*below, *above))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert_eq!(median(vec![5.0, 1.0, 3.0]), Some(3.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 9.0]), Some(3.0));
        assert_eq!(median(Vec::new()), None);
    }
}

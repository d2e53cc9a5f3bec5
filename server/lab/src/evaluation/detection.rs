//! How soon attacks are seen.

use std::collections::HashMap;

use serde::Serialize;

use super::{
    judged::{Judged, JudgedEvent},
    level::float,
};
use crate::labelled::Label;

/// How many attacks are seen at a threshold, and how soon.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Detection {
    /// Number of attacks.
    pub cases: usize,
    /// Number of attacks of which an alarm was raised.
    pub found: usize,
    /// Median number of an attack's events until the first alarm, that event included; of the attacks found.
    pub median_events: Option<f64>,
    /// Median hours from an attack's first event to the first alarm; of the attacks found.
    pub median_hours: Option<f64>,
}

/// One attack as it unfolds.
#[derive(Debug, Clone, Copy)]
struct Case {
    start_ms: i64,
    events: usize,
    alarm: Option<Alarm>,
}

#[derive(Debug, Clone, Copy)]
struct Alarm {
    events: usize,
    hours: f64,
}

impl Detection {
    /// Follows the attacks whose events are `wanted`, an alarm being an event above `threshold`.
    ///
    /// An event that is not the attacker's own counts too when it comes on a day of the attack, after its start: the
    /// alarm leads to the same day of the same user.
    pub(super) fn of(judged: &Judged, threshold: f64, wanted: impl Fn(&JudgedEvent) -> bool) -> Self {
        let mut cases: HashMap<&str, Case> = HashMap::new();
        for event in &judged.events {
            let now_ms = event.event.time.as_millisecond();
            if let Label::Attack { case, .. } = event.label
                && wanted(event)
            {
                let case = cases.entry(case).or_insert(Case { start_ms: now_ms, events: 0, alarm: None });
                case.events += 1;
            }
            if event.score.rank > threshold {
                for case in &judged.days[event.day].cases {
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

impl Case {
    /// Notes the first alarm.
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

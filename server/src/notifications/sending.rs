//! When alerts are sent by a channel, and which of them together.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp, tz::Offset};
use serde::{Deserialize, Serialize};
use shared::severity::Severity;

use crate::alerts::AlertId;

/// The time in which the number of messages is limited.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What a channel is for, and when it may disturb.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendingRules {
    /// The minimum severity of alerts that are sent.
    pub least_severity: Severity,
    /// The hours in which only critical alerts are sent.
    pub quiet_hours: Option<QuietHours>,
    /// The minutes for which alerts below critical are gathered to be sent together.
    pub digest_minutes: Option<u16>,
    /// The maximum number of messages within an hour.
    pub most_per_hour: u16,
}

impl Default for SendingRules {
    fn default() -> Self {
        Self { least_severity: Severity::High, quiet_hours: None, digest_minutes: None, most_per_hour: 20 }
    }
}

/// Hours of the day (UTC), from the first to before the last; they may go over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// The first hour, from 0 to 23.
    pub from: u8,
    /// The hour at which they end, from 0 to 23.
    pub to: u8,
}

/// An alert that is to be sent by a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingAlert {
    /// Its id.
    pub id: AlertId,
    /// Its severity.
    pub severity: Severity,
    /// The time at which it was raised.
    pub raised: Timestamp,
}

/// What a channel is to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send one alert.
    One(AlertId),
    /// Send several alerts together.
    Digest(Vec<AlertId>),
    /// Do nothing until a time, unless another alert comes.
    Wait(Timestamp),
    /// Do nothing until another alert comes.
    Nothing,
}

/// The times of the messages that a channel has sent in the last hour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecentMessages(VecDeque<Timestamp>);

impl RecentMessages {
    /// Notes a message.
    pub fn add(&mut self, now: Timestamp) {
        self.0.push_back(now);
    }

    /// Forgets the messages that are an hour old, and returns the number of the others.
    fn count(&mut self, now: Timestamp) -> usize {
        while self.0.pop_front_if(|sent| *sent + HOUR <= now).is_some() {}
        self.0.len()
    }
}

impl QuietHours {
    fn contains(self, hour: u8) -> bool {
        if self.from <= self.to { (self.from..self.to).contains(&hour) } else { hour >= self.from || hour < self.to }
    }

    /// Returns when the quiet hours end in which a time lies; none if it lies in none.
    fn end(self, now: Timestamp) -> Option<Timestamp> {
        let clock = Offset::UTC.to_datetime(now);
        let hour = u8::try_from(clock.hour()).ok().filter(|hour| self.contains(*hour))?;
        let hours = (24 + i64::from(self.to) - i64::from(hour)) % 24;
        let begun = SignedDuration::new(i64::from(clock.minute()) * 60 + i64::from(clock.second()), 0);
        Some(now + SignedDuration::from_hours(hours) - begun)
    }
}

impl SendingRules {
    /// Returns what a channel is to do at a time with the alerts that wait, the oldest first, after the messages that it
    /// has sent.
    ///
    /// Alerts go one by one, the oldest first. The last message that the limit of an hour leaves takes all that wait. What
    /// is below critical waits for the end of quiet hours, and is gathered where digests are wanted.
    pub fn next_step(&self, waiting: &[WaitingAlert], sent: &mut RecentMessages, now: Timestamp) -> Step {
        let Some(oldest) = waiting.first() else { return Step::Nothing };
        let left = usize::from(self.most_per_hour).saturating_sub(sent.count(now));
        if left == 0 {
            return Step::Wait(sent.0.front().map_or(now, |first| *first) + HOUR);
        }
        let quiet_until = self.quiet_hours.and_then(|quiet| quiet.end(now));
        let digest_at = self.digest_minutes.map(|minutes| {
            let held: Vec<_> = waiting.iter().filter(|alert| alert.severity < Severity::Critical).collect();
            held.first().map_or(oldest.raised, |first| first.raised) + SignedDuration::from_mins(minutes.into())
        });
        let held_until = quiet_until.into_iter().chain(digest_at).filter(|until| *until > now).max();
        let is_ready = |alert: &&WaitingAlert| alert.severity == Severity::Critical || held_until.is_none();
        let ready: Vec<AlertId> = waiting.iter().filter(is_ready).map(|alert| alert.id).collect();
        match (&ready[..], held_until) {
            ([], until) => Step::Wait(until.unwrap_or(now)),
            ([only], _) => Step::One(*only),
            (_, None) if digest_at.is_some() => Step::Digest(ready),
            _ if left == 1 => Step::Digest(ready),
            ([first, ..], _) => Step::One(*first),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::{collection::vec, option, prelude::*, sample::select};
    use shared::alerting::AlertKind;

    use super::*;

    fn alert(sequence: u64, severity: Severity, raised: Timestamp) -> WaitingAlert {
        WaitingAlert { id: AlertId { sequence, kind: AlertKind::Identity }, severity, raised }
    }

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    /// Lets a channel send what waits until there is nothing left. Returns the messages, with the time of each.
    fn send_all(
        rules: &SendingRules,
        mut waiting: Vec<WaitingAlert>,
        start: Timestamp,
    ) -> Vec<(Timestamp, Vec<AlertId>)> {
        let (mut sent, mut now, mut messages) = (RecentMessages::default(), start, Vec::new());
        loop {
            let told = match rules.next_step(&waiting, &mut sent, now) {
                Step::Nothing => return messages,
                Step::Wait(until) => {
                    assert!(until > now, "it goes on");
                    now = until;
                    continue;
                }
                Step::One(id) => vec![id],
                Step::Digest(ids) => ids,
            };
            waiting.retain(|alert| !told.contains(&alert.id));
            sent.add(now);
            messages.push((now, told));
        }
    }

    #[test]
    fn of_five_hundred_alerts_nineteen_come_alone_and_the_rest_together() {
        let now = time("2024-01-15T12:00:00Z");
        let waiting = (0..500).map(|number| alert(number, Severity::High, now)).collect();
        let messages = send_all(&SendingRules::default(), waiting, now);
        let sizes: Vec<usize> = messages.iter().map(|(_, ids)| ids.len()).collect();
        assert_eq!(sizes, [vec![1; 19], vec![481]].concat());
        assert!(messages.iter().all(|(at, _)| *at == now));
    }

    #[test]
    fn quiet_hours_hold_back_all_but_critical_alerts() {
        let quiet = SendingRules { quiet_hours: Some(QuietHours { from: 22, to: 7 }), ..SendingRules::default() };
        let night = time("2024-01-15T23:15:30Z");
        let waiting = vec![alert(0, Severity::High, night), alert(1, Severity::Critical, night)];
        let messages = send_all(&quiet, waiting, night);
        let at: Vec<_> = messages.iter().map(|(at, ids)| (at.to_string(), ids[0].sequence)).collect();
        assert_eq!(at, [("2024-01-15T23:15:30Z".to_owned(), 1), ("2024-01-16T07:00:00Z".to_owned(), 0)]);
        let day = time("2024-01-15T21:59:59Z");
        assert_eq!(send_all(&quiet, vec![alert(0, Severity::High, day)], day).len(), 1);
    }

    #[test]
    fn a_digest_gathers_alerts_from_the_first_of_them_on() {
        let digests = SendingRules { digest_minutes: Some(30), ..SendingRules::default() };
        let now = time("2024-01-15T12:00:00Z");
        let waiting = (0..3).map(|number| alert(number, Severity::High, now)).collect();
        let messages = send_all(&digests, waiting, now);
        assert_eq!(
            (messages.len(), messages[0].0.to_string(), messages[0].1.len()),
            (1, "2024-01-15T12:30:00Z".to_owned(), 3)
        );
    }

    proptest! {
        #[test]
        fn every_alert_is_sent_once_and_no_hour_has_more_messages_than_it_may(
            severities in vec(select(vec![Severity::High, Severity::Critical]), 0..80),
            quiet in option::of((0..24_u8, 0..24_u8)),
            digest_minutes in option::of(1..200_u16),
            most_per_hour in 1..10_u16,
            start in 0..86_400_i64,
        ) {
            let now = Timestamp::from_second(start).expect("a second of 1970");
            let quiet_hours = quiet.map(|(from, to)| QuietHours { from, to });
            let rules = SendingRules { quiet_hours, digest_minutes, most_per_hour, ..SendingRules::default() };
            let numbered = severities.iter().enumerate();
            let waiting: Vec<_> = numbered.map(|(number, severity)| alert(number as u64, *severity, now)).collect();
            let messages = send_all(&rules, waiting.clone(), now);
            let told: Vec<AlertId> = messages.iter().flat_map(|(_, ids)| ids.clone()).collect();
            prop_assert_eq!(told.len(), waiting.len());
            prop_assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), waiting.len());
            for (at, _) in &messages {
                let within = messages.iter().filter(|(other, _)| *at <= *other && *other < *at + HOUR).count();
                prop_assert!(within <= usize::from(most_per_hour));
            }
            let critical = waiting.iter().filter(|alert| alert.severity == Severity::Critical);
            for alert in critical {
                let (at, _) = messages.iter().find(|(_, ids)| ids.contains(&alert.id)).expect("it is sent");
                prop_assert_eq!(*at, now, "critical alerts never wait while there is room");
            }
        }
    }
}

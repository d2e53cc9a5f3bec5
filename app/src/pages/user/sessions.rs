//! Sessions: a user's events up to a long pause, for people to read. Alerts cover days, not sessions.

use jiff::{SignedDuration, Timestamp};
use shared::event::Device;

use crate::page_types::TimelineEvent;

/// Hours without an event that end a session.
pub(super) const PAUSE_HOURS: i64 = 8;

/// Some of a user's events, the newest first; at least one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Session<'a>(&'a [TimelineEvent]);

/// Splits events, the newest first, into sessions, the newest first.
pub(super) fn sessions(events: &[TimelineEvent]) -> impl Iterator<Item = Session<'_>> {
    let pause = SignedDuration::from_hours(PAUSE_HOURS);
    events.chunk_by(move |later, earlier| time_of(later).duration_since(time_of(earlier)) < pause).map(Session)
}

fn time_of(event: &TimelineEvent) -> Timestamp {
    event.prediction.timestamp
}

impl<'a> Session<'a> {
    /// Returns the events, the newest first.
    pub(super) fn events(&self) -> &'a [TimelineEvent] {
        self.0
    }

    /// Returns when the session began.
    pub(super) fn begin(&self) -> Timestamp {
        self.0.last().map(time_of).unwrap_or_default()
    }

    /// Returns the time from the first event to the last.
    pub(super) fn length(&self) -> SignedDuration {
        self.0.first().map(time_of).unwrap_or_default().duration_since(self.begin())
    }

    /// Returns the event with the highest score; the latest of several.
    pub(super) fn highest(&self) -> Option<&'a TimelineEvent> {
        let score = |event: &TimelineEvent| event.prediction.anomaly_score;
        self.0.iter().reduce(|highest, event| if score(event) > score(highest) { event } else { highest })
    }

    /// Returns the places, each once, in the order in which they came up.
    pub(super) fn places(&self) -> Vec<&'a str> {
        self.different(|event| event.location.as_deref())
    }

    /// Returns the names of the devices, each once, in the order in which they came up.
    pub(super) fn devices(&self) -> Vec<&'a str> {
        self.different(|event| event.device.map(Device::name))
    }

    fn different(&self, name: impl Fn(&'a TimelineEvent) -> Option<&'a str>) -> Vec<&'a str> {
        let mut different = Vec::new();
        for name in self.0.iter().rev().filter_map(name) {
            if !different.contains(&name) {
                different.push(name);
            }
        }
        different
    }
}

#[cfg(test)]
mod tests {
    use shared::{
        engine::Engine,
        event::{Action, Event},
        model::Model,
        population::Population,
        prediction::Prediction,
        profile::Profile,
        scored_event::ScoredEvent,
    };

    use super::*;

    fn event(time: &str, location: &str, score: f64) -> TimelineEvent {
        let time: Timestamp = time.parse().expect("a time");
        let event = Event::new("ann".parse().expect("an id"), time, Action::View);
        let scored = Engine::new(Model::shipped(), Population::default()).assess(&event, &Profile::default());
        let scored = ScoredEvent::of(event, &scored, 0.7, time, &"of a test".into());
        let prediction = Prediction { anomaly_score: score, ..scored.prediction() };
        let location = Some(location.to_owned()).filter(|location| !location.is_empty());
        TimelineEvent { action: Action::View, resource: None, location, device: Some(Device::Web), prediction }
    }

    #[test]
    fn a_pause_of_eight_hours_ends_a_session_and_midnight_does_not() {
        let events = [
            event("2026-11-21T09:30:00Z", "Oslo", 0.1),
            event("2026-11-21T01:30:00Z", "Lima", 0.2),
            event("2026-11-20T23:50:00Z", "", 0.9),
            event("2026-11-20T15:50:01Z", "Oslo", 0.9),
            event("2026-11-20T15:50:01Z", "Oslo", 0.3),
        ];
        let sessions: Vec<_> = sessions(&events).collect();
        let sizes: Vec<_> = sessions.iter().map(|session| session.events().len()).collect();
        assert_eq!(sizes, [1, 4]);
        let night = sessions[1];
        assert_eq!(night.begin(), events[4].prediction.timestamp);
        assert_eq!(night.length(), SignedDuration::from_secs(9 * 3600 + 39 * 60 + 59));
        assert_eq!(night.highest(), Some(&events[2]), "the latest of equal ones");
        assert_eq!((night.places(), night.devices()), (vec!["Oslo", "Lima"], vec!["web"]));
        assert_eq!(sessions[0].length(), SignedDuration::ZERO);
    }

    #[test]
    fn without_events_there_is_no_session() {
        assert_eq!(sessions(&[]).count(), 0);
    }
}

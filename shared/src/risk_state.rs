//! The state of a user beside the profile: the risk, the counts of events, and the reasons of each risky day.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    calendar::{Day, second_of},
    engine::Scored,
    event::Event,
    risk::{Risk, RiskContribution},
};

/// The maximum number of reasons that are kept per day.
const REASONS: usize = 3;

/// A user's risk and counts after all events so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RiskState {
    /// The user's risk at the last event.
    pub risk: Risk,
    /// Number of events.
    pub events: u64,
    /// Number of events that were anomalies when they were scored.
    pub anomalies: u64,
    /// Time of the latest event.
    pub last: Option<Timestamp>,
    /// Reasons of the rarest event of each day in the risk, the strongest first.
    reasons: BTreeMap<Day, Vec<String>>,
}

impl RiskState {
    /// Makes the state of stored parts.
    pub fn stored(
        risk: Risk,
        events: u64,
        anomalies: u64,
        last: Option<Timestamp>,
        reasons: BTreeMap<Day, Vec<String>>,
    ) -> Self {
        Self { risk, events, anomalies, last, reasons }
    }

    /// Returns the reasons of the rarest event of each day in the risk, the strongest first.
    pub fn reasons(&self) -> &BTreeMap<Day, Vec<String>> {
        &self.reasons
    }

    /// Adds a scored event.
    pub fn add(&mut self, event: &Event, scored: &Scored, is_anomaly: bool) {
        self.events += 1;
        self.anomalies += u64::from(is_anomaly);
        self.last = self.last.max(Some(event.time));
        let before = std::mem::replace(&mut self.risk, scored.assessment.risk.clone());
        let day = Day::of(scored.assessment.context.second);
        if self.risk.on(day).is_some() && self.risk.on(day) != before.on(day) {
            let reasons = scored.reasons.told.iter().take(REASONS).map(|reason| reason.sentence.clone()).collect();
            self.reasons.insert(day, reasons);
        }
        let risk = &self.risk;
        self.reasons.retain(|day, _| risk.on(*day).is_some());
    }

    /// Returns the days in the risk at a time, the one with the most points first.
    pub fn contributions(&self, now: Timestamp) -> Vec<RiskContribution> {
        let mut parts: Vec<_> = self.risk.parts(second_of(now)).collect();
        parts.sort_by(|a, b| b.points.total_cmp(&a.points).then(b.second.cmp(&a.second)));
        let contribution = |part: crate::risk::RiskPart| {
            let reasons = self.reasons.get(&Day::of(part.second)).cloned().unwrap_or_default();
            let time = Timestamp::from_second(part.second).expect("the second of an event's time");
            RiskContribution { time, points: part.points, reasons }
        };
        parts.into_iter().map(contribution).collect()
    }
}

//! The summary of a scored log: counts, and the riskiest users with reasons.

use std::{collections::HashMap, fmt};

use jiff::Timestamp;
use shared::{
    calendar::second_of,
    engine::Scored,
    event::{Event, UserId},
    risk_state::RiskState,
};

/// Maximum number of users that a summary names.
const TOP_USERS: usize = 10;

/// Counts of a scored log, and the risk of each user at its end.
#[derive(Debug, Default)]
pub struct Summary {
    events: u64,
    faults: u64,
    anomalies: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    users: HashMap<UserId, RiskState>,
}

impl Summary {
    /// Returns the number of scored events.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Returns the number of unreadable records.
    pub fn faults(&self) -> u64 {
        self.faults
    }

    /// Returns the summary with this number of unreadable records.
    pub(super) fn with_faults(self, faults: u64) -> Self {
        Self { faults, ..self }
    }

    /// Returns the summary of the events of both summaries, which have no user in common.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.users.extend(other.users);
        Self {
            events: self.events + other.events,
            faults: self.faults + other.faults,
            anomalies: self.anomalies + other.anomalies,
            first: self.first.into_iter().chain(other.first).min(),
            last: self.last.max(other.last),
            users: self.users,
        }
    }

    /// Adds a scored event; events are added in the order of their times.
    pub(super) fn add(&mut self, event: &Event, scored: &Scored, is_anomaly: bool) {
        self.events += 1;
        self.anomalies += u64::from(is_anomaly);
        self.first.get_or_insert(event.time);
        self.last = Some(event.time);
        if !self.users.contains_key(&event.user) {
            self.users.insert(event.user.clone(), RiskState::default());
        }
        let standing = self.users.get_mut(&event.user).expect("inserted above where it was not there");
        standing.add(event, scored, is_anomaly);
    }

    /// Returns the users with a risk at the log's end, the riskiest first.
    fn riskiest(&self) -> Vec<(&UserId, f64, &RiskState)> {
        let Some(end) = self.last.map(second_of) else { return Vec::new() };
        let levels = self.users.iter().map(|(user, standing)| (user, standing.risk.level(end), standing));
        let mut users: Vec<_> = levels.filter(|(_, level, _)| *level >= 0.05).collect();
        users.sort_by(|(user, level, _), (other, other_level, _)| other_level.total_cmp(level).then(user.cmp(other)));
        users.truncate(TOP_USERS);
        users
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { events, faults, anomalies, users, .. } = self;
        let span = match (self.first, self.last) {
            (Some(first), Some(last)) => format!(", {} to {}", day(first), day(last)),
            _ => String::new(),
        };
        writeln!(f, "{events} events of {} users{span}", users.len())?;
        writeln!(f, "{anomalies} anomalies, {faults} records that could not be read")?;
        let riskiest = self.riskiest();
        if !riskiest.is_empty() {
            writeln!(f, "\nWhom to look at (risk at the end of the log, 0 to 100):")?;
        }
        for (place, (user, level, standing)) in riskiest.into_iter().enumerate() {
            let anomalies = standing.anomalies;
            writeln!(f, "{:>3}. {user}  risk {level:.0}, {anomalies} anomalies in all", place + 1)?;
            if let Some(heaviest) = self.last.and_then(|end| standing.contributions(end).into_iter().next()) {
                writeln!(f, "     {}: {}", day(heaviest.time), heaviest.reasons.join("; "))?;
            }
        }
        Ok(())
    }
}

fn day(time: Timestamp) -> impl fmt::Display {
    time.strftime("%Y-%m-%d")
}

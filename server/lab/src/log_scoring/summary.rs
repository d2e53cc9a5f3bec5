//! The summary of a scored log: counts, and the riskiest users with reasons.

use std::{collections::HashMap, fmt};

use jiff::Timestamp;
use shared::{
    calendar::second_of,
    control_characters::visible,
    engine::Scored,
    event::{Event, UserId},
    format::{counted, grouped, plural_s},
    notices::Notices,
    risk_state::RiskState,
};

use super::packed_records::RecordCounts;

/// Maximum number of users that a summary names.
const TOP_USERS: usize = 10;
/// Maximum number of notices that a summary lists.
const LISTED_NOTICES: usize = 10;
/// Maximum number of users of a notice that a summary names.
const NOTICE_USERS: usize = 5;

/// Counts of a scored log, and the risk of each user at its end.
#[derive(Debug, Default)]
pub struct Summary {
    events: u64,
    faults: u64,
    anomalies: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    users: HashMap<UserId, RiskState>,
    notices: Notices,
    repeats: u64,
    strays: u64,
    /// The number of the first record in the input whose time lies apart.
    first_stray: Option<u64>,
    counts: RecordCounts,
}

impl Summary {
    /// Returns the number of unreadable records.
    pub fn faults(&self) -> u64 {
        self.faults
    }

    /// Returns the number of records, unreadable ones included.
    pub fn records(&self) -> u64 {
        self.counts.records
    }

    /// Returns the summary with the counts of all records, and the number of those that cannot be read.
    pub(super) fn with_counts(self, faults: u64, counts: RecordCounts) -> Self {
        Self { faults, counts, ..self }
    }

    /// Returns the summary with the notices of all events.
    pub(super) fn with_notices(self, notices: Notices) -> Self {
        Self { notices, ..self }
    }

    /// Returns the summary of the events of both summaries, which have no user in common.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.users.extend(other.users);
        Self {
            events: self.events + other.events,
            anomalies: self.anomalies + other.anomalies,
            first: self.first.into_iter().chain(other.first).min(),
            last: self.last.max(other.last),
            repeats: self.repeats + other.repeats,
            strays: self.strays + other.strays,
            first_stray: self.first_stray.into_iter().chain(other.first_stray).min(),
            ..self
        }
    }

    /// Adds a scored event, which came again `repeats` times; events are added in the order of their times.
    pub(super) fn add(&mut self, event: &Event, scored: &Scored, is_anomaly: bool, repeats: usize) {
        self.events += 1;
        self.anomalies += u64::from(is_anomaly);
        self.repeats += repeats as u64;
        self.first.get_or_insert(event.time);
        self.last = Some(event.time);
        if !self.users.contains_key(&event.user) {
            self.users.insert(event.user.clone(), RiskState::default());
        }
        let standing = self.users.get_mut(&event.user).expect("inserted above where it was not there");
        standing.add(event, scored, is_anomaly);
    }

    /// Adds an event whose time lies apart from the rest of the log, and which came again `repeats` times.
    pub(super) fn add_stray(&mut self, index: u64, repeats: usize) {
        self.strays += 1;
        self.repeats += repeats as u64;
        self.first_stray = Some(self.first_stray.map_or(index, |first| first.min(index)));
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
        writeln!(f, "{} of {}{span}", counted(*events, "event"), counted(users.len() as u64, "user"))?;
        writeln!(f, "{anomalies} anomalies, {} that could not be read", counted(*faults, "record"))?;
        self.write_warnings(f)?;
        self.write_notices(f)?;
        self.write_riskiest(f)
    }
}

impl Summary {
    /// Writes what could not be read, by its kind, and what did not count.
    fn write_warnings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.counts)?;
        if self.repeats > 0 {
            let s = plural_s(self.repeats);
            writeln!(f, "  {} record{s} of events that came before and count once", grouped(self.repeats))?;
        }
        if let Some(first) = self.first_stray {
            let s = plural_s(self.strays);
            writeln!(
                f,
                "  {} event{s} apart in time (first: record {first}), scored as on the last day, with nothing learnt",
                grouped(self.strays)
            )?;
        }
        Ok(())
    }

    /// Writes what many users did for the first time on one day, the latest first.
    fn write_notices(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut notices = self.notices.newest_first();
        for (place, notice) in notices.by_ref().take(LISTED_NOTICES).enumerate() {
            if place == 0 {
                writeln!(f, "\nWhat many users did for the first time on one day:")?;
            }
            writeln!(f, "  {}", visible(&notice.sentence()))?;
            let named: Vec<&str> = notice.listed().take(NOTICE_USERS).map(|(user, _)| user.as_str()).collect();
            let others = notice.users() - named.len() as u64;
            let others = if others > 0 { format!(" and {others} more") } else { String::new() };
            writeln!(f, "     {}{others}", visible(&named.join(", ")))?;
        }
        match notices.count() as u64 {
            0 => Ok(()),
            earlier => writeln!(f, "  and {} before", counted(earlier, "such change")),
        }
    }

    fn write_riskiest(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let riskiest = self.riskiest();
        if !riskiest.is_empty() {
            writeln!(f, "\nWhom to look at (risk at the end of the log, 0 to 100):")?;
        }
        for (place, (user, level, standing)) in riskiest.into_iter().enumerate() {
            let (user, anomalies) = (visible(user.as_str()), standing.anomalies);
            writeln!(f, "{:>3}. {user}  risk {level:.0}, {anomalies} anomalies in all", place + 1)?;
            if let Some(heaviest) = self.last.and_then(|end| standing.contributions(end).into_iter().next()) {
                writeln!(f, "     {}: {}", day(heaviest.time), visible(&heaviest.reasons.join("; ")))?;
            }
        }
        Ok(())
    }
}

fn day(time: Timestamp) -> impl fmt::Display {
    time.strftime("%Y-%m-%d")
}

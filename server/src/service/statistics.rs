//! The counts of the events of the last days.

use app::{
    actor::{Actor, Scope},
    page_types::DayCount,
};
use jiff::Timestamp;
use shared::{
    calendar::{Day, second_of},
    error::Error,
};

use super::{Service, pages};
use crate::rollups::{Hour, HourCounts};

/// Counts of events.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// The number of users who were ever seen.
    pub users: u64,
    /// The counts of each day, the oldest first.
    pub days: Vec<DayCount>,
    /// The counts of all days by kind.
    pub counts: HourCounts,
}

impl Service {
    /// Counts the events of the last `days` days, that of `now` (UTC) included. While a checkpoint is written, the counts
    /// by kind may lack its events or count them twice.
    pub async fn statistics(&self, actor: &Actor, days: u16, now: Timestamp) -> Result<Statistics, Error> {
        actor.require(Scope::Read)?;
        let last = Day::of(second_of(now));
        let first = Day(last.0 - i32::from(days) + 1);
        let (users, days, unsaved) = {
            let state = self.0.pipeline.state();
            let unsaved = state.unsaved_rollups().clone();
            (state.users().len() as u64, pages::days_between(&state, first, last), unsaved)
        };
        let hours = Hour::of(first.first_second())..=Hour::of(second_of(now));
        let mut counts = self.0.store.counts_of(hours.clone()).await.map_err(|reason| self.unavailable(&reason))?;
        unsaved.hours().filter(|(hour, _)| hours.contains(hour)).for_each(|(_, hour)| counts.add_all(hour));
        Ok(Statistics { users, days, counts })
    }
}

//! The statistics of the inputs of events that linear models are drawn from.

use serde::{Deserialize, Serialize};
use shared::explanation::lime::TabularStatistics;

use crate::{
    engine_state::EngineState,
    store::{Store, StoreError},
};

/// The smallest number of events whose inputs linear models are drawn from.
const FEWEST_ROWS: usize = 100;
/// The largest number of events whose inputs linear models are drawn from.
const MOST_ROWS: usize = 1000;
/// The name of the setting that keeps all statistics.
const SETTING: &str = "statistics_of_inputs";

/// All statistics that were ever taken, the oldest first: one each time the number of events had doubled. They are stored,
/// so that an event has the same linear model for as long as it is stored.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct InputStatistics(Vec<TakenStatistics>);

/// The statistics of the inputs of the latest events of a moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct TakenStatistics {
    /// The number of events at that moment.
    events: u64,
    statistics: TabularStatistics,
}

impl InputStatistics {
    /// Reads all statistics that are stored.
    pub(super) async fn read(store: &Store) -> Result<Self, StoreError> {
        Ok(store.setting(SETTING).await?.unwrap_or_default())
    }

    /// Stores all statistics.
    pub(super) async fn write(&self, store: &Store) -> Result<(), StoreError> {
        store.set(SETTING, self).await
    }

    /// Takes the statistics of the latest events, if there are enough and twice as many as at the last time. Returns
    /// whether it did.
    pub(super) fn follow(&mut self, state: &EngineState) -> bool {
        let events = state.events();
        if self.0.last().is_some_and(|last| events / 2 < last.events) {
            return false;
        }
        let latest = state.recent().latest(MOST_ROWS);
        if latest.len() < FEWEST_ROWS {
            return false;
        }
        let rows: Vec<[f64; _]> = latest.iter().map(|stored| *stored.scored.inputs.values()).collect();
        self.0.push(TakenStatistics { events, statistics: TabularStatistics::fit(&rows) });
        true
    }

    /// Returns the statistics for the event of a number in the order of commits: the last ones that were taken before
    /// later events came, else the first ones; none before there are enough events.
    pub(super) fn of_event(&self, sequence: u64) -> Option<&TabularStatistics> {
        let before = self.0.iter().rev().find(|taken| taken.events <= sequence + 1);
        before.or(self.0.first()).map(|taken| &taken.statistics)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(events: u64) -> TakenStatistics {
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let row = [events as f64];
        TakenStatistics { events, statistics: TabularStatistics::fit(&[row]) }
    }

    #[test]
    fn an_event_keeps_its_statistics_when_later_ones_are_taken() {
        let mut all = InputStatistics::default();
        assert_eq!(all.of_event(999), None);
        all.0.push(taken(1000));
        let first = taken(1000).statistics;
        assert!([0, 999, 1000, 1999, 5000].iter().all(|sequence| all.of_event(*sequence) == Some(&first)));
        all.0.push(taken(2000));
        assert!([0, 999, 1000, 1998].iter().all(|sequence| all.of_event(*sequence) == Some(&first)));
        assert_eq!(all.of_event(1999), Some(&taken(2000).statistics));
    }
}

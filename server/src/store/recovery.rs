//! Reading the state when the server starts: that of the last checkpoint, and the log after it.

use std::collections::BTreeMap;

use shared::{
    alerting::ScoreHistory,
    calendar::Day,
    notices::Notices,
    population::{Contribution, PartId, Population},
    user_records::UserRecords,
};
use surrealdb::types::Bytes;
use tracing::error;

use super::{
    Store, StoreError,
    checkpoint::{HourRow, PartRow},
    keys::first_part,
    log::LogRow,
};
use crate::rollups::{Counts, Hour};

/// The state of the last checkpoint.
#[derive(Debug, Default)]
pub struct Recovered {
    /// The number of events that it stands for. Those after it are in the log.
    pub sequence: u64,
    /// The population.
    pub population: Population,
    /// The contributions of the unfinished epoch.
    pub pending: Vec<Contribution>,
    /// The notices.
    pub notices: Notices,
    /// Every user, without the profiles.
    pub users: UserRecords,
    /// The counts of each day.
    pub days: BTreeMap<Day, Counts>,
    /// The scores of the last days, and the alerts, those that were raised since included.
    pub history: ScoreHistory,
}

impl Store {
    /// Reads the state of the last checkpoint. Where losses are accepted, the log after it is mended first.
    pub async fn recover(&self) -> Result<Recovered, StoreError> {
        let marker = self.marker().await?;
        if self.accepts_loss {
            self.mend_log(marker.as_ref().map_or(0, |marker| marker.sequence)).await?;
        }
        let sequence = marker.as_ref().map_or(0, |marker| marker.sequence);
        let history = self.history(sequence).await?;
        let Some(marker) = marker else { return Ok(Recovered { history, ..Recovered::default() }) };
        let (population, notices) = (self.population().await?, self.notices().await?);
        let (users, days) = (self.users().await?, self.days().await?);
        Ok(Recovered { sequence, population, pending: marker.pending, notices, users, days, history })
    }

    /// Returns the commits that begin with an event or follow it, in order, in pages; the last page is empty.
    ///
    /// # Errors
    ///
    /// Fails if a row cannot be read or is missing: its events were acknowledged and are lost.
    pub async fn commits_from(&self, sequence: u64) -> Result<Vec<LogRow>, StoreError> {
        self.log_page(sequence).await
    }

    /// Returns the population. A part that cannot be read is logged and starts anew.
    async fn population(&self) -> Result<Population, StoreError> {
        let mut response = self.query("SELECT * FROM population").await?.await?.check()?;
        let rows: Vec<PartRow> = response.take(0)?;
        let part = |row: PartRow| {
            let index: i64 = first_part(&row.id)?;
            Some((PartId::from_index(usize::try_from(index).ok()?)?, row.body))
        };
        let mut parts: BTreeMap<PartId, Bytes> = rows.into_iter().filter_map(part).collect();
        loop {
            match Population::from_parts(parts.iter().map(|(part, body)| (*part, &**body))) {
                Ok(population) => return Ok(population),
                Err(unreadable) => {
                    error!(%unreadable, "a part of the population cannot be read and starts anew");
                    parts.remove(&unreadable.part);
                }
            }
        }
    }

    /// Returns the notices. A row that cannot be read is logged and starts anew.
    async fn notices(&self) -> Result<Notices, StoreError> {
        let mut response = self.query("SELECT * FROM notice").await?.await?.check()?;
        let rows: Vec<PartRow> = response.take(0)?;
        let mut notices = Notices::default();
        for row in rows {
            let Some(number) = row.notices_row() else { continue };
            if let Err(reason) = notices.read_row(number, &row.body) {
                error!(row = ?row.id, %reason, "notices cannot be read and start anew");
            }
        }
        Ok(notices)
    }

    /// Returns the scores of the last days as of the event of a number, and all alerts. What cannot be read is logged and
    /// starts anew.
    async fn history(&self, sequence: u64) -> Result<ScoreHistory, StoreError> {
        let row: Option<PartRow> = self.query("SELECT * FROM score_history").await?.await?.check()?.take(0)?;
        let stored = row.as_ref().map(|row| ScoreHistory::from_bytes(&row.body));
        if stored == Some(None) {
            error!("the scores of the last days cannot be read and start anew");
        }
        let mut history = stored.flatten().unwrap_or_default();
        for alert in self.alerts_since(sequence, usize::MAX).await? {
            history.count_alert(alert.key.day);
        }
        Ok(history)
    }

    /// Returns the counts of each day.
    async fn days(&self) -> Result<BTreeMap<Day, Counts>, StoreError> {
        let mut response = self.query("SELECT * FROM rollup").await?.await?.check()?;
        let rows: Vec<HourRow> = response.take(0)?;
        let mut days: BTreeMap<Day, Counts> = BTreeMap::new();
        for row in rows {
            let negated: Option<i32> = first_part(&row.id).and_then(|hour: i64| i32::try_from(hour).ok());
            let Some(hour) = negated.map(|negated| Hour(-negated)) else { continue };
            let [events, anomalies] = [row.events, row.anomalies].map(|count| u64::try_from(count).unwrap_or(0));
            *days.entry(hour.day()).or_default() += Counts { events, anomalies };
        }
        Ok(days)
    }
}

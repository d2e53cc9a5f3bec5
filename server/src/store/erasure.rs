//! Erasing everything that is stored of a user.

use std::collections::BTreeSet;

use shared::{alerting::AlertState, event::UserId};
use surrealdb::types::RecordId;

use super::{
    Store, StoreError,
    alerts::{self, Column},
    anomalies::AnomalyRow,
    audit::AuditRow,
    bulk_write::BulkWrite,
    checkpoint::PartRow,
    keys::number,
    minutes::{Minute, MinuteRow},
    outbox, profiles,
    segments::StoredEvent,
};
use crate::{
    alerts::AlertId,
    audit::AuditEntry,
    event_filter::{EventFilter, Place},
};

/// Number of events that are looked at at once.
const PAGE: usize = 4096;
/// Number of minutes whose rows are written anew at once.
const MINUTES: usize = 256;

impl Store {
    /// Erases a user, or nothing, and writes the rows of notices that listed the user, and the act. Returns the number of
    /// events that were erased.
    ///
    /// A checkpoint must stand for the whole log, and no other one may be written meanwhile: the rows of the log hold
    /// events of several users, and are deleted.
    pub async fn erase(&self, user: &UserId, notices: &[(u8, Vec<u8>)], act: &AuditEntry) -> Result<u64, StoreError> {
        let _alone = self.alert_writes.lock().await;
        let bulk = BulkWrite::begin(self.db().await?).await?;
        match self.erase_by(&bulk, user, notices, act).await {
            Ok(events) => bulk.commit().await.map(|()| events),
            Err(reason) => bulk.cancel().await.and(Err(reason)),
        }
    }

    async fn erase_by(
        &self,
        bulk: &BulkWrite,
        user: &UserId,
        notices: &[(u8, Vec<u8>)],
        act: &AuditEntry,
    ) -> Result<u64, StoreError> {
        const DELETE: &str = "DELETE $id RETURN NONE";
        const DELETE_SEGMENTS: &str = "DELETE segment:[$user, NONE]..[$user, []] RETURN NONE";
        const DELETE_LOG: &str = "DELETE log:[NONE]..[$next] RETURN NONE";
        let (mut erased, mut minutes) = (0, BTreeSet::new());
        let mut filter = EventFilter::default();
        loop {
            let found = self.events_of(user, &filter, PAGE).await?;
            let complete = |stored: &&StoredEvent| found.complete_to.is_none_or(|to| stored.place().time_ms >= to);
            let events: Vec<&StoredEvent> = found.events.iter().filter(complete).collect();
            erased += events.len() as u64;
            minutes.extend(events.iter().map(|stored| Minute::of(stored.place().time_ms)));
            let with_reasons = events.iter().filter(|stored| !stored.scored.reasons.is_empty());
            let anomalies: Vec<RecordId> = with_reasons.map(|stored| AnomalyRow::key(&stored.scored)).collect();
            bulk.run(DELETE, ("id", anomalies)).await?;
            let Some(time_ms) = found.complete_to else { break };
            filter.before = Some(Place::at(time_ms));
        }
        self.erase_minutes(bulk, user, &minutes.into_iter().collect::<Vec<_>>()).await?;
        self.erase_alerts(bulk, user).await?;
        bulk.run(DELETE_SEGMENTS, ("user", user.as_str().to_owned())).await?;
        bulk.run(DELETE, ("id", profiles::key(user))).await?;
        bulk.update(notices.iter().map(PartRow::of_notices)).await?;
        bulk.insert("audit", [AuditRow::of(act)]).await?;
        let next = self.marker().await?.map_or(0, |marker| marker.sequence);
        bulk.run(DELETE_LOG, ("next", number(next))).await?;
        Ok(erased)
    }

    async fn erase_minutes(&self, bulk: &BulkWrite, user: &UserId, minutes: &[Minute]) -> Result<(), StoreError> {
        const DELETE: &str = "DELETE $ids RETURN NONE";
        for minutes in minutes.chunks(MINUTES) {
            let (mut left, mut empty) = (Vec::new(), Vec::new());
            for row in self.rows_of_minutes(minutes).await? {
                match row.without(user) {
                    Ok(Some(row)) => left.push(row),
                    Ok(None) | Err(_) => empty.push(row.id), // a row that cannot be read may name the user
                }
            }
            bulk.update::<MinuteRow>(left).await?;
            bulk.run(DELETE, ("ids", empty)).await?;
        }
        Ok(())
    }

    /// Deletes the alerts about a user, and all that belongs to them. Nobody may change alerts meanwhile.
    async fn erase_alerts(&self, bulk: &BulkWrite, user: &UserId) -> Result<(), StoreError> {
        const DELETE: &str = "DELETE $ids RETURN NONE";
        const DELETE_DELIVERIES: &str = "
            DELETE delivery:[$alert[0], $alert[1], NONE]..[$alert[0], $alert[1], []] RETURN NONE;
            DELETE dead_letter:[-$alert[0], $alert[1], NONE]..[-$alert[0], $alert[1], []] RETURN NONE";
        const DELETE_GROUPS: &str = "DELETE alert_group:[$user, NONE]..[$user, []] RETURN NONE";
        let mut last = None;
        loop {
            let alerts = self.listed(Some(Column::User(user)), last).await?;
            if alerts.is_empty() {
                return bulk.run(DELETE_GROUPS, ("user", user.folded().into_owned())).await;
            }
            let rows: Vec<RecordId> = alerts.iter().flat_map(|alert| keys_of(user, *alert)).collect();
            bulk.run(DELETE, ("ids", rows)).await?;
            for AlertId { sequence, kind } in &alerts {
                bulk.run(DELETE_DELIVERIES, ("alert", (number(*sequence), kind.name().to_owned()))).await?;
            }
            last = alerts.last().copied();
        }
    }
}

/// Returns the keys of every row that there may be of an alert about a user.
fn keys_of(user: &UserId, alert: AlertId) -> Vec<RecordId> {
    let listed = AlertState::NAMES.map(Column::State).map(|state| state.key(alert));
    let rows = ["alert", "alert_evidence"].map(|table| alerts::key(table, alert));
    listed.into_iter().chain(rows).chain([Column::User(user).key(alert), outbox::key(alert)]).collect()
}

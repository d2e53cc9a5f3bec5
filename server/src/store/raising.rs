//! The commit of events that raise alerts: events, alerts and what is to be delivered in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use shared::alerting::GroupKey;
use surrealdb::types::{Array, Bytes, RecordId, SurrealValue, Value};

use super::{
    LogRow, Store, StoreError,
    alerts::{AlertRow, Column, KeyRow, key},
    keys::{keyed, number},
    outbox::OutboxRow,
    rows::pack_state_before,
};
use crate::alerts::{Alert, AlertId, AlertingEvent, Findings, StateBefore};

/// A row of the table `alert_group`: `[user, day, whether it is about the risk]`.
#[derive(Debug, SurrealValue)]
struct GroupRow {
    id: RecordId,
    /// The number of the event that raised the group's alert.
    sequence: i64,
    /// The name of the alert's kind.
    kind: String,
}

impl GroupRow {
    fn of(alert: &Alert) -> Self {
        let AlertId { sequence, kind } = alert.id;
        Self { id: Self::key(&alert.key), sequence: number(sequence), kind: kind.name().to_owned() }
    }

    fn key(group: &GroupKey) -> RecordId {
        let user = Value::from_t(group.user.folded().into_owned());
        let key = vec![user, Value::from_t(i64::from(group.day.0)), Value::from_t(group.is_risk)];
        RecordId::new("alert_group", Array::from(key))
    }
}

/// A row of the table `alert_evidence`.
#[derive(Debug, SurrealValue)]
struct EvidenceRow {
    id: RecordId,
    body: Bytes,
}

impl EvidenceRow {
    fn of(id: AlertId, before: &StateBefore) -> Self {
        Self { id: key("alert_evidence", id), body: pack_state_before(before).into() }
    }
}

/// By how much the count of a suppression rises.
#[derive(Debug, SurrealValue)]
struct HiddenRow {
    id: RecordId,
    events: i64,
}

impl HiddenRow {
    fn of((id, events): (&String, &u64)) -> Self {
        Self { id: keyed("suppression", id.clone()), events: number(*events) }
    }
}

/// What a commit does to alerts.
#[derive(Default)]
struct AlertChanges {
    /// The new alerts, and those in which more events are counted, by group.
    alerts: BTreeMap<GroupKey, Alert>,
    raised: Vec<AlertId>,
    evidence: Vec<EvidenceRow>,
    /// The alerts that are to be delivered: the new ones, and those whose severity has risen.
    outbox: Vec<AlertId>,
}

impl AlertChanges {
    /// Counts a finding in the alert of its group, which is raised if there is none.
    fn add(&mut self, finding: &AlertingEvent) {
        let id = if let Some(alert) = self.alerts.get_mut(&finding.key) {
            if !alert.group.add(finding.subject) {
                return;
            }
            alert.id
        } else {
            self.alerts.insert(finding.key.clone(), Alert::of(finding));
            self.raised.push(finding.id);
            self.evidence.extend(finding.before.as_ref().map(|before| EvidenceRow::of(finding.id, before)));
            finding.id
        };
        if !self.outbox.contains(&id) {
            self.outbox.push(id);
        }
    }
}

impl Store {
    /// Writes the events of a commit with the alerts that they raise or are counted in, and returns when all of it is on
    /// the disk. Returns the ids of the new alerts.
    ///
    /// After a failure it may be on the disk all the same: see [`append`](Self::append).
    pub async fn commit(&self, row: &LogRow, findings: &Findings) -> Result<Vec<AlertId>, StoreError> {
        if findings.is_empty() {
            self.append(row).await?;
            return Ok(Vec::new());
        }
        let _alone = self.alert_writes.lock().await;
        let mut changes = AlertChanges { alerts: self.alerts_of_groups(findings).await?, ..AlertChanges::default() };
        findings.alerting.iter().for_each(|finding| changes.add(finding));
        let raised = changes.raised.clone();
        self.write_commit(row, changes, findings).await?;
        Ok(raised)
    }

    /// Returns the alerts that groups of findings have already.
    async fn alerts_of_groups(&self, findings: &Findings) -> Result<BTreeMap<GroupKey, Alert>, StoreError> {
        let groups: BTreeSet<&GroupKey> = findings.alerting.iter().map(|finding| &finding.key).collect();
        let keys: Vec<RecordId> = groups.into_iter().map(GroupRow::key).collect();
        if keys.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut response = self.query("SELECT * FROM $ids").await?.bind(("ids", keys)).await?.check()?;
        let rows: Vec<GroupRow> = response.take(0)?;
        let id_of = |row: &GroupRow| {
            let sequence = u64::try_from(row.sequence).ok()?;
            Some(AlertId { sequence, kind: row.kind.parse().ok()? })
        };
        let ids: Vec<AlertId> = rows.iter().filter_map(id_of).collect();
        Ok(self.alerts_with(&ids).await?.into_iter().map(|alert| (alert.key.clone(), alert)).collect())
    }

    async fn write_commit(&self, row: &LogRow, changes: AlertChanges, findings: &Findings) -> Result<(), StoreError> {
        const COMMIT: &str = "
            BEGIN;
            INSERT INTO log $log RETURN NONE;
            INSERT INTO alert $raised RETURN NONE;
            INSERT INTO alert_list $listed RETURN NONE;
            INSERT INTO alert_evidence $evidence RETURN NONE;
            FOR $row IN $groups { UPSERT $row.id CONTENT $row RETURN NONE };
            FOR $row IN $counted { UPDATE $row.id CONTENT $row RETURN NONE };
            FOR $row IN $outbox { UPSERT $row.id CONTENT $row RETURN NONE };
            FOR $row IN $hidden { UPDATE $row.id SET hidden += $row.events RETURN NONE };
            COMMIT;";
        let AlertChanges { alerts, raised, evidence, outbox } = changes;
        let (packed, body) = row.packed();
        let (new, counted): (Vec<_>, Vec<_>) = alerts.values().partition(|alert| raised.contains(&alert.id));
        let rows = |alerts: &[&Alert]| -> Vec<AlertRow> { alerts.iter().map(|alert| AlertRow::of(alert)).collect() };
        let listed: Vec<KeyRow> = new.iter().flat_map(|alert| Column::keys(alert)).map(|id| KeyRow { id }).collect();
        let groups: Vec<GroupRow> = new.iter().map(|alert| GroupRow::of(alert)).collect();
        let outbox = alerts.values().filter(|alert| outbox.contains(&alert.id));
        let outbox: Vec<OutboxRow> = outbox.map(OutboxRow::of).collect();
        let hidden: Vec<HiddenRow> = findings.hidden.iter().map(HiddenRow::of).collect();
        let query = self.query(COMMIT).await?.bind(("log", packed)).bind(("raised", rows(&new)));
        let query = query.bind(("counted", rows(&counted))).bind(("listed", listed)).bind(("groups", groups));
        let query = query.bind(("evidence", evidence)).bind(("outbox", outbox)).bind(("hidden", hidden));
        query.await?.check()?;
        self.note_commit(row.first, row.first + row.events.len() as u64, &body)
    }
}

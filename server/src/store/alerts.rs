//! Alerts: rows, lists of them, and changes by people.

use shared::{
    alerting::{AlertKind, Lifecycle},
    event::UserId,
    severity::Severity,
};
use surrealdb::types::{Array, Bytes, RecordId, SurrealValue, Value};
use tracing::error;

use super::{
    Store, StoreError, UnreadableRow,
    keys::{number, parts},
    rows::{pack_alert, unpack_alert, unpack_state_before},
};
use crate::alerts::{Alert, AlertId, StateBefore};

/// Number of alerts that are read at once.
const PAGE: i64 = 256;
/// The number of alerts that are read for one list at most, whatever the filter lets through.
const MOST_READ: usize = 2048;

/// A row of the table `alert`: `[-sequence, kind]`.
#[derive(Debug, SurrealValue)]
pub(super) struct AlertRow {
    pub(super) id: RecordId,
    pub(super) body: Bytes,
}

impl AlertRow {
    pub(super) fn of(alert: &Alert) -> Self {
        Self { id: key("alert", alert.id), body: pack_alert(alert).into() }
    }

    pub(super) fn alert(&self) -> Result<Alert, UnreadableRow> {
        let id = id_of(&self.id, 0).ok_or(UnreadableRow::Damaged)?;
        unpack_alert(id, &self.body)
    }
}

/// A row that is nothing but its key, or holds one column of bytes.
#[derive(Debug, SurrealValue)]
pub(super) struct KeyRow {
    pub(super) id: RecordId,
}

/// The columns that alerts are listed by.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column<'a> {
    User(&'a UserId),
    State(&'static str),
}

impl Column<'_> {
    /// Returns the first two parts of the keys of the rows of `alert_list`.
    fn parts(self) -> [String; 2] {
        match self {
            Self::User(user) => ["user".to_owned(), user.folded().into_owned()],
            Self::State(state) => ["state".to_owned(), state.to_owned()],
        }
    }

    /// Returns the keys by which an alert is listed.
    pub(super) fn keys(alert: &Alert) -> [RecordId; 2] {
        let state = Column::State(alert.lifecycle.state().name());
        [Column::User(&alert.key.user), state].map(|column| column.key(alert.id))
    }

    /// Returns the key by which an alert is listed in a column.
    pub(super) fn key(self, id: AlertId) -> RecordId {
        let [column, value] = self.parts().map(Value::from_t);
        let mut key = vec![column, value];
        key.extend(key_parts(id));
        RecordId::new("alert_list", Array::from(key))
    }
}

/// Which alerts are listed. What is not given is met by every alert.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlertFilter {
    /// The user.
    pub user: Option<UserId>,
    /// The name of the state.
    pub state: Option<&'static str>,
    /// The kind.
    pub kind: Option<AlertKind>,
    /// The minimum severity.
    pub severity: Option<Severity>,
    /// The person who works on it.
    pub assignee: Option<String>,
}

impl AlertFilter {
    fn lets_through(&self, alert: &Alert) -> bool {
        self.user.as_ref().is_none_or(|user| *user == alert.key.user)
            && self.state.is_none_or(|state| state == alert.lifecycle.state().name())
            && self.kind.is_none_or(|kind| kind == alert.id.kind)
            && self.severity.is_none_or(|severity| alert.group.severity >= severity)
            && self.assignee.as_deref().is_none_or(|assignee| alert.lifecycle.assignee() == Some(assignee))
    }

    fn column(&self) -> Option<Column<'_>> {
        self.user.as_ref().map(Column::User).or(self.state.map(Column::State))
    }
}

/// A part of a list of alerts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlertPage {
    /// The alerts, the one that was raised last first.
    pub alerts: Vec<Alert>,
    /// The alert after which the list goes on, if there may be more.
    pub next: Option<AlertId>,
}

/// Why an alert was not changed.
#[derive(Debug)]
pub enum NotChanged<E> {
    /// There is no such alert.
    NotFound,
    /// The change was refused.
    Refused(E),
    /// The database failed.
    Failed(StoreError),
}

impl<E> From<StoreError> for NotChanged<E> {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl Store {
    /// Returns an alert.
    pub async fn alert(&self, id: AlertId) -> Result<Option<Alert>, StoreError> {
        Ok(self.alerts_with(&[id]).await?.pop())
    }

    /// Returns the alerts with these ids that there are, the one that was raised last first. One that cannot be read is
    /// logged and left out.
    pub(crate) async fn alerts_with(&self, ids: &[AlertId]) -> Result<Vec<Alert>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<RecordId> = ids.iter().map(|id| key("alert", *id)).collect();
        let rows: Vec<AlertRow> = self.query("SELECT * FROM $ids").await?.bind(("ids", ids)).await?.check()?.take(0)?;
        let mut alerts = readable(&rows);
        alerts.sort_by_key(|alert| std::cmp::Reverse(alert.id));
        Ok(alerts)
    }

    /// Returns the latest alerts that were raised by the event of a number or a later one, the latest first, at most
    /// `limit` of them.
    pub async fn alerts_since(&self, sequence: u64, limit: usize) -> Result<Vec<Alert>, StoreError> {
        const SINCE: &str = "SELECT * FROM type::record('alert', [NONE]..[$until, []]) LIMIT $limit";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let query = self.query(SINCE).await?.bind(("until", -number(sequence))).bind(("limit", limit));
        let rows: Vec<AlertRow> = query.await?.check()?.take(0)?;
        Ok(readable(&rows))
    }

    /// Returns at most `limit` of the alerts that a filter lets through, from the one after `after` on. Fewer may come
    /// before the end of the list, since no more than 2,048 alerts are read.
    pub async fn alerts(
        &self,
        filter: &AlertFilter,
        after: Option<AlertId>,
        limit: usize,
    ) -> Result<AlertPage, StoreError> {
        let mut page = AlertPage { alerts: Vec::new(), next: after };
        let mut read = 0;
        while read < MOST_READ {
            let ids = self.listed(filter.column(), page.next).await?;
            for alert in self.alerts_with(&ids).await? {
                if page.alerts.len() == limit {
                    return Ok(page);
                }
                page.next = Some(alert.id);
                if filter.lets_through(&alert) {
                    page.alerts.push(alert);
                }
            }
            page.next = ids.last().copied();
            if ids.len() < usize::try_from(PAGE).expect("a small number") {
                return Ok(AlertPage { next: None, ..page });
            }
            read += ids.len();
        }
        Ok(page)
    }

    /// Returns the ids of the next alerts of a list.
    pub(super) async fn listed(
        &self,
        column: Option<Column<'_>>,
        after: Option<AlertId>,
    ) -> Result<Vec<AlertId>, StoreError> {
        const ALL: &str = "SELECT id FROM type::record('alert', [NONE]..[[]]) LIMIT $page";
        const REST: &str = "SELECT id FROM type::record('alert', [$sequence, $kind]>..[[]]) LIMIT $page";
        const OF_COLUMN: &str =
            "SELECT id FROM type::record('alert_list', [$column, $value, NONE]..[$column, $value, []]) LIMIT $page";
        const REST_OF_COLUMN: &str = "SELECT id FROM
            type::record('alert_list', [$column, $value, $sequence, $kind]>..[$column, $value, []]) LIMIT $page";
        let statement = match (column, after) {
            (None, None) => ALL,
            (None, Some(_)) => REST,
            (Some(_), None) => OF_COLUMN,
            (Some(_), Some(_)) => REST_OF_COLUMN,
        };
        let mut query = self.query(statement).await?.bind(("page", PAGE));
        if let Some(column) = column {
            let [column, value] = column.parts();
            query = query.bind(("column", column)).bind(("value", value));
        }
        if let Some(AlertId { sequence, kind }) = after {
            query = query.bind(("sequence", -number(sequence))).bind(("kind", kind.name().to_owned()));
        }
        let rows: Vec<KeyRow> = query.await?.check()?.take(0)?;
        let skipped = if column.is_some() { 2 } else { 0 };
        Ok(rows.iter().filter_map(|row| id_of(&row.id, skipped)).collect())
    }

    /// Changes what people do about an alert, and returns the alert then. Nothing else changes alerts meanwhile.
    pub async fn change_alert<E>(
        &self,
        id: AlertId,
        change: impl FnOnce(&mut Lifecycle) -> Result<(), E>,
    ) -> Result<Alert, NotChanged<E>> {
        const CHANGE: &str = "
            BEGIN;
            UPDATE $row.id CONTENT $row RETURN NONE;
            DELETE $before RETURN NONE;
            INSERT INTO alert_list $now RETURN NONE;
            COMMIT;";
        let _alone = self.alert_writes.lock().await;
        let mut alert = self.alert(id).await?.ok_or(NotChanged::NotFound)?;
        let listed = |alert: &Alert| Column::State(alert.lifecycle.state().name()).key(id);
        let before = listed(&alert);
        change(&mut alert.lifecycle).map_err(NotChanged::Refused)?;
        let now = KeyRow { id: listed(&alert) };
        let query = self.query(CHANGE).await?.bind(("row", AlertRow::of(&alert)));
        query
            .bind(("before", before))
            .bind(("now", now))
            .await
            .map_err(StoreError::from)?
            .check()
            .map_err(StoreError::from)?;
        Ok(alert)
    }

    /// Returns the profile and the population before the event of an alert, if they were kept.
    pub async fn state_before(&self, id: AlertId) -> Result<Option<StateBefore>, StoreError> {
        const EVIDENCE: &str = "SELECT VALUE body FROM ONLY $id";
        let mut response = self.query(EVIDENCE).await?.bind(("id", key("alert_evidence", id))).await?.check()?;
        let body: Option<Bytes> = response.take(0)?;
        let unreadable = |reason| StoreError::unreadable("alert_evidence", &id.to_string(), reason);
        body.map(|body| unpack_state_before(&body).map_err(unreadable)).transpose()
    }
}

/// Returns the key of an alert's row in a table.
pub(super) fn key(table: &str, id: AlertId) -> RecordId {
    RecordId::new(table, Array::from(key_parts(id).to_vec()))
}

fn key_parts(AlertId { sequence, kind }: AlertId) -> [Value; 2] {
    [Value::from_t(-number(sequence)), Value::from_t(kind.name().to_owned())]
}

/// Returns the id of an alert from a key, after its first parts.
pub(super) fn id_of(key: &RecordId, skipped: usize) -> Option<AlertId> {
    let mut parts = parts(key)?.skip(skipped);
    let number: i64 = parts.next()?.into_t().ok()?;
    let kind: String = parts.next()?.into_t().ok()?;
    Some(AlertId { sequence: number.unsigned_abs(), kind: kind.parse().ok()? })
}

fn readable(rows: &[AlertRow]) -> Vec<Alert> {
    let logged =
        |row: &AlertRow| row.alert().inspect_err(|reason| error!(row = ?row.id, %reason, "an alert cannot be read"));
    rows.iter().filter_map(|row| logged(row).ok()).collect()
}

//! Segments: the events of one user and day that one checkpoint found. They hold every event that is older than the log.

use std::collections::BTreeMap;

use shared::{
    calendar::Day,
    event::{EventKey, UserId},
    scored_event::ScoredEvent,
};
use surrealdb::types::{Array, Bytes, RecordId, SurrealValue, Value};
use tracing::error;

use super::{
    Loss, Store, StoreError,
    keys::{number, parts},
    rows::{PackedEvent, UnreadableRow, pack_events, unpack_events},
};

/// Number of rows of a user that are read at once.
const PAGE: i64 = 8;

/// A stored event with its number in the order of commits.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// The number of the event in the order of commits, from 0.
    pub sequence: u64,
    /// The event with its score.
    pub scored: ScoredEvent,
}

/// A row of the table `segment`: `[user, -day, -number of its first event]`.
#[derive(Debug, SurrealValue)]
pub(super) struct SegmentRow {
    id: RecordId,
    body: Bytes,
}

impl SegmentRow {
    /// Returns the row of a user's events of a day, in their order; there is at least one.
    pub(super) fn of(user: &UserId, day: Day, events: &[(u64, &PackedEvent)]) -> Self {
        let (first, _) = events[0];
        let user = Value::from_t(user.as_str().to_owned());
        let key = vec![user, Value::from_t(-i64::from(day.0)), Value::from_t(-number(first))];
        let body = pack_events(events.iter().copied()).into();
        Self { id: RecordId::new("segment", Array::from(key)), body }
    }

    /// Returns the day and the number of the first event, from the key.
    fn place(&self) -> Option<(i64, i64)> {
        let mut numbers = parts(&self.id)?.skip(1).map(|part| part.into_t().ok());
        Some((numbers.next()??, numbers.next()??))
    }

    /// Returns the events. A row that cannot be read is logged and has none.
    fn events(&self) -> Vec<StoredEvent> {
        unpack_all(&self.body).unwrap_or_else(|reason| {
            error!(row = ?self.id, %reason, "events of a segment cannot be read");
            Vec::new()
        })
    }
}

fn unpack_all(body: &[u8]) -> Result<Vec<StoredEvent>, UnreadableRow> {
    let unpack = |(sequence, event): (u64, PackedEvent)| Ok(StoredEvent { sequence, scored: event.unpack()? });
    unpack_events(body)?.into_iter().map(unpack).collect()
}

impl Store {
    /// Returns those of the events with these keys that are in segments.
    pub async fn stored_among(&self, keys: &[EventKey]) -> Result<Vec<StoredEvent>, StoreError> {
        const OF_DAY: &str = "SELECT * FROM segment:[$key[0], $key[1], NONE]..[$key[0], $key[1], []]";
        let mut wanted: BTreeMap<(&UserId, Day), Vec<&EventKey>> = BTreeMap::new();
        for key in keys {
            wanted.entry((&key.user, key.day())).or_default().push(key);
        }
        let mut found = Vec::new();
        for ((user, day), keys) in wanted {
            let query = self.query(OF_DAY).await?;
            let key = vec![Value::from_t(user.as_str().to_owned()), Value::from_t(-i64::from(day.0))];
            let mut response = query.bind(("key", Value::Array(Array::from(key)))).await?.check()?;
            let rows: Vec<SegmentRow> = response.take(0)?;
            let is_wanted = |stored: &StoredEvent| keys.contains(&&EventKey::of(&stored.scored.event));
            found.extend(rows.iter().flat_map(SegmentRow::events).filter(is_wanted));
        }
        Ok(found)
    }

    /// Returns at least the latest `limit` events of a user that are in segments, in no particular order.
    pub async fn latest_of(&self, user: &UserId, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        const FIRST: &str = "SELECT * FROM type::record('segment', [$user, NONE]..[$user, []]) LIMIT $page"; // ids descend in time
        const NEXT: &str = "SELECT * FROM type::record('segment', [$user, $day, $first]>..[$user, []]) LIMIT $page";
        let mut events: Vec<StoredEvent> = Vec::new();
        let mut after: Option<(i64, i64)> = None;
        loop {
            let query = self.query(if after.is_none() { FIRST } else { NEXT }).await?;
            let (day, first) = after.unwrap_or_default();
            let query = query.bind(("user", user.as_str().to_owned())).bind(("day", day)).bind(("first", first));
            let mut response = query.bind(("page", PAGE)).await?.check()?;
            let rows: Vec<SegmentRow> = response.take(0)?;
            let Some(last) = rows.last().and_then(SegmentRow::place) else { return Ok(events) };
            events.extend(rows.iter().flat_map(SegmentRow::events));
            let later = events.iter().filter(|stored| -i64::from(stored.scored.event.day().0) < last.0);
            if later.count() >= limit {
                return Ok(events); // what follows is of the last row's day or before
            }
            after = Some(last);
        }
    }

    /// Returns every stored event in the order in which they were committed.
    pub async fn in_commit_order(&self) -> Result<Vec<StoredEvent>, StoreError> {
        let mut response = self.query("SELECT * FROM segment").await?.await?.check()?;
        let rows: Vec<SegmentRow> = response.take(0)?;
        let mut events: BTreeMap<u64, StoredEvent> = BTreeMap::new();
        for stored in rows.iter().flat_map(SegmentRow::events) {
            events.insert(stored.sequence, stored);
        }
        let mut next = self.marker().await?.map_or(0, |marker| marker.sequence);
        loop {
            let rows = self.log_page(next).await?;
            let Some(last) = rows.last() else { return Ok(events.into_values().collect()) };
            next = last.first + last.events.len() as u64;
            for row in &rows {
                for (sequence, event) in (row.first..).zip(&row.events) {
                    let unreadable = |reason| Loss::Unreadable { first: row.first, reason };
                    events.insert(sequence, StoredEvent { sequence, scored: event.unpack().map_err(unreadable)? });
                }
            }
        }
    }
}

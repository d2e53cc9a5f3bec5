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
    minutes::IndexedEvent,
    rows::{PackedEvent, UnreadableRow, pack_events, unpack_events},
};
use crate::event_filter::{EventFilter, EventTraits, Found, Place};

/// Number of rows of a user that are read at once.
const PAGE: i64 = 8;
/// Number of rows after which a list of a user's events ends though it is not full: the next one goes on there.
const MOST_ROWS: usize = 256;

/// A stored event with its number in the order of commits.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// The number of the event in the order of commits, from 0.
    pub sequence: u64,
    /// The event with its score.
    pub scored: ScoredEvent,
}

impl StoredEvent {
    /// Returns the place of the event in lists.
    pub fn place(&self) -> Place {
        Place { time_ms: self.scored.event.time.as_millisecond(), sequence: self.sequence }
    }

    /// Returns whether a list has the event.
    pub fn is_taken_by(&self, filter: &EventFilter) -> bool {
        filter.takes(&self.scored.event.user, self.place(), &EventTraits::of(&self.scored))
    }
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
        Self { id: Self::key(user, day, first), body: pack_events(events.iter().copied()).into() }
    }

    /// Returns the key of the row of a user's events of a day from a number on.
    pub(super) fn key(user: &UserId, day: Day, first: u64) -> RecordId {
        let user = Value::from_t(user.as_str().to_owned());
        let key = vec![user, Value::from_t(-i64::from(day.0)), Value::from_t(-number(first))];
        RecordId::new("segment", Array::from(key))
    }

    /// Returns the parts of the key.
    pub(super) fn parts(&self) -> Option<Array> {
        parts(&self.id).map(|parts| Array::from(parts.collect::<Vec<_>>()))
    }

    /// Returns the day and the number of the first event, from the key.
    fn place(&self) -> Option<(i64, i64)> {
        let mut numbers = parts(&self.id)?.skip(1).map(|part| part.into_t().ok());
        Some((numbers.next()??, numbers.next()??))
    }

    /// Returns the events. A row that cannot be read is logged and has none.
    fn events(&self) -> Vec<StoredEvent> {
        self.events_where(|_| true)
    }

    /// Returns those of the events whose numbers are wanted. A row that cannot be read is logged and has none.
    pub(super) fn events_where(&self, is_wanted: impl Fn(u64) -> bool) -> Vec<StoredEvent> {
        unpack_where(&self.body, is_wanted).unwrap_or_else(|reason| {
            error!(row = ?self.id, %reason, "events of a segment cannot be read");
            Vec::new()
        })
    }

    /// Returns the events as the table `minute` lists them.
    pub(super) fn indexed(&self) -> impl Iterator<Item = IndexedEvent> + use<> {
        let events = self.events();
        let segment = events.first().map(|stored| stored.sequence);
        events.into_iter().zip(segment.into_iter().cycle()).map(|(StoredEvent { sequence, scored }, segment)| {
            let traits = EventTraits::of(&scored);
            let place = Place { time_ms: scored.event.time.as_millisecond(), sequence };
            IndexedEvent { user: scored.event.user, place, segment, traits }
        })
    }
}

fn unpack_where(body: &[u8], is_wanted: impl Fn(u64) -> bool) -> Result<Vec<StoredEvent>, UnreadableRow> {
    let unpack = |(sequence, event): (u64, PackedEvent)| Ok(StoredEvent { sequence, scored: event.unpack()? });
    unpack_events(body)?.into_iter().filter(|(sequence, _)| is_wanted(*sequence)).map(unpack).collect()
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

    /// Looks for the newest events of a user in segments that a filter takes, until there are at least `limit`, or until
    /// much was looked at.
    pub async fn events_of(
        &self,
        user: &UserId,
        filter: &EventFilter,
        limit: usize,
    ) -> Result<Found<StoredEvent>, StoreError> {
        let mut events: Vec<StoredEvent> = Vec::new();
        let mut rows_read = 0;
        let mut after: Option<(i64, i64)> = None;
        loop {
            let rows = self.page_of_segments(user, filter, after).await?;
            let Some(last) = rows.last().and_then(SegmentRow::place) else {
                return Ok(Found { events, complete_to: None });
            };
            events.extend(rows.iter().flat_map(SegmentRow::events).filter(|stored| stored.is_taken_by(filter)));
            rows_read += rows.len();
            let (negated, _) = last;
            let later = i32::try_from(1 - negated).map_or(i64::MAX, |day| Day(day).first_second() * 1000);
            let found = events.iter().filter(|stored| stored.place().time_ms >= later).count();
            let goes_on = filter.before.is_none_or(|before| Place::at(later) < before);
            if found >= limit || (rows_read >= MOST_ROWS && goes_on) {
                return Ok(Found { events, complete_to: Some(later) }); // what follows is of the last row's day or before
            }
            after = Some(last);
        }
    }

    async fn page_of_segments(
        &self,
        user: &UserId,
        filter: &EventFilter,
        after: Option<(i64, i64)>,
    ) -> Result<Vec<SegmentRow>, StoreError> {
        // Ids descend in time.
        const FIRST: &str = "SELECT * FROM type::record('segment', [$user, $day]..[$user, $oldest, []]) LIMIT $page";
        const NEXT: &str =
            "SELECT * FROM type::record('segment', [$user, $day, $first]>..[$user, $oldest, []]) LIMIT $page";
        let negated = |time_ms: i64| -i64::from(Day::of(time_ms.div_euclid(1000)).0);
        let newest = filter.before.map_or(i64::MIN, |before| negated(before.time_ms));
        let oldest = filter.from_ms.map_or(i64::MAX, negated);
        let query = self.query(if after.is_none() { FIRST } else { NEXT }).await?;
        let (day, first) = after.unwrap_or((newest, 0));
        let query = query.bind(("user", user.as_str().to_owned())).bind(("day", day)).bind(("first", first));
        Ok(query.bind(("oldest", oldest)).bind(("page", PAGE)).await?.check()?.take(0)?)
    }

    /// Returns at least the latest `limit` events of a user that are in segments, in no particular order.
    pub async fn latest_of(&self, user: &UserId, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let mut filter = EventFilter::default();
        let mut events = Vec::new();
        loop {
            let found = self.events_of(user, &filter, limit - events.len()).await?;
            events.extend(found.events);
            match found.complete_to {
                Some(time_ms) if events.len() < limit => filter.before = Some(Place::at(time_ms)),
                _ => return Ok(events),
            }
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

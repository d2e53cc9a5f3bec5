//! The events by time: of each minute, which there are and where they are stored. Lists of all users' events are read by
//! it, so that nothing is searched through.

use std::collections::{BTreeMap, HashMap};

use shared::{
    calendar::Day,
    event::{EventKey, UserId},
};
use surrealdb::types::{Array, Bytes, RecordId, SurrealValue, Value};
use tracing::error;

use super::{
    Store, StoreError,
    bulk_write::BulkWrite,
    keys::{number, parts},
    rows::{UnreadableRow, pack_minute, unpack_minute},
    segments::{SegmentRow, StoredEvent},
};
use crate::{
    event_filter::{EventFilter, EventTraits, Found, Place},
    recent_events::RecentEvent,
};

/// Number of rows that are read at once.
const PAGE: i64 = 128;
/// Number of rows after which a list ends though it is not full: the next one goes on there.
const MOST_ROWS: usize = 2048;
/// Number of bytes of rows after which a list ends though it is not full.
const MOST_BYTES: usize = 2 << 20;
/// Number of segments that are indexed at once.
const SEGMENTS: i64 = 512;

/// A minute of Unix time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Minute(pub(super) i64);

impl Minute {
    /// Milliseconds of a minute.
    pub(super) const MS: i64 = 60_000;

    pub(super) fn of(time_ms: i64) -> Self {
        Self(time_ms.div_euclid(Self::MS))
    }

    /// Returns the time at which the minute begins, in milliseconds of Unix time.
    pub(super) fn first_ms(self) -> i64 {
        self.0 * Self::MS
    }
}

/// An event that is stored in a segment.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexedEvent {
    /// The user who acted.
    pub user: UserId,
    /// The place of the event in lists.
    pub place: Place,
    /// The number of the first event of its segment.
    pub segment: u64,
    /// What it is chosen by.
    pub traits: EventTraits,
}

/// A row of the table `minute`: `[-minute, -number of its first event]`.
#[derive(Debug, SurrealValue)]
pub(super) struct MinuteRow {
    pub(super) id: RecordId,
    body: Bytes,
}

impl MinuteRow {
    /// Returns the row of events of one minute; there is at least one.
    fn of(minute: Minute, events: &[IndexedEvent]) -> Self {
        let first = events.iter().map(|event| event.place.sequence).min().expect("there is at least one");
        let key = [-minute.0, -number(first)].map(Value::from_t);
        Self { id: RecordId::new("minute", Array::from(key.to_vec())), body: pack_minute(events.iter()).into() }
    }

    /// Returns the numbers of the key.
    fn key(&self) -> Option<[i64; 2]> {
        let mut numbers = parts(&self.id)?.map(|part| part.into_t().ok());
        Some([numbers.next()??, numbers.next()??])
    }

    fn minute(&self) -> Option<Minute> {
        self.key().map(|[negated, _]| Minute(-negated))
    }

    fn events(&self, filter: &EventFilter) -> Result<Vec<IndexedEvent>, UnreadableRow> {
        let minute = self.minute().ok_or(UnreadableRow::Damaged)?;
        unpack_minute(minute, &self.body, filter)
    }

    /// Returns whether the row can be decoded.
    pub(super) fn is_sound(&self) -> bool {
        self.events(&EventFilter::default()).is_ok()
    }

    /// Returns the row without the events of a user, or none if it has no others.
    pub(super) fn without(&self, user: &UserId) -> Result<Option<Self>, UnreadableRow> {
        let events = self.events(&EventFilter::default())?;
        let left: Vec<IndexedEvent> = events.into_iter().filter(|event| event.user != *user).collect();
        let body = || Self { id: self.id.clone(), body: pack_minute(left.iter()).into() };
        Ok((!left.is_empty()).then(body))
    }
}

/// Returns the rows of events that a checkpoint found.
pub(super) fn minutes_of(events: &[RecentEvent]) -> Vec<MinuteRow> {
    let mut segments: HashMap<(&UserId, Day), u64> = HashMap::new();
    let indexed = events.iter().map(|event| {
        let EventKey { user, time_ms, .. } = &*event.key;
        let segment = *segments.entry((user, event.key.day())).or_insert(event.sequence);
        let place = Place { time_ms: *time_ms, sequence: event.sequence };
        IndexedEvent { user: user.clone(), place, segment, traits: event.traits }
    });
    rows_of(indexed)
}

fn rows_of(events: impl Iterator<Item = IndexedEvent>) -> Vec<MinuteRow> {
    let mut minutes: BTreeMap<Minute, Vec<IndexedEvent>> = BTreeMap::new();
    for event in events {
        minutes.entry(Minute::of(event.place.time_ms)).or_default().push(event);
    }
    minutes.iter().map(|(minute, events)| MinuteRow::of(*minute, events)).collect()
}

impl Store {
    /// Looks for the newest events in segments that a filter takes, until there are at least `limit`, or until much was
    /// looked at. A row that cannot be read is logged and has none.
    pub async fn indexed(&self, filter: &EventFilter, limit: usize) -> Result<Found<IndexedEvent>, StoreError> {
        let mut events: Vec<IndexedEvent> = Vec::new();
        let (mut rows_read, mut bytes_read) = (0, 0);
        let mut after: Option<[i64; 2]> = None;
        loop {
            let rows = self.page_of_minutes(filter, after).await?;
            let Some(last) = rows.last().and_then(MinuteRow::key) else {
                return Ok(Found { events, complete_to: None });
            };
            for row in &rows {
                bytes_read += row.body.len();
                events.extend(row.events(filter).unwrap_or_else(|reason| {
                    error!(row = ?row.id, %reason, "the events of a minute cannot be listed");
                    Vec::new()
                }));
            }
            rows_read += rows.len();
            let [negated, _] = last;
            let complete_to = Minute(1 - negated).first_ms(); // more of the last minute may follow
            let found = events.iter().filter(|event| event.place.time_ms >= complete_to).count();
            let is_much = rows_read >= MOST_ROWS || bytes_read >= MOST_BYTES;
            let goes_on = filter.before.is_none_or(|before| Place::at(complete_to) < before);
            if found >= limit || (is_much && goes_on) {
                return Ok(Found { events, complete_to: Some(complete_to) });
            }
            after = Some(last);
        }
    }

    async fn page_of_minutes(
        &self,
        filter: &EventFilter,
        after: Option<[i64; 2]>,
    ) -> Result<Vec<MinuteRow>, StoreError> {
        const FIRST: &str = "SELECT * FROM type::record('minute', [$newest]..[$oldest, []]) LIMIT $page";
        const NEXT: &str = "SELECT * FROM type::record('minute', [$newest, $first]>..[$oldest, []]) LIMIT $page";
        let newest = filter.before.map_or(i64::MIN, |before| -Minute::of(before.time_ms).0);
        let oldest = filter.from_ms.map_or(i64::MAX, |from| -Minute::of(from).0);
        let query = self.query(if after.is_none() { FIRST } else { NEXT }).await?;
        let [newest, first] = after.unwrap_or([newest, 0]);
        let query = query.bind(("newest", newest)).bind(("first", first)).bind(("oldest", oldest));
        Ok(query.bind(("page", PAGE)).await?.check()?.take(0)?)
    }

    /// Returns the rows of some minutes.
    pub(super) async fn rows_of_minutes(&self, minutes: &[Minute]) -> Result<Vec<MinuteRow>, StoreError> {
        const OF_MINUTE: &str = "SELECT * FROM type::record('minute', [$minute]..[$minute, []])";
        let mut rows = Vec::new();
        for minute in minutes {
            let query = self.query(OF_MINUTE).await?.bind(("minute", -minute.0));
            rows.extend(query.await?.check()?.take::<Vec<MinuteRow>>(0)?);
        }
        Ok(rows)
    }

    /// Reads events from their segments. One that is missing is left out.
    pub async fn events_at(&self, events: &[IndexedEvent]) -> Result<Vec<StoredEvent>, StoreError> {
        const SEGMENTS: &str = "SELECT * FROM $ids";
        let mut wanted: HashMap<(&UserId, u64), (Day, Vec<u64>)> = HashMap::new();
        for event in events {
            let day = Day::of(event.place.time_ms.div_euclid(1000));
            let of_segment = wanted.entry((&event.user, event.segment)).or_insert_with(|| (day, Vec::new()));
            of_segment.1.push(event.place.sequence);
        }
        let ids = wanted.iter().map(|((user, first), (day, _))| SegmentRow::key(user, *day, *first));
        let ids: Vec<RecordId> = ids.collect();
        let rows: Vec<SegmentRow> = self.query(SEGMENTS).await?.bind(("ids", ids)).await?.check()?.take(0)?;
        let mut sequences: Vec<u64> = wanted.into_values().flat_map(|(_, sequences)| sequences).collect();
        sequences.sort_unstable();
        let is_wanted = |sequence: u64| sequences.binary_search(&sequence).is_ok();
        Ok(rows.iter().flat_map(|row| row.events_where(is_wanted)).collect())
    }

    /// Writes the rows of all segments, as a database that was made without them has none.
    pub(super) async fn index_minutes(&self) -> Result<(), StoreError> {
        const CLEAR: &str = "DELETE minute RETURN NONE";
        const PART: &str = "SELECT * FROM type::record('segment', $after>..[[]]) LIMIT $page";
        self.query(CLEAR).await?.await?.check()?; // what an attempt that was interrupted has written
        let mut after = Value::Array(Array::from(vec![Value::None]));
        loop {
            let query = self.query(PART).await?.bind(("after", after)).bind(("page", SEGMENTS));
            let rows: Vec<SegmentRow> = query.await?.check()?.take(0)?;
            let Some(last) = rows.last().and_then(SegmentRow::parts) else { return Ok(()) };
            after = Value::Array(last);
            let bulk = BulkWrite::begin(self.db().await?).await?;
            bulk.insert("minute", rows.iter().flat_map(|row| rows_of(row.indexed()))).await?;
            bulk.commit().await?;
        }
    }
}

//! The log: one row for each commit, with its events in their order. It is the truth; all other tables about events
//! follow from it.

use shared::scored_event::ScoredEvent;
use surrealdb::types::{Bytes, RecordId, SurrealValue};

use super::{
    Loss, Store, StoreError,
    keys::{first_part, keyed, number},
    rows::{PackedEvent, pack_events, unpack_events},
};

/// Number of rows read at once.
const PAGE: i64 = 256;

/// The events of one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// The number of the first event in the order of commits.
    pub first: u64,
    /// The events in their order.
    pub events: Vec<PackedEvent>,
}

/// A row of the table `log`: `[number of its first event]`.
#[derive(Debug, SurrealValue)]
pub(super) struct Row {
    id: RecordId,
    body: Bytes,
}

impl LogRow {
    /// Unpacks the events.
    ///
    /// # Errors
    ///
    /// Fails if an event cannot be decoded.
    pub fn unpack(self) -> Result<Vec<(ScoredEvent, PackedEvent)>, Loss> {
        let first = self.first;
        let unpack = |packed: PackedEvent| Ok((packed.unpack()?, packed));
        self.events
            .into_iter()
            .map(unpack)
            .collect::<Result<_, _>>()
            .map_err(|reason| Loss::Unreadable { first, reason })
    }

    /// Returns the row as it is stored, and its body.
    pub(super) fn packed(&self) -> (Row, Bytes) {
        let packed = self.pack();
        let body = packed.body.clone();
        (packed, body)
    }

    fn pack(&self) -> Row {
        Row { id: keyed("log", number(self.first)), body: pack_events((self.first..).zip(&self.events)).into() }
    }
}

impl Row {
    /// Returns the number of the first event, from the key.
    fn first(&self) -> u64 {
        let first: Option<i64> = first_part(&self.id);
        first.and_then(|first| u64::try_from(first).ok()).unwrap_or_default()
    }

    fn unpack(&self) -> Result<LogRow, Loss> {
        let first = self.first();
        let events = unpack_events(&self.body).map_err(|reason| Loss::Unreadable { first, reason })?;
        Ok(LogRow { first, events: events.into_iter().map(|(_, event)| event).collect() })
    }
}

impl Store {
    /// Writes a row, and returns when it is on the disk.
    ///
    /// After a failure the row may be on the disk all the same, or be read from memory without being there. Which of
    /// both, only a database that was [opened again](Self::reopen) can tell.
    pub async fn append(&self, row: &LogRow) -> Result<(), StoreError> {
        const APPEND: &str = "INSERT INTO log $row RETURN NONE";
        let (packed, body) = row.packed();
        self.query(APPEND).await?.bind(("row", packed)).await?.check()?;
        self.note_commit(row.first, row.first + row.events.len() as u64, &body)
    }

    /// Returns the body of the row that begins with an event, if there is one.
    pub(super) async fn log_body(&self, first: u64) -> Result<Option<Bytes>, StoreError> {
        const BODY: &str = "SELECT VALUE body FROM ONLY $id";
        let query = self.query(BODY).await?.bind(("id", keyed("log", number(first))));
        Ok(query.await?.check()?.take(0)?)
    }

    /// Renumbers the rows from an event on so that they follow each other, without those that cannot be read.
    pub(super) async fn mend_log(&self, from: u64) -> Result<(), StoreError> {
        const ROWS: &str = "SELECT * FROM log:[$from]..[[]]";
        const REPLACE: &str = "
            BEGIN;
            DELETE log:[$from]..[[]] RETURN NONE;
            INSERT INTO log $rows RETURN NONE;
            COMMIT;";
        let rows: Vec<Row> = self.query(ROWS).await?.bind(("from", number(from))).await?.check()?.take(0)?;
        let mut next = from;
        let mut mended = Vec::with_capacity(rows.len());
        for row in rows.iter().filter_map(|row| row.unpack().ok()) {
            let events = row.events.len() as u64;
            mended.push(LogRow { first: next, ..row }.pack());
            next += events;
        }
        if rows.iter().map(Row::first).eq(mended.iter().map(Row::first)) {
            return Ok(());
        }
        let query = self.query(REPLACE).await?.bind(("from", number(from))).bind(("rows", mended));
        query.await?.check()?;
        Ok(())
    }

    /// Returns the rows that begin with an event or a later one, in order: the first [`PAGE`] of them.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Lost`] if a row cannot be read, or if one is missing.
    pub(super) async fn log_page(&self, from: u64) -> Result<Vec<LogRow>, StoreError> {
        const ROWS: &str = "SELECT * FROM type::record('log', [$from]..[[]]) LIMIT $page"; // [[]] is after all
        let query = self.query(ROWS).await?.bind(("from", number(from))).bind(("page", PAGE));
        let mut response = query.await?.check()?;
        let rows: Vec<Row> = response.take(0)?;
        let mut next = from;
        let in_order = |row: Row| {
            let row = row.unpack()?;
            if row.first != next {
                return Err(Loss::Gap { expected: next, found: row.first }.into());
            }
            next += row.events.len() as u64;
            Ok(row)
        };
        rows.into_iter().map(in_order).collect()
    }
}

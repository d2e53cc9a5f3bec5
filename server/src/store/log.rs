//! The log: one row for each commit, with its events in their order. It is the truth; all other tables about events
//! follow from it.

use surrealdb::types::{Bytes, RecordId, SurrealValue};

use super::{
    Store, StoreError,
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
struct Row {
    id: RecordId,
    body: Bytes,
}

impl LogRow {
    fn pack(&self) -> Row {
        Row { id: keyed("log", number(self.first)), body: pack_events((self.first..).zip(&self.events)).into() }
    }
}

impl Row {
    fn unpack(&self) -> Result<LogRow, StoreError> {
        let first: Option<i64> = first_part(&self.id);
        let first = first.and_then(|first| u64::try_from(first).ok()).ok_or(StoreError::OutOfStep)?;
        let events = unpack_events(&self.body).map_err(|reason| StoreError::LostEvents { first, reason })?;
        Ok(LogRow { first, events: events.into_iter().map(|(_, event)| event).collect() })
    }
}

impl Store {
    /// Writes a row, and returns when it is on the disk.
    pub async fn append(&self, row: &LogRow) -> Result<(), StoreError> {
        const APPEND: &str = "INSERT INTO log $row RETURN NONE";
        self.db.query(APPEND).bind(("row", row.pack())).await?.check()?;
        Ok(())
    }

    /// Returns the row that begins with an event, if there is one.
    pub async fn log_row(&self, first: u64) -> Result<Option<LogRow>, StoreError> {
        const ROW: &str = "SELECT * FROM ONLY $id";
        let mut response = self.db.query(ROW).bind(("id", keyed("log", number(first)))).await?.check()?;
        let row: Option<Row> = response.take(0)?;
        row.map(|row| row.unpack()).transpose()
    }

    /// Returns the rows that begin with an event or a later one, in order: the first [`PAGE`] of them.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::LostEvents`] if a row cannot be read, and [`StoreError::Gap`] if one is missing.
    pub(super) async fn log_page(&self, from: u64) -> Result<Vec<LogRow>, StoreError> {
        const ROWS: &str = "SELECT * FROM log:[$from]..[[]] LIMIT $page"; // [[]] is after every number
        let query = self.db.query(ROWS).bind(("from", number(from))).bind(("page", PAGE));
        let mut response = query.await?.check()?;
        let rows: Vec<Row> = response.take(0)?;
        let mut next = from;
        let in_order = |row: Row| {
            let row = row.unpack()?;
            if row.first != next {
                return Err(StoreError::Gap { expected: next, found: row.first });
            }
            next += row.events.len() as u64;
            Ok(row)
        };
        rows.into_iter().map(in_order).collect()
    }
}

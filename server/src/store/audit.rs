//! Administrative acts, which are stored together with what they change.

use jiff::Timestamp;
use surrealdb::types::{Array, Bytes, RecordId, SurrealValue, Value};
use tracing::error;

use super::{
    Store, StoreError, UnreadableRow,
    keys::parts,
    rows::{pack_audit, unpack_audit},
};
use crate::audit::AuditEntry;

/// A row of the table `audit`: `[-nanoseconds, number]`.
#[derive(Debug, Clone, SurrealValue)]
pub(super) struct AuditRow {
    pub(super) id: RecordId,
    body: Bytes,
}

/// The place of an act in the list of them: its time in nanoseconds, and its number among those of that time.
pub type AuditPlace = (i64, i64);

impl AuditRow {
    /// Returns the row of an act.
    pub(super) fn of(entry: &AuditEntry) -> Self {
        let nanosecond = i64::try_from(entry.time.as_nanosecond()).unwrap_or(i64::MAX); // up to the year 2262
        let key = [-nanosecond, i64::from(rand::random::<u32>())].map(Value::from_t);
        Self { id: RecordId::new("audit", Array::from(key.to_vec())), body: pack_audit(entry).into() }
    }

    fn place(&self) -> Option<AuditPlace> {
        let mut numbers = parts(&self.id)?.map(|part| part.into_t::<i64>().ok());
        Some((-numbers.next()??, numbers.next()??))
    }

    pub(super) fn entry(&self) -> Result<AuditEntry, UnreadableRow> {
        let (nanosecond, _) = self.place().ok_or(UnreadableRow::Damaged)?;
        let time = Timestamp::from_nanosecond(nanosecond.into()).map_err(|_| UnreadableRow::Damaged)?;
        unpack_audit(time, &self.body)
    }
}

impl Store {
    /// Returns the latest acts, or those before a place: at most `limit`, and the place of the last one. A row that cannot
    /// be read is logged and left out.
    pub async fn acts(
        &self,
        before: Option<AuditPlace>,
        limit: usize,
    ) -> Result<(Vec<AuditEntry>, Option<AuditPlace>), StoreError> {
        const LATEST: &str = "SELECT * FROM type::record('audit', [NONE]..[[]]) LIMIT $limit";
        const NEXT: &str = "SELECT * FROM type::record('audit', [$time, $number]>..[[]]) LIMIT $limit";
        let query = self.query(if before.is_none() { LATEST } else { NEXT }).await?;
        let (nanosecond, number) = before.unwrap_or_default();
        let query = query.bind(("time", -nanosecond)).bind(("number", number));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows: Vec<AuditRow> = query.bind(("limit", limit)).await?.check()?.take(0)?;
        let last = rows.last().and_then(AuditRow::place);
        let logged = |row: &AuditRow| {
            row.entry().inspect_err(|reason| error!(row = ?row.id, %reason, "an act cannot be read")).ok()
        };
        Ok((rows.iter().filter_map(logged).collect(), last))
    }
}

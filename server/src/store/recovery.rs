//! Reading the state of the last commit when the server starts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use shared::{
    calendar::Day,
    population::Population,
    profile::Profile,
    risk_state::RiskState,
    user_records::{PackedUserRecord, UserRecord, UserRecords},
};
use surrealdb::types::{Bytes, RecordId, RecordIdKey, SurrealValue, Value};
use tracing::error;

use super::{
    Store, StoreError,
    commits::{DayCounts, DayRow, ProfileRow},
    decode,
    events::{Batch, StoredEvent},
};

/// Number of rows read at once.
const PAGE: i64 = 1000;

/// The state of the last commit, as the database holds it.
#[derive(Debug, Default)]
pub struct Recovered {
    /// The newest stored population.
    pub population: Population,
    /// Number of events in it.
    pub sequence: u64,
    /// The batches that were committed after it, in order.
    pub later: Vec<Batch>,
    /// Every user.
    pub users: UserRecords,
    /// The counts of each day.
    pub days: BTreeMap<Day, DayCounts>,
}

#[derive(Debug, SurrealValue)]
struct KeyedBody {
    id: RecordId,
    body: Bytes,
}

impl Store {
    /// Reads the state of the last commit.
    pub async fn recover(&self) -> Result<Recovered, StoreError> {
        let (population, sequence) = self.newest_population().await?;
        let later = self.batches_from(sequence).await?;
        Ok(Recovered { population, sequence, later, users: self.users().await?, days: self.days().await? })
    }

    /// Returns every user. One whose profile cannot be decoded is logged and starts anew, in the row that exists.
    async fn users(&self) -> Result<UserRecords, StoreError> {
        const FIRST: &str = "SELECT * FROM profile LIMIT $page";
        const NEXT: &str = "SELECT * FROM profile:[$after]>..[[]] LIMIT $page"; // [[]] is after every text
        let mut users = UserRecords::default();
        let mut after: Option<String> = None;
        loop {
            let query = self.db.query(if after.is_none() { FIRST } else { NEXT }).bind(("page", PAGE));
            let mut response = query.bind(("after", after.take())).await?.check()?;
            let rows: Vec<ProfileRow> = response.take(0)?;
            let Some(last) = rows.last() else { return Ok(users) };
            after = user_of(&last.id);
            for row in rows {
                let Some(user) = user_of(&row.id).and_then(|user| user.parse().ok()) else { continue };
                let record = row.record().unwrap_or_else(|reason| {
                    error!(%user, %reason, "a profile cannot be read and starts anew");
                    row.started_anew()
                });
                users.insert(user, record);
            }
        }
    }

    /// Returns the newest stored population, and the number of events in it.
    async fn newest_population(&self) -> Result<(Population, u64), StoreError> {
        const NEWEST: &str = "SELECT * FROM population LIMIT 1"; // ids descend
        let mut response = self.db.query(NEWEST).await?.check()?;
        let newest: Option<KeyedBody> = response.take(0)?;
        newest.map_or(Ok(Default::default()), |row| Ok((decode(&row.body)?, sequence_of(&row.id))))
    }

    /// Returns the batches that begin with the event of this number or a later one, in order.
    async fn batches_from(&self, sequence: u64) -> Result<Vec<Batch>, StoreError> {
        const LATER: &str = "SELECT * FROM batch:[NONE]..=[$from]"; // ids descend: from the newest to this one
        let from = -i64::try_from(sequence).expect("sequence numbers count up from 0");
        let mut response = self.db.query(LATER).bind(("from", from)).await?.check()?;
        let rows: Vec<KeyedBody> = response.take(0)?;
        rows.iter().rev().map(|row| decode(&row.body)).collect()
    }

    /// Returns the batch that begins with the event of this number, if it was committed.
    pub async fn batch(&self, first: u64) -> Result<Option<Batch>, StoreError> {
        const BATCH: &str = "SELECT * FROM batch:[$first]";
        let first = -i64::try_from(first).expect("sequence numbers count up from 0");
        let mut response = self.db.query(BATCH).bind(("first", first)).await?.check()?;
        let row: Option<KeyedBody> = response.take(0)?;
        row.map(|row| decode(&row.body)).transpose()
    }

    /// Returns the counts of each day.
    async fn days(&self) -> Result<BTreeMap<Day, DayCounts>, StoreError> {
        let mut response = self.db.query("SELECT * FROM rollup").await?.check()?;
        let rows: Vec<DayRow> = response.take(0)?;
        Ok(rows.into_iter().filter_map(|row| Some((day_of(&row.id)?, row.counts()))).collect())
    }

    /// Returns every event in the order in which they were committed.
    pub async fn in_commit_order(&self) -> Result<Vec<StoredEvent>, StoreError> {
        let mut events = Vec::new();
        for batch in self.batches_from(0).await? {
            let mut stored = self.stored_among(&batch.keys).await?;
            stored.sort_unstable_by_key(|stored| stored.sequence);
            events.extend(stored);
        }
        Ok(events)
    }
}

impl ProfileRow {
    fn record(&self) -> Result<PackedUserRecord, StoreError> {
        Ok(PackedUserRecord::stored(&self.profile, decode(&self.risk_state)?)?)
    }

    /// Returns a record with a new profile, and with the user's risk and counts where these can be read.
    ///
    /// Where they cannot, any event up to now counts as one that may be stored already.
    fn started_anew(&self) -> PackedUserRecord {
        let unknown = || {
            let mut risk_state = RiskState::default();
            risk_state.last = Some(Timestamp::now());
            risk_state
        };
        UserRecord { profile: Profile::default(), risk_state: decode(&self.risk_state).unwrap_or_else(|_| unknown()) }
            .pack()
    }
}

/// Returns the first part of an array key.
fn only_part(id: &RecordId) -> Option<Value> {
    match &id.key {
        RecordIdKey::Array(parts) => parts.iter().next().cloned(),
        _ => None,
    }
}

fn user_of(id: &RecordId) -> Option<String> {
    only_part(id)?.into_t().ok()
}

fn sequence_of(id: &RecordId) -> u64 {
    let negated: i64 = only_part(id).and_then(|part| part.into_t().ok()).unwrap_or_default();
    negated.unsigned_abs()
}

fn day_of(id: &RecordId) -> Option<Day> {
    let negated: i64 = only_part(id)?.into_t().ok()?;
    i32::try_from(-negated).ok().map(Day)
}

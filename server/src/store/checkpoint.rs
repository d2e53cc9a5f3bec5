//! Checkpoints: all that follows from the log, up to one event, in one transaction.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::RangeInclusive,
    sync::Arc,
};

use shared::{
    calendar::Day,
    calibration::Calibration,
    event::UserId,
    population::{Contribution, PartId, UnreadablePopulation, contributions_from_bytes, contributions_to_bytes},
    user_records::PackedUserRecord,
};
use surrealdb::types::{Bytes, RecordId, SurrealValue};
use tracing::error;

use super::{
    Store, StoreError,
    anomalies::AnomalyRow,
    bulk_write::{BulkWrite, PART_ROWS},
    keys::{Keyed, first_part, keyed, number},
    minutes::minutes_of,
    models::CalibrationRow,
    profiles::ProfileRow,
    rows::{PackedEvent, pack_hour, unpack_hour},
    segments::SegmentRow,
};
use crate::{
    recent_events::RecentEvent,
    rollups::{Hour, HourCounts, Rollups},
};

/// The part of the engine state that has changed since the last checkpoint, as it is after the event of number
/// `sequence` - 1.
#[derive(Debug, Default)]
pub struct Checkpoint {
    /// The number of events that the state stands for.
    pub sequence: u64,
    /// The events since the checkpoint before, in their order.
    pub events: Vec<RecentEvent>,
    /// The users who acted in them.
    pub users: Vec<(UserId, PackedUserRecord)>,
    /// The parts of the population that changed.
    pub population: Vec<(PartId, Vec<u8>)>,
    /// The rows of the notices that changed.
    pub notices: Vec<(u8, Vec<u8>)>,
    /// The contributions of the unfinished epoch, which are not in the population yet.
    pub pending: Vec<Contribution>,
    /// The counts of the events.
    pub rollups: Rollups,
    /// The calibrations that came into force, by their versions.
    pub calibrations: Vec<(u64, Arc<Calibration>)>,
    /// The stored form of the scores and alerts of the last days.
    pub history: Vec<u8>,
}

/// The event up to which the tables beside the log are written.
#[derive(Debug)]
pub(super) struct Marker {
    /// The number of events up to the last checkpoint.
    pub(super) sequence: u64,
    /// The contributions of the epoch that was unfinished then.
    pub(super) pending: Vec<Contribution>,
}

/// The only row of the table `marker`.
#[derive(Debug, SurrealValue)]
struct MarkerRow {
    id: RecordId,
    sequence: i64,
    pending: Bytes,
}

impl Keyed for MarkerRow {
    type Part = i64;

    fn id(&self) -> &RecordId {
        &self.id
    }
}

impl MarkerRow {
    fn of(checkpoint: &Checkpoint) -> Self {
        let pending = contributions_to_bytes(&checkpoint.pending).into();
        Self { id: marker_id(), sequence: number(checkpoint.sequence), pending }
    }
}

fn marker_id() -> RecordId {
    keyed("marker", 0_i64)
}

/// Returns the key of the only row of the table `score_history`.
fn history_id() -> RecordId {
    keyed("score_history", 0_i64)
}

/// A row of the table `population`, `[number of the part]`, or of the table `notice`, `[number of the row]`; the row of
/// the table `score_history`.
#[derive(Debug, SurrealValue)]
pub(super) struct PartRow {
    pub(super) id: RecordId,
    pub(super) body: Bytes,
}

impl Keyed for PartRow {
    type Part = i64;

    fn id(&self) -> &RecordId {
        &self.id
    }
}

impl PartRow {
    fn of_part((part, body): &(PartId, Vec<u8>)) -> Self {
        Self { id: keyed("population", number(part.index() as u64)), body: body.clone().into() }
    }

    fn of_history(body: &[u8]) -> Self {
        Self { id: history_id(), body: body.to_vec().into() }
    }

    pub(super) fn of_notices((row, body): &(u8, Vec<u8>)) -> Self {
        Self { id: keyed("notice", i64::from(*row)), body: body.clone().into() }
    }

    /// Returns the number of a row of the table `notice`; none if the key has none.
    pub(super) fn notices_row(&self) -> Option<u8> {
        first_part(&self.id).and_then(|row: i64| u8::try_from(row).ok())
    }
}

/// A row of the table `rollup`: `[-hour]`.
#[derive(Debug, SurrealValue)]
pub(super) struct HourRow {
    pub(super) id: RecordId,
    pub(super) events: i64,
    pub(super) anomalies: i64,
    body: Bytes,
}

impl Keyed for HourRow {
    type Part = i64;

    fn id(&self) -> &RecordId {
        &self.id
    }
}

impl HourRow {
    fn key(hour: Hour) -> RecordId {
        keyed("rollup", -i64::from(hour.0))
    }

    /// Returns the counts of the row. If they cannot be decoded, the error is logged and the counts are empty.
    fn counts(&self) -> HourCounts {
        unpack_hour(&self.body).unwrap_or_else(|reason| {
            error!(row = ?self.id, %reason, "the counts of an hour cannot be read and start anew");
            HourCounts::default()
        })
    }

    /// Returns whether the counts can be decoded.
    pub(super) fn is_sound(&self) -> bool {
        unpack_hour(&self.body).is_ok()
    }

    fn of(hour: Hour, counts: &HourCounts) -> Self {
        let total = counts.total();
        let [events, anomalies] = [total.events, total.anomalies].map(number);
        Self { id: Self::key(hour), events, anomalies, body: pack_hour(counts).into() }
    }
}

impl Store {
    /// Writes a checkpoint, or nothing of it, and deletes the rows of the log that the checkpoint before stands for.
    ///
    /// After a failure it may be on the disk all the same: see [`append`](Self::append).
    pub async fn checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        let bulk = BulkWrite::begin(self.db().await?).await?;
        match self.write(&bulk, checkpoint).await {
            Ok(()) => bulk.commit().await,
            Err(reason) => bulk.cancel().await.and(Err(reason)),
        }
    }

    async fn write(&self, bulk: &BulkWrite, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        const DELETE_STALE: &str = "DELETE log:[NONE]..[$stale] RETURN NONE";

        bulk.insert("segment", segments_of(&checkpoint.events)).await?;
        bulk.insert("minute", minutes_of(&checkpoint.events)).await?;
        bulk.insert("anomaly", anomalies_of(&checkpoint.events)?).await?;
        for users in checkpoint.users.chunks(PART_ROWS) {
            self.upsert(bulk, "profile", users.iter().map(ProfileRow::of).collect()).await?;
        }
        self.upsert(bulk, "population", checkpoint.population.iter().map(PartRow::of_part).collect()).await?;
        self.upsert(bulk, "notice", checkpoint.notices.iter().map(PartRow::of_notices).collect()).await?;
        self.upsert(bulk, "rollup", self.hours_with(&checkpoint.rollups).await?).await?;
        self.upsert(bulk, "calibration", checkpoint.calibrations.iter().map(CalibrationRow::of).collect()).await?;
        self.upsert(bulk, "score_history", vec![PartRow::of_history(&checkpoint.history)]).await?;
        let stale = self.marker().await?.map_or(0, |marker| marker.sequence);
        self.upsert(bulk, "marker", vec![MarkerRow::of(checkpoint)]).await?;
        bulk.run(DELETE_STALE, ("stale", number(stale))).await
    }

    /// Writes rows, in place of those with their keys where the database holds such. An insert that finds its row would
    /// make the engine build the whole transaction anew.
    async fn upsert<Row: Keyed + SurrealValue>(
        &self,
        bulk: &BulkWrite,
        table: &str,
        rows: Vec<Row>,
    ) -> Result<(), StoreError> {
        const STORED: &str = "SELECT VALUE id FROM $ids";
        let ids: Vec<RecordId> = rows.iter().map(|row| row.id().clone()).collect();
        let stored: Vec<RecordId> = self.query(STORED).await?.bind(("ids", ids)).await?.check()?.take(0)?;
        let stored: BTreeSet<Row::Part> = stored.iter().filter_map(first_part).collect();
        let is_stored = |row: &Row| first_part(row.id()).is_some_and(|part| stored.contains(&part));
        let (stored, new): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(is_stored);
        bulk.insert(table, new).await?;
        bulk.update(stored).await
    }

    /// Returns the rows of hours after more events were counted in them.
    async fn hours_with(&self, rollups: &Rollups) -> Result<Vec<HourRow>, StoreError> {
        const STORED: &str = "SELECT * FROM $ids";
        let ids: Vec<RecordId> = rollups.hours().map(|(hour, _)| HourRow::key(hour)).collect();
        let mut response = self.query(STORED).await?.bind(("ids", ids)).await?.check()?;
        let stored: Vec<HourRow> = response.take(0)?;
        let with_hour = |row: HourRow| Some((first_part(&row.id)?, row));
        let mut before: HashMap<i64, HourRow> = stored.into_iter().filter_map(with_hour).collect();
        let with_before = |(hour, counts): (Hour, &HourCounts)| {
            let mut all = before.remove(&-i64::from(hour.0)).map_or_else(HourCounts::default, |row| row.counts());
            all.add_all(counts);
            HourRow::of(hour, &all)
        };
        Ok(rollups.hours().map(with_before).collect())
    }

    /// Returns the counts of the events of some hours together. An hour that cannot be read is logged and has none.
    pub async fn counts_of(&self, hours: RangeInclusive<Hour>) -> Result<HourCounts, StoreError> {
        const HOURS: &str = "SELECT * FROM type::record('rollup', [$newest]..=[$oldest])";
        let (newest, oldest) = (-i64::from(hours.end().0), -i64::from(hours.start().0));
        let query = self.query(HOURS).await?.bind(("newest", newest)).bind(("oldest", oldest));
        let rows: Vec<HourRow> = query.await?.check()?.take(0)?;
        let mut all = HourCounts::default();
        for row in &rows {
            all.add_all(&row.counts());
        }
        Ok(all)
    }

    /// Returns the marker of the last checkpoint, if there was one.
    pub(super) async fn marker(&self) -> Result<Option<Marker>, StoreError> {
        let mut response = self.query("SELECT * FROM ONLY $id").await?.bind(("id", marker_id())).await?.check()?;
        let row: Option<MarkerRow> = response.take(0)?;
        let unpack = |row: MarkerRow| {
            let sequence =
                u64::try_from(row.sequence).map_err(|_| StoreError::Marker(UnreadablePopulation::Damaged))?;
            Ok(Marker { sequence, pending: contributions_from_bytes(&row.pending).map_err(StoreError::Marker)? })
        };
        row.map(unpack).transpose()
    }
}

fn segments_of(events: &[RecentEvent]) -> impl Iterator<Item = SegmentRow> {
    let mut segments: BTreeMap<(&UserId, Day), Vec<(u64, &PackedEvent)>> = BTreeMap::new();
    for event in events {
        segments.entry((&event.key.user, event.key.day())).or_default().push((event.sequence, &event.packed));
    }
    segments.into_iter().map(|((user, day), events)| SegmentRow::of(user, day, &events))
}

fn anomalies_of(events: &[RecentEvent]) -> Result<Vec<AnomalyRow>, StoreError> {
    let row = |event: &RecentEvent| {
        let unreadable = |reason| StoreError::unreadable("log", &event.sequence.to_string(), reason);
        let scored = event.packed.unpack().map_err(unreadable)?;
        Ok(AnomalyRow::of(event.sequence, &scored, &event.packed))
    };
    events.iter().filter(|event| event.has_reasons).map(row).collect()
}

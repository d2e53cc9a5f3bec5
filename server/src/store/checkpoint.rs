//! Checkpoints: all that follows from the log, up to one event, in one transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use shared::{
    calendar::Day,
    event::UserId,
    population::{Contribution, PartId, UnreadablePopulation, contributions_from_bytes, contributions_to_bytes},
    user_records::PackedUserRecord,
};
use surrealdb::types::{Bytes, RecordId, SurrealValue};
use tracing::error;

use super::{
    Store, StoreError,
    anomalies::AnomalyRow,
    keys::{Keyed, first_part, keyed, number},
    rows::{PackedEvent, pack_hour, pack_risk_state, unpack_hour},
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
    /// The contributions of the unfinished epoch, which are not in the population yet.
    pub pending: Vec<Contribution>,
    /// The counts of the events.
    pub rollups: Rollups,
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

/// A row of the table `profile`: `[user]`.
#[derive(Debug, SurrealValue)]
pub(super) struct ProfileRow {
    pub(super) id: RecordId,
    pub(super) profile: Bytes,
    pub(super) risk_state: Bytes,
}

impl Keyed for ProfileRow {
    type Part = String;

    fn id(&self) -> &RecordId {
        &self.id
    }
}

impl ProfileRow {
    fn of((user, record): &(UserId, PackedUserRecord)) -> Self {
        let id = keyed("profile", user.as_str().to_owned());
        let risk_state = pack_risk_state(record.risk_state()).into();
        Self { id, profile: record.profile_bytes().to_vec().into(), risk_state }
    }
}

/// A row of the table `population`: `[number of the part]`.
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
    fn of((part, body): &(PartId, Vec<u8>)) -> Self {
        Self { id: keyed("population", number(part.index() as u64)), body: body.clone().into() }
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

    fn of(hour: Hour, counts: &HourCounts) -> Self {
        let total = counts.total();
        let [events, anomalies] = [total.events, total.anomalies].map(number);
        Self { id: Self::key(hour), events, anomalies, body: pack_hour(counts).into() }
    }
}

/// The rows of a table: those that replace stored ones apart from new ones.
///
/// An insert that finds its row would make the engine build the whole transaction anew.
#[derive(Debug)]
struct Upserts<Row> {
    new: Vec<Row>,
    stored: Vec<Row>,
}

impl Store {
    /// Writes a checkpoint, or nothing of it, and deletes the rows of the log that the checkpoint before stands for.
    ///
    /// After a failure the database may hold the checkpoint all the same, so it is asked: written twice, its events would
    /// be counted twice.
    pub async fn checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        let Err(reason) = self.write_checkpoint(checkpoint).await else { return Ok(()) };
        match self.marker().await? {
            Some(marker) if marker.sequence == checkpoint.sequence => Ok(()),
            _ => Err(reason),
        }
    }

    async fn write_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        const CHECKPOINT: &str = "
            BEGIN;
            INSERT INTO segment $segments RETURN NONE;
            INSERT INTO anomaly $anomalies RETURN NONE;
            INSERT INTO profile $new_profiles RETURN NONE;
            FOR $row IN $profiles { UPDATE $row.id CONTENT $row RETURN NONE };
            INSERT INTO population $new_parts RETURN NONE;
            FOR $row IN $parts { UPDATE $row.id CONTENT $row RETURN NONE };
            INSERT INTO rollup $new_hours RETURN NONE;
            FOR $row IN $hours { UPDATE $row.id CONTENT $row RETURN NONE };
            INSERT INTO marker $new_markers RETURN NONE;
            FOR $row IN $markers { UPDATE $row.id CONTENT $row RETURN NONE };
            DELETE log:[NONE]..[$stale] RETURN NONE;
            COMMIT;";

        let stale = self.marker().await?.map_or(0, |marker| marker.sequence);
        let profiles = checkpoint.users.iter().map(ProfileRow::of).collect();
        let profiles = self.upserts(profiles).await?;
        let parts = checkpoint.population.iter().map(PartRow::of).collect();
        let parts = self.upserts(parts).await?;
        let hours = self.upserts(self.hours_with(&checkpoint.rollups).await?).await?;
        let markers = self.upserts(vec![MarkerRow::of(checkpoint)]).await?;

        let query = self.db.query(CHECKPOINT).bind(("segments", segments_of(&checkpoint.events)));
        let query = query.bind(("anomalies", anomalies_of(&checkpoint.events)?));
        let query = query.bind(("new_profiles", profiles.new)).bind(("profiles", profiles.stored));
        let query = query.bind(("new_parts", parts.new)).bind(("parts", parts.stored));
        let query = query.bind(("new_hours", hours.new)).bind(("hours", hours.stored));
        let query = query.bind(("new_markers", markers.new)).bind(("markers", markers.stored));
        query.bind(("stale", number(stale))).await?.check()?;
        Ok(())
    }

    /// Tells rows that are stored from new ones, by what the database holds.
    async fn upserts<Row: Keyed>(&self, rows: Vec<Row>) -> Result<Upserts<Row>, StoreError> {
        const STORED: &str = "SELECT VALUE id FROM $ids";
        if rows.is_empty() {
            return Ok(Upserts { new: rows, stored: Vec::new() });
        }
        let ids: Vec<RecordId> = rows.iter().map(|row| row.id().clone()).collect();
        let mut response = self.db.query(STORED).bind(("ids", ids)).await?.check()?;
        let stored: Vec<RecordId> = response.take(0)?;
        let stored: BTreeSet<Row::Part> = stored.iter().filter_map(first_part).collect();
        let is_stored = |row: &Row| first_part(row.id()).is_some_and(|part| stored.contains(&part));
        let (stored, new) = rows.into_iter().partition(is_stored);
        Ok(Upserts { new, stored })
    }

    /// Returns the rows of hours after more events were counted in them.
    async fn hours_with(&self, rollups: &Rollups) -> Result<Vec<HourRow>, StoreError> {
        const STORED: &str = "SELECT * FROM $ids";
        let ids: Vec<RecordId> = rollups.hours().map(|(hour, _)| HourRow::key(hour)).collect();
        let mut response = self.db.query(STORED).bind(("ids", ids)).await?.check()?;
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

    /// Returns the marker of the last checkpoint, if there was one.
    pub(super) async fn marker(&self) -> Result<Option<Marker>, StoreError> {
        let mut response = self.db.query("SELECT * FROM ONLY $id").bind(("id", marker_id())).await?.check()?;
        let row: Option<MarkerRow> = response.take(0)?;
        let unpack = |row: MarkerRow| {
            let sequence =
                u64::try_from(row.sequence).map_err(|_| StoreError::Marker(UnreadablePopulation::Damaged))?;
            Ok(Marker { sequence, pending: contributions_from_bytes(&row.pending).map_err(StoreError::Marker)? })
        };
        row.map(unpack).transpose()
    }
}

fn segments_of(events: &[RecentEvent]) -> Vec<SegmentRow> {
    let mut segments: BTreeMap<(&UserId, Day), Vec<(u64, &PackedEvent)>> = BTreeMap::new();
    for event in events {
        segments.entry((&event.key.user, event.key.day())).or_default().push((event.sequence, &event.packed));
    }
    segments.iter().map(|((user, day), events)| SegmentRow::of(user, *day, events)).collect()
}

fn anomalies_of(events: &[RecentEvent]) -> Result<Vec<AnomalyRow>, StoreError> {
    let row = |event: &RecentEvent| {
        let unreadable = |reason| StoreError::unreadable("log", &event.sequence.to_string(), reason);
        let scored = event.packed.unpack().map_err(unreadable)?;
        Ok(AnomalyRow::of(event.sequence, &scored, &event.packed))
    };
    events.iter().filter(|event| event.has_reasons).map(row).collect()
}

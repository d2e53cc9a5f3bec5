//! Scoring a whole log file without a server: sorted by time, scored, and put back into the order of the input.

mod order;
mod row;
mod summary;

pub use order::{LogRecord, Ordered, by_time};
pub use row::ScoredRow;
pub use summary::Summary;

use std::io;

use rayon::prelude::*;
use shared::{
    engine::{InMemoryEngine, Observed, Scored, shard_of},
    event::Event,
};

use self::order::by_index;

/// Why a log was not scored to its end.
#[derive(Debug, thiserror::Error)]
pub enum ScoringError {
    /// The temporary files by which records are sorted cannot be written or read.
    #[error("cannot sort the events")]
    Sort(#[source] io::Error),
    /// A row cannot be written.
    #[error("cannot write the rows")]
    Write(#[source] io::Error),
}

/// Scores all records with `engine`, which learns from them, and passes one row a record to `write`, in the order of
/// the input.
///
/// Events with a score of `threshold` or more are anomalies. `advance` is called after each scored record.
pub fn score(
    records: Ordered<impl Iterator<Item = io::Result<LogRecord>>>,
    engine: &mut InMemoryEngine,
    threshold: f64,
    advance: impl Fn(),
    mut write: impl FnMut(ScoredRow) -> io::Result<()>,
) -> Result<Summary, ScoringError> {
    let mut summary = Summary::default();
    let rows =
        ScoredRows { records: records.sorted, engine, threshold, summary: &mut summary, ready: Vec::new().into_iter() };
    let mut rows = rows.inspect(|_| advance());
    let mut write = |row: io::Result<ScoredRow>| write(row.map_err(ScoringError::Sort)?).map_err(ScoringError::Write);
    if records.was_in_order {
        rows.try_for_each(&mut write)?;
    } else {
        by_index(rows).map_err(ScoringError::Sort)?.try_for_each(&mut write)?;
    }
    Ok(summary)
}

/// The rows of records in order of time, which are scored an epoch at a time.
struct ScoredRows<'a, I> {
    records: I,
    engine: &'a mut InMemoryEngine,
    threshold: f64,
    summary: &'a mut Summary,
    ready: std::vec::IntoIter<ScoredRow>,
}

impl<I: Iterator<Item = io::Result<LogRecord>>> Iterator for ScoredRows<'_, I> {
    type Item = io::Result<ScoredRow>;

    fn next(&mut self) -> Option<io::Result<ScoredRow>> {
        if self.ready.len() == 0 {
            match self.score_epoch() {
                Ok(rows) => self.ready = rows.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
        self.ready.next().map(Ok)
    }
}

impl<I: Iterator<Item = io::Result<LogRecord>>> ScoredRows<'_, I> {
    /// Reads the records of an epoch and scores their events.
    fn score_epoch(&mut self) -> io::Result<Vec<ScoredRow>> {
        let epoch = self.engine.engine().room();
        let mut rows = Vec::with_capacity(epoch);
        let mut events = Vec::with_capacity(epoch);
        for record in self.records.by_ref() {
            let LogRecord { index, event, .. } = record?;
            match event {
                Ok(event) => {
                    rows.push(ScoredRow::unscored(index, &event));
                    events.push((rows.len() - 1, event));
                }
                Err(fault) => {
                    self.summary.add_fault();
                    rows.push(ScoredRow::of_fault(index, fault));
                }
            }
            if events.len() == epoch {
                break;
            }
        }
        let (places, events): (Vec<_>, Vec<_>) = events.into_iter().unzip();
        for ((place, event), scored) in places.into_iter().zip(&events).zip(observe(self.engine, &events)) {
            rows[place].set_score(event, &scored, self.threshold);
            self.summary.add(event, &scored, rows[place].is_anomaly == Some(true));
        }
        Ok(rows)
    }
}

/// Scores the events of one epoch, the shards in parallel on the threads of the current pool.
fn observe(engine: &mut InMemoryEngine, events: &[Event]) -> Vec<Scored> {
    let (detector, shards) = engine.parts();
    let min_shards = min_shards_per_task(shards.len(), rayon::current_num_threads());
    let mut of_shard = vec![Vec::new(); shards.len()];
    for (position, event) in events.iter().enumerate() {
        of_shard[shard_of(&event.user)].push((position, event));
    }
    let mut observed: Vec<(usize, Observed)> = shards
        .par_iter_mut()
        .zip(of_shard)
        .with_min_len(min_shards)
        .flat_map_iter(|(shard, of_shard)| {
            let (positions, events): (Vec<usize>, Vec<&Event>) = of_shard.into_iter().unzip();
            positions.into_iter().zip(detector.observe(&events, shard))
        })
        .collect();
    observed.sort_unstable_by_key(|(position, _)| *position);
    let (scored, contributions): (Vec<_>, Vec<_>) = observed.into_iter().map(|(_, observed)| observed).unzip();
    engine.commit(contributions);
    scored
}

/// Returns the minimum number of shards that one task scores: a few tasks per thread even out the shards' work.
fn min_shards_per_task(shards: usize, threads: usize) -> usize {
    const TASKS_PER_THREAD: usize = 4;
    shards / (threads * TASKS_PER_THREAD).clamp(1, shards)
}

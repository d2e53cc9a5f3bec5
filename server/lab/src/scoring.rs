//! Scoring a whole log without a server: read, put in order of time, judge, put back in the order of the input.

mod order;
mod row;
mod summary;

pub use order::{Item, Ordered, by_time};
pub use row::Row;
pub use summary::Summary;

use std::io;

use anyhow::Context as _;
use rayon::prelude::*;
use shared::{
    detector::{Detector, Scored, shard_of},
    event::Event,
    population::Contribution,
};

use self::order::by_index;

/// Scores every item with `detector`, which learns from it, and gives `write` one row a record in the order of
/// the input.
///
/// Scores from `threshold` on are anomalies; `advance` hears of each record scored.
pub fn score(
    items: Ordered<impl Iterator<Item = io::Result<Item>>>,
    detector: &mut Detector,
    threshold: f64,
    advance: impl Fn(),
    mut write: impl FnMut(&Row) -> anyhow::Result<()>,
) -> anyhow::Result<Summary> {
    const SORTING: &str = "cannot sort the events";
    let mut summary = Summary::default();
    let rows = Rows { items: items.sorted, detector, threshold, summary: &mut summary, ready: Vec::new().into_iter() };
    let mut rows = rows.inspect(|_| advance());
    if items.was_in_order {
        rows.try_for_each(|row| write(&row.context(SORTING)?))?;
    } else {
        let mut rows = by_index(rows).context(SORTING)?;
        rows.try_for_each(|row| write(&row.context(SORTING)?))?;
    }
    Ok(summary)
}

/// Judges items an epoch at a time.
struct Rows<'a, I> {
    items: I,
    detector: &'a mut Detector,
    threshold: f64,
    summary: &'a mut Summary,
    ready: std::vec::IntoIter<Row>,
}

impl<I: Iterator<Item = io::Result<Item>>> Iterator for Rows<'_, I> {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<io::Result<Row>> {
        if self.ready.len() == 0 {
            match self.judge_epoch() {
                Ok(rows) => self.ready = rows.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
        self.ready.next().map(Ok)
    }
}

impl<I: Iterator<Item = io::Result<Item>>> Rows<'_, I> {
    /// Reads as many items as hold an epoch's events, and judges them.
    fn judge_epoch(&mut self) -> io::Result<Vec<Row>> {
        let epoch = self.detector.population().epoch();
        let mut rows = Vec::with_capacity(epoch);
        let mut events = Vec::with_capacity(epoch);
        for item in self.items.by_ref() {
            let Item { index, event, .. } = item?;
            match event {
                Ok(event) => {
                    rows.push(Row::unscored(index, &event));
                    events.push((rows.len() - 1, event));
                }
                Err(fault) => {
                    self.summary.add_fault();
                    rows.push(Row::of_fault(index, fault));
                }
            }
            if events.len() == epoch {
                break;
            }
        }
        let (places, events): (Vec<_>, Vec<_>) = events.into_iter().unzip();
        for ((place, event), scored) in places.into_iter().zip(&events).zip(observe(self.detector, &events)) {
            rows[place].score(event, &scored, self.threshold);
            self.summary.add(event, &scored, rows[place].is_anomaly == Some(true));
        }
        Ok(rows)
    }
}

/// Scores one epoch's events, the shards side by side on the threads of the current pool.
fn observe(detector: &mut Detector, events: &[Event]) -> Vec<Scored> {
    let (model, population, shards) = detector.parts();
    let mut of_shard = vec![Vec::new(); shards.len()];
    for (position, event) in events.iter().enumerate() {
        of_shard[shard_of(&event.user)].push(position);
    }
    let mut observed: Vec<(usize, (Scored, Contribution))> = shards
        .par_iter_mut()
        .zip(of_shard)
        .with_min_len(shards_a_task(rayon::current_num_threads()))
        .flat_map_iter(|(shard, positions)| {
            positions.into_iter().map(|position| (position, shard.observe(&events[position], population, model)))
        })
        .collect();
    observed.sort_unstable_by_key(|(position, _)| *position);
    let (scored, contributions): (Vec<_>, Vec<_>) = observed.into_iter().map(|(_, observed)| observed).unzip();
    detector.end_epoch(contributions);
    scored
}

/// Returns how many shards a task takes at least: a few tasks a thread even out the shards' work.
fn shards_a_task(threads: usize) -> usize {
    const TASKS_A_THREAD: usize = 4;
    64 / (threads * TASKS_A_THREAD).clamp(1, 64)
}

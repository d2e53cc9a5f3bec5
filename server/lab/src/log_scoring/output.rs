//! Writing the rows of a scored log in the order of its records.

use std::{
    fmt::Write as _,
    io::{self, Write},
    iter::Peekable,
};

use shared::engine::InMemoryEngine;

use super::{
    ScoringError,
    epoch::{LogScorer, ScoredRecord},
    faults::ReadFaults,
    row::Row,
    row_format::RowLayout,
    sorted_log::SortedLog,
    sorting::{Block, Sorter},
    summary::Summary,
};

/// Scores a log with `engine`, and writes one row a record to `output`, in the order of the input.
///
/// Events with a score of `threshold` or more are anomalies. `advance` is called after each epoch with the number of its
/// events.
pub fn score(
    mut log: SortedLog,
    engine: InMemoryEngine,
    threshold: f64,
    (layout, output): (impl Into<RowLayout>, impl Write + Send),
    advance: impl Fn(u64),
) -> Result<Summary, ScoringError> {
    let faults = std::mem::take(&mut log.faults);
    let (was_in_order, counts, fault_count) = (log.was_in_order, std::mem::take(&mut log.counts), faults.count());
    let faults = faults.read().map_err(ScoringError::Sort)?.peekable();
    let layout: RowLayout = layout.into();
    let mut writer = RowWriter { layout, output, has_begun: false, faults };
    let mut scorer = LogScorer::new(log, engine, threshold);
    if layout.has_explanations {
        scorer = scorer.with_explanations();
    }
    let mut rows = Sorter::default();
    loop {
        // A repeat may stand behind events of the same time that are still to be scored.
        let is_ready = was_in_order && scorer.is_between_times();
        let ready = if is_ready { std::mem::take(&mut rows) } else { Sorter::default() };
        let next_epoch = || scorer.next_epoch(|events| rows_of(layout, events));
        let (blocks, written) = rayon::join(next_epoch, || writer.write_sorted(ready));
        written?;
        let Some(blocks) = blocks.map_err(ScoringError::Sort)? else { break };
        let before = rows.count();
        blocks.into_iter().try_for_each(|block| rows.push(block)).map_err(ScoringError::Sort)?;
        advance(rows.count() - before);
    }
    let summary = scorer.summary().with_counts(fault_count, counts);
    writer.write_sorted(rows)?;
    writer.finish()?;
    Ok(summary)
}

/// Returns the rows of scored events, to be sorted by the numbers of their records.
fn rows_of(layout: RowLayout, events: &[ScoredRecord]) -> Block {
    const ROW_BYTES: usize = 160;
    let mut block = Block::with_capacity(events.len() * ROW_BYTES);
    let (mut encoder, mut time) = (layout.format.encoder(), String::new());
    for event in events {
        time.clear();
        write!(time, "{}", event.event.time).expect("a text takes everything");
        let row = encoder.encode(&Row::of(event, &time, layout.has_explanations));
        block.push((0, event.index), |bytes| bytes.extend_from_slice(row));
    }
    block
}

/// Writes the rows of events, and those of unreadable records between them.
struct RowWriter<W> {
    layout: RowLayout,
    output: W,
    has_begun: bool,
    faults: Peekable<ReadFaults>,
}

impl<W: Write> RowWriter<W> {
    fn write_sorted(&mut self, rows: Sorter) -> Result<(), ScoringError> {
        let mut rows = rows.sorted().map_err(ScoringError::Sort)?;
        while let Some(((_, index), row)) = rows.next_item().map_err(ScoringError::Sort)? {
            self.write_faults_before(index)?;
            self.write(row).map_err(ScoringError::Write)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), ScoringError> {
        self.write_faults_before(u64::MAX)?;
        self.begin().and_then(|()| self.output.flush()).map_err(ScoringError::Write)
    }

    fn write_faults_before(&mut self, end: u64) -> Result<(), ScoringError> {
        let is_before = |fault: &io::Result<(u64, String)>| !matches!(fault, Ok((index, _)) if *index >= end);
        while let Some(fault) = self.faults.next_if(is_before) {
            let (index, reason) = fault.map_err(ScoringError::Sort)?;
            let mut encoder = self.layout.format.encoder();
            self.write(encoder.encode(&Row::of_fault(index, &reason, self.layout.has_explanations)))
                .map_err(ScoringError::Write)?;
        }
        Ok(())
    }

    fn write(&mut self, row: &[u8]) -> io::Result<()> {
        self.begin()?;
        self.output.write_all(row)
    }

    /// Writes the header, once.
    fn begin(&mut self) -> io::Result<()> {
        if self.has_begun {
            return Ok(());
        }
        self.has_begun = true;
        self.output.write_all(&self.layout.header())
    }
}

//! Scoring a log an epoch at a time: consecutive shards in parallel, each from packed events to finished rows.

use std::{io, ops::Range};

use rayon::prelude::*;
use shared::{
    engine::{Engine, InMemoryEngine, SHARDS, Scored, Shards},
    event::Event,
    population::Contribution,
};

use super::{packed_event::unpack, sorted_log::SortedLog, summary::Summary};

/// The number of tasks per thread: two even out the work of the threads, and more would leave the forest fewer rows to
/// evaluate side by side.
const TASKS_PER_THREAD: usize = 2;
/// The minimum number of events of a task, on average.
const TASK_EVENTS: usize = 8;

/// A scored event of a log.
#[derive(Debug, Clone, Copy)]
pub struct ScoredRecord<'a> {
    /// 0-based number of the record in the input.
    pub index: u64,
    /// The event.
    pub event: &'a Event,
    /// Its score, and the reasons.
    pub scored: &'a Scored,
    /// Whether the score reaches the threshold.
    pub is_anomaly: bool,
}

/// Scores the events of a log in the order of their times, and learns from them.
pub struct LogScorer {
    log: SortedLog,
    engine: InMemoryEngine,
    threshold: f64,
    /// The summary of the events of each shard's users.
    summaries: Vec<Summary>,
}

impl LogScorer {
    /// Returns a scorer with an engine; events with a score of `threshold` or more are anomalies.
    pub fn new(log: SortedLog, engine: InMemoryEngine, threshold: f64) -> Self {
        let summaries = std::iter::repeat_with(Summary::default).take(SHARDS).collect();
        Self { log, engine, threshold, summaries }
    }

    /// Scores the events of the next epoch on the threads of the current pool; none if all events were scored.
    ///
    /// Returns what `rows` makes of the events. Each call gets some of the events of the epoch, in the order of their
    /// times.
    ///
    /// # Errors
    ///
    /// Fails if the temporary files in which large logs are sorted cannot be read.
    pub fn next_epoch<R: Send>(&mut self, rows: impl Fn(&[ScoredRecord]) -> R + Sync) -> io::Result<Option<Vec<R>>> {
        let epoch = Epoch::read(&mut self.log, self.engine.engine().room())?;
        if epoch.events.is_empty() {
            return Ok(None);
        }
        let parts = Parts::of(&epoch, rayon::current_num_threads() * TASKS_PER_THREAD);
        let (detector, shards) = self.engine.parts();
        let tasks = parts.shards(shards).into_par_iter().zip(&parts.events);
        let observed = tasks.map(|(mut shards, events)| Observed::of(&epoch, events, detector, &mut shards));
        let mut observed: Vec<Observed> = observed.collect::<io::Result<_>>()?;
        let mut contributions: Vec<_> =
            observed.iter_mut().map(|observed| std::mem::take(&mut observed.contributions).into_iter()).collect();
        let in_order = parts.part_of.iter().map(|part| contributions[*part].next().expect("one an event"));
        let observed = observed.into_par_iter().zip(parts.summaries(&mut self.summaries));
        let threshold = self.threshold;
        let finish = |(observed, summaries): (Observed, SummariesOfPart)| rows(&observed.finish(threshold, summaries));
        let ((), rows) = rayon::join(|| self.engine.commit(in_order), || observed.map(finish).collect());
        Ok(Some(rows))
    }

    /// Returns the summary of the events that were scored.
    pub fn summary(self) -> Summary {
        self.summaries.into_iter().fold(Summary::default(), Summary::and)
    }
}

/// The events of an epoch, packed.
#[derive(Default)]
struct Epoch {
    bytes: Vec<u8>,
    events: Vec<EpochEvent>,
}

struct EpochEvent {
    index: u64,
    shard: usize,
    /// The position of the event in the bytes of the epoch.
    range: Range<usize>,
}

impl Epoch {
    /// Reads the next events, at most `room`.
    fn read(log: &mut SortedLog, room: usize) -> io::Result<Self> {
        let mut epoch = Self { bytes: Vec::new(), events: Vec::with_capacity(room) };
        while epoch.events.len() < room
            && let Some(record) = log.next_event()?
        {
            let start = epoch.bytes.len();
            epoch.bytes.extend_from_slice(record.event);
            let range = start..epoch.bytes.len();
            epoch.events.push(EpochEvent { index: record.index, shard: record.shard.into(), range });
        }
        Ok(epoch)
    }
}

/// The split of an epoch into parts of consecutive shards with about the same number of events.
struct Parts<'a> {
    /// For each part the number of the shard after its last one.
    ends: Vec<usize>,
    /// The events of each part.
    events: Vec<Vec<&'a EpochEvent>>,
    /// The number of each event's part.
    part_of: Vec<usize>,
}

/// The number of a part's first shard, and the summaries of its shards.
type SummariesOfPart<'a> = (usize, &'a mut [Summary]);

impl<'a> Parts<'a> {
    fn of(epoch: &'a Epoch, most: usize) -> Self {
        let mut events_of_shard = [0; SHARDS];
        epoch.events.iter().for_each(|event| events_of_shard[event.shard] += 1);
        let wanted = epoch.events.len().div_ceil(most).max(TASK_EVENTS);
        let (mut ends, mut count) = (Vec::new(), 0);
        for (shard, events) in events_of_shard.into_iter().enumerate() {
            count += events;
            if count >= wanted || shard + 1 == SHARDS {
                ends.push(shard + 1);
                count = 0;
            }
        }
        let part_of: Vec<usize> =
            epoch.events.iter().map(|event| ends.partition_point(|end| *end <= event.shard)).collect();
        let mut events = vec![Vec::new(); ends.len()];
        part_of.iter().zip(&epoch.events).for_each(|(part, event)| events[*part].push(event));
        Self { ends, events, part_of }
    }

    fn shards<'s>(&self, mut rest: Shards<'s>) -> Vec<Shards<'s>> {
        let mut shards = Vec::with_capacity(self.ends.len());
        for end in &self.ends {
            let (part, after) = rest.split_at(*end);
            shards.push(part);
            rest = after;
        }
        shards
    }

    fn summaries<'s>(&self, mut rest: &'s mut [Summary]) -> Vec<SummariesOfPart<'s>> {
        let mut summaries = Vec::with_capacity(self.ends.len());
        let mut first = 0;
        for end in &self.ends {
            let (part, after) = rest.split_at_mut(end - first);
            summaries.push((first, part));
            (first, rest) = (*end, after);
        }
        summaries
    }
}

/// The scored events of a part.
struct Observed<'a> {
    events: &'a [&'a EpochEvent],
    unpacked: Vec<Event>,
    scored: Vec<Scored>,
    contributions: Vec<Contribution>,
}

impl<'a> Observed<'a> {
    fn of(epoch: &Epoch, events: &'a [&EpochEvent], detector: &Engine, shards: &mut Shards) -> io::Result<Self> {
        let unpacked = events.iter().map(|event| unpack(&epoch.bytes[event.range.clone()]));
        let mut unpacked: Vec<Event> = unpacked.collect::<io::Result<_>>()?;
        let observed = detector.observe(&unpacked.iter().collect::<Vec<_>>(), shards);
        for event in &mut unpacked {
            let first = shards.first_spelling(&event.user).expect("the event was observed");
            if first.as_str() != event.user.as_str() {
                event.user = first.clone();
            }
        }
        let (scored, contributions) = observed.into_iter().unzip();
        Ok(Self { events, unpacked, scored, contributions })
    }

    /// Adds the events to the summaries of their users' shards, and returns them.
    fn finish(&self, threshold: f64, (first_shard, summaries): SummariesOfPart) -> Vec<ScoredRecord<'_>> {
        let events = self.events.iter().zip(&self.unpacked).zip(&self.scored);
        let finished = events.map(|((EpochEvent { index, shard, .. }, event), scored)| {
            let is_anomaly = scored.assessment.anomaly_score() >= threshold;
            summaries[shard - first_shard].add(event, scored, is_anomaly);
            ScoredRecord { index: *index, event, scored, is_anomaly }
        });
        finished.collect()
    }
}

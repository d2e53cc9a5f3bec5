//! Scoring a log an epoch at a time: consecutive shards in parallel, each from packed events to finished rows.

use std::io;

use jiff::Timestamp;
use rayon::prelude::*;
use shared::{
    calendar::{DAY_SECONDS, Day},
    engine::{Engine, InMemoryEngine, SHARDS, Scored, Shards},
    event::Event,
    explanation::Explanation,
    notices::Notices,
    population::{Contribution, EPOCH},
    profile::{Limits, Profile},
};

use super::{
    explaining::{ExplainedEpoch, Explaining},
    sorted_log::SortedLog,
    summary::Summary,
    unique_events::{UniqueEvent, UniqueEvents},
};

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
    /// What the record is beside the others.
    pub kind: RecordKind,
    /// The errors in optional fields of the record, as a sentence; empty if there are none.
    pub warnings: &'a str,
    /// The explanation of its score, of an anomaly where explanations were asked for.
    pub explanation: Option<&'a Explanation>,
}

/// What a record of an event is beside the others of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKind {
    /// The first record of an event.
    First,
    /// Another record of the event of the record with this number.
    RepeatOf(u64),
    /// A record whose time lies apart from the rest of the log.
    Stray,
}

/// Scores the events of a log in the order of their times, and learns from them. Events that lie apart in time come
/// after the others, as if they were of the log's last day; nothing is learnt from them.
pub struct LogScorer {
    events: UniqueEvents,
    /// The events that lie apart in time, once all others were scored.
    strays: Option<UniqueEvents>,
    last_day: Day,
    engine: InMemoryEngine,
    notices: Notices,
    threshold: f64,
    /// What anomalies are explained by, if explanations were asked for.
    explaining: Option<Explaining>,
    /// The summary of the events of each shard's users.
    summaries: Vec<Summary>,
}

impl LogScorer {
    /// Returns a scorer with an engine; events with a score of `threshold` or more are anomalies.
    pub fn new(log: SortedLog, engine: InMemoryEngine, threshold: f64) -> Self {
        let summaries = std::iter::repeat_with(Summary::default).take(SHARDS).collect();
        let last_day = *log.span.end();
        let events = UniqueEvents::new(log.events, log.span);
        let notices = Notices::default();
        Self { events, strays: None, last_day, engine, notices, threshold, explaining: None, summaries }
    }

    /// Returns the scorer with explanations of all anomalies but strays. The first 200 get a linear model, as far as a
    /// hundred events came before their epoch.
    #[must_use]
    pub fn with_explanations(self) -> Self {
        let explaining = Some(Explaining::new(self.engine.engine()));
        Self { explaining, ..self }
    }

    /// Scores the events of the next epoch on the threads of the current pool; none if all events were scored.
    ///
    /// Returns what `rows` makes of the records. Each call gets some of the records of the epoch, in the order of their
    /// times; a repeat stands behind the first record of its event.
    ///
    /// # Errors
    ///
    /// Fails if the temporary files in which large logs are sorted cannot be read.
    pub fn next_epoch<R: Send>(&mut self, rows: impl Fn(&[ScoredRecord]) -> R + Sync) -> io::Result<Option<Vec<R>>> {
        if let Some(strays) = &mut self.strays {
            let strays = read_epoch(strays, EPOCH)?;
            return if strays.is_empty() { Ok(None) } else { self.score_strays(&strays, rows).map(Some) };
        }
        let epoch = read_epoch(&mut self.events, self.engine.engine().room())?;
        if epoch.is_empty() {
            self.strays = Some(self.events.strays()?);
            return self.next_epoch(rows);
        }
        self.score(&epoch, rows).map(Some)
    }

    /// Returns whether no event that is still to come has the time of the last one that was scored.
    pub(super) fn is_between_times(&self) -> bool {
        self.strays.as_ref().unwrap_or(&self.events).is_between_times()
    }

    /// Scores the events of an epoch, and learns from them.
    fn score<R: Send>(
        &mut self,
        epoch: &[UniqueEvent],
        rows: impl Fn(&[ScoredRecord]) -> R + Sync,
    ) -> io::Result<Vec<R>> {
        let parts = Parts::of(epoch, rayon::current_num_threads() * TASKS_PER_THREAD);
        let (detector, shards) = self.engine.parts();
        let tasks = parts.shards(shards).into_par_iter().zip(&parts.events);
        let observed = tasks.map(|(mut shards, events)| Observed::of(events, detector, &mut shards));
        let mut observed: Vec<Observed> = observed.collect::<io::Result<_>>()?;
        parts.in_order(&observed).for_each(|(event, scored, contribution)| {
            self.notices.add(event, &scored.assessment.context, &contribution.first_of_day);
        });
        if let Some(explaining) = &mut self.explaining {
            let scored = parts.in_order(&observed).map(|(_, scored, _)| scored);
            let (epoch, modelled) = explaining.next_epoch(self.engine.engine(), scored, self.threshold);
            let mut of_parts = vec![Vec::new(); observed.len()];
            parts.part_of.iter().zip(modelled).for_each(|(part, is_modelled)| of_parts[*part].push(is_modelled));
            let explained = observed.par_iter_mut().zip(of_parts);
            explained.for_each(|(observed, modelled)| observed.explain(&epoch, &modelled, self.threshold));
        }
        let mut contributions: Vec<_> =
            observed.iter_mut().map(|observed| std::mem::take(&mut observed.contributions).into_iter()).collect();
        let in_order = parts.part_of.iter().map(|part| contributions[*part].next().expect("one an event"));
        let observed = observed.into_par_iter().zip(parts.summaries(&mut self.summaries));
        let threshold = self.threshold;
        let finish = |(observed, summaries): (Observed, SummariesOfPart)| rows(&observed.finish(threshold, summaries));
        let ((), rows) = rayon::join(|| self.engine.commit(in_order), || observed.map(finish).collect());
        Ok(rows)
    }

    /// Scores events that lie apart in time as if they were of the log's last day; nothing is learnt from them.
    fn score_strays<R: Send>(
        &mut self,
        strays: &[UniqueEvent],
        rows: impl Fn(&[ScoredRecord]) -> R + Sync,
    ) -> io::Result<Vec<R>> {
        for stray in strays {
            self.summaries[0].add_stray(stray.record.index, stray.repeats.len());
        }
        let (engine, threshold, unknown) = (&self.engine, self.threshold, Profile::new(Limits::PRODUCT));
        let score = |stray: &UniqueEvent| {
            let event = stray.record.event()?;
            let on_last_day = Event { time: at_day(self.last_day, event.time), ..event.clone() };
            let profile = engine.profile(&event.user).unwrap_or(&unknown);
            let scored = engine.engine().assess(&on_last_day, profile);
            let records: Vec<_> = records_of(stray, &event, &scored, threshold, RecordKind::Stray).collect();
            Ok(rows(&records))
        };
        strays.par_iter().map(score).collect()
    }

    /// Returns the summary of the events that were scored.
    pub fn summary(self) -> Summary {
        self.summaries.into_iter().fold(Summary::default(), Summary::and).with_notices(self.notices)
    }
}

/// Reads the next events, at most `room`.
fn read_epoch(events: &mut UniqueEvents, room: usize) -> io::Result<Vec<UniqueEvent>> {
    let mut epoch = Vec::with_capacity(room);
    while epoch.len() < room
        && let Some(event) = events.next_event()?
    {
        epoch.push(event);
    }
    Ok(epoch)
}

/// Returns the time on a day at the same time of day (UTC) as `time`.
fn at_day(day: Day, time: Timestamp) -> Timestamp {
    let second = day.first_second() + time.as_second().rem_euclid(DAY_SECONDS);
    Timestamp::from_second(second).expect("the log has an event on that day")
}

/// Returns the records of an event, the first of which is of this kind.
fn records_of<'a>(
    UniqueEvent { record, repeats }: &'a UniqueEvent,
    event: &'a Event,
    scored: &'a Scored,
    threshold: f64,
    kind: RecordKind,
) -> impl Iterator<Item = ScoredRecord<'a>> {
    let is_anomaly = scored.assessment.anomaly_score() >= threshold;
    let warnings = &record.warnings;
    let first = ScoredRecord { index: record.index, event, scored, is_anomaly, kind, warnings, explanation: None };
    let repeat = move |(index, warnings): &'a (u64, Box<str>)| ScoredRecord {
        index: *index,
        kind: RecordKind::RepeatOf(first.index),
        warnings,
        ..first
    };
    std::iter::once(first).chain(repeats.iter().map(repeat))
}

/// The split of an epoch into parts of consecutive shards with about the same number of events.
struct Parts<'a> {
    /// For each part the number of the shard after its last one.
    ends: Vec<usize>,
    /// The events of each part.
    events: Vec<Vec<&'a UniqueEvent>>,
    /// The number of each event's part.
    part_of: Vec<usize>,
}

/// The number of a part's first shard, and the summaries of its shards.
type SummariesOfPart<'a> = (usize, &'a mut [Summary]);

impl<'a> Parts<'a> {
    fn of(epoch: &'a [UniqueEvent], most: usize) -> Self {
        let mut events_of_shard = [0; SHARDS];
        for event in epoch {
            events_of_shard[usize::from(event.record.shard)] += 1;
        }
        let wanted = epoch.len().div_ceil(most).max(TASK_EVENTS);
        let (mut ends, mut count) = (Vec::new(), 0);
        for (shard, events) in events_of_shard.into_iter().enumerate() {
            count += events;
            if count >= wanted || shard + 1 == SHARDS {
                ends.push(shard + 1);
                count = 0;
            }
        }
        let part_of = epoch.iter().map(|event| ends.partition_point(|end| *end <= event.record.shard.into()));
        let part_of: Vec<usize> = part_of.collect();
        let mut events = vec![Vec::new(); ends.len()];
        part_of.iter().zip(epoch).for_each(|(part, event)| events[*part].push(event));
        Self { ends, events, part_of }
    }

    /// Returns the events of the epoch in their order, as they were observed in these parts.
    fn in_order<'o>(
        &self,
        observed: &'o [Observed],
    ) -> impl Iterator<Item = (&'o Event, &'o Scored, &'o Contribution)> {
        let mut parts: Vec<_> = observed.iter().map(Observed::each).collect();
        self.part_of.iter().map(move |part| parts[*part].next().expect("one an event"))
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
    events: &'a [&'a UniqueEvent],
    unpacked: Vec<Event>,
    scored: Vec<Scored>,
    contributions: Vec<Contribution>,
    /// The explanations of the anomalies, by the event; empty if none were asked for.
    explanations: Vec<Option<Explanation>>,
}

impl<'a> Observed<'a> {
    fn of(events: &'a [&UniqueEvent], detector: &Engine, shards: &mut Shards) -> io::Result<Self> {
        let mut unpacked: Vec<Event> = events.iter().map(|event| event.record.event()).collect::<io::Result<_>>()?;
        let observed = detector.observe(&unpacked.iter().collect::<Vec<_>>(), shards);
        for event in &mut unpacked {
            let first = shards.first_spelling(&event.user).expect("the event was observed");
            if first.as_str() != event.user.as_str() {
                event.user = first.clone();
            }
        }
        let (scored, contributions) = observed.into_iter().unzip();
        Ok(Self { events, unpacked, scored, contributions, explanations: Vec::new() })
    }

    /// Explains the anomalies; `modelled` are the events that get a linear model.
    fn explain(&mut self, epoch: &ExplainedEpoch, modelled: &[bool], threshold: f64) {
        let events = self.unpacked.iter().zip(&self.scored).zip(modelled);
        let explanation = |((event, scored), is_modelled): ((&Event, &Scored), &bool)| {
            let is_anomaly = scored.assessment.anomaly_score() >= threshold;
            is_anomaly.then(|| epoch.explain(event, scored, *is_modelled))
        };
        self.explanations = events.map(explanation).collect();
    }

    fn each(&self) -> impl Iterator<Item = (&Event, &Scored, &Contribution)> {
        self.unpacked.iter().zip(&self.scored).zip(&self.contributions).map(|((event, scored), of)| (event, scored, of))
    }

    /// Adds the events to the summaries of their users' shards, and returns their records.
    fn finish(&self, threshold: f64, (first_shard, summaries): SummariesOfPart) -> Vec<ScoredRecord<'_>> {
        let mut records = Vec::with_capacity(self.events.len());
        for (place, ((unique, event), scored)) in self.events.iter().zip(&self.unpacked).zip(&self.scored).enumerate() {
            let of_event = records.len();
            let explanation = self.explanations.get(place).and_then(Option::as_ref);
            let of_unique = records_of(unique, event, scored, threshold, RecordKind::First);
            records.extend(of_unique.map(|record| ScoredRecord { explanation, ..record }));
            let summary = &mut summaries[usize::from(unique.record.shard) - first_shard];
            summary.add(event, scored, records[of_event].is_anomaly, unique.repeats.len());
        }
        records
    }
}

//! The way of an event: queue, micro-batch, engine, one transaction, answer and broadcast.
//!
//! A single writer takes the events that came in while the last commit was under way, up to the end of the epoch, so
//! that batches grow with the load. It scores them on copies: the engine state changes only once the database has
//! committed them, and only then are the senders answered. Checkpoints are written beside the commits.

mod checkpoints;
mod erasure;
mod suspension;
mod writer;

pub use self::{checkpoints::CheckpointLimits, suspension::Suspension};

use std::{
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
    time::Instant,
};

use shared::{error::Error, event::Event, prediction::Prediction};
use tokio::sync::{
    broadcast,
    mpsc::{self, error::TrySendError},
    oneshot, watch,
};

use self::{erasure::Erasure, suspension::Intake, writer::Writer};
use crate::{
    engine_state::EngineState,
    jobs::Jobs,
    metrics::Metrics,
    policy::LivePolicy,
    store::{Store, StoredEvent},
};

/// Number of events that may wait to be judged.
const QUEUE_EVENTS: usize = 8192;
/// Number of commits that a subscriber may be behind before it misses some.
const BROADCAST_COMMITS: usize = 64;

/// Why an event was not ingested. Nothing of it was kept; it may be sent again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IngestError {
    /// The queue is full.
    #[error("too many events are waiting; send again in a moment")]
    Busy,
    /// No events are taken.
    #[error("no events are taken: {0}; send again later")]
    Suspended(Suspension),
}

impl From<IngestError> for Error {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Busy => Self::Busy,
            IngestError::Suspended(_) => Self::Unavailable(error.to_string()),
        }
    }
}

/// The events of one commit, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Committed {
    /// Number of the first event in the order of commits.
    pub first: u64,
    /// The events, with their scores.
    pub events: Vec<StoredEvent>,
}

/// An event in the queue.
struct QueuedEvent {
    event: Event,
    answer: oneshot::Sender<Result<Prediction, IngestError>>,
    /// The time from which on it waits.
    since: Instant,
}

impl QueuedEvent {
    /// Returns an event that waits from now on, and the receiver of its answer.
    fn new(event: Event) -> (Self, oneshot::Receiver<Result<Prediction, IngestError>>) {
        let (answer, answered) = oneshot::channel();
        (Self { event, answer, since: Instant::now() }, answered)
    }
}

/// The way in for events.
#[derive(Clone)]
pub struct Pipeline {
    queue: mpsc::Sender<QueuedEvent>,
    erasures: mpsc::Sender<Erasure>,
    state: Arc<RwLock<EngineState>>,
    commits: broadcast::Sender<Arc<Committed>>,
    /// The number of events up to the last commit that raised an alert.
    alerts_until: watch::Sender<u64>,
    intake: Intake,
    metrics: Metrics,
}

/// The limits of a writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriterLimits {
    /// When checkpoints are due.
    pub checkpoints: CheckpointLimits,
    /// The bytes that profiles may take in memory: beyond it, those of the users who were idle for longest are evicted.
    pub profile_bytes: usize,
    /// Megabytes that are to stay free on the disk of the database: with less, no events are taken.
    pub min_free_mb: u64,
}

impl WriterLimits {
    /// The limits of the product. The profiles are those of some ten thousand active users; what stays free suffices for
    /// a checkpoint and for the engine to compact its files.
    pub const PRODUCT: Self =
        Self { checkpoints: CheckpointLimits::PRODUCT, profile_bytes: 64 << 20, min_free_mb: 256 };
}

impl Pipeline {
    /// Starts the writer, which alone writes events. It ends, when the jobs are stopped or when the last copy of the
    /// pipeline is dropped, after the last event that waits.
    pub fn start(store: Arc<Store>, state: EngineState, policy: LivePolicy, limits: WriterLimits, jobs: &Jobs) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE_EVENTS);
        let (erasures, to_erase) = mpsc::channel(1);
        let pipeline = Self {
            queue,
            erasures,
            state: Arc::new(RwLock::new(state)),
            commits: broadcast::Sender::new(BROADCAST_COMMITS),
            alerts_until: watch::Sender::new(0),
            intake: Intake::default(),
            metrics: Metrics::default(),
        };
        let writer = Writer::new(store, &pipeline, policy, limits);
        jobs.spawn("writer", |stop| writer.run(waiting, to_erase, stop));
        pipeline
    }

    /// Returns the state as of the last commit. The writer waits while the guard is held.
    pub fn state(&self) -> RwLockReadGuard<'_, EngineState> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns what collects the measurements of this pipeline and of what asks it.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Returns the number of events that wait in the queue.
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Returns why no events are taken, unless they are.
    pub fn suspension(&self) -> Option<Suspension> {
        if self.queue.is_closed() { Some(Suspension::Stopping) } else { self.intake.suspension() }
    }

    /// Returns a receiver of every commit from now on. One that falls behind misses commits; the writer never waits.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Committed>> {
        self.commits.subscribe()
    }

    /// Returns a receiver that is told of every commit that raises an alert.
    pub fn watch_alerts(&self) -> watch::Receiver<u64> {
        self.alerts_until.subscribe()
    }

    /// Judges an event and keeps it, or fails at once where the queue is full.
    pub async fn ingest(&self, event: Event) -> Result<Prediction, IngestError> {
        let (queued, answered) = QueuedEvent::new(event);
        self.queue.try_send(queued).map_err(|error| match error {
            TrySendError::Full(_) => IngestError::Busy,
            TrySendError::Closed(_) => IngestError::Suspended(Suspension::Stopping),
        })?;
        answered.await.unwrap_or_else(|_| Err(self.not_answered()))
    }

    /// Judges events in their order and keeps them; waits while the queue is full.
    pub async fn ingest_batch(&self, events: Vec<Event>) -> Vec<Result<Prediction, IngestError>> {
        let mut answers = Vec::with_capacity(events.len());
        for event in events {
            let (queued, answered) = QueuedEvent::new(event);
            let is_queued = self.queue.send(queued).await.is_ok();
            answers.push(is_queued.then_some(answered));
        }
        let mut results = Vec::with_capacity(answers.len());
        for answered in answers {
            results.push(match answered {
                Some(answered) => answered.await.unwrap_or_else(|_| Err(self.not_answered())),
                None => Err(self.not_answered()),
            });
        }
        results
    }

    /// Returns why the writer has left an event without an answer.
    fn not_answered(&self) -> IngestError {
        IngestError::Suspended(self.suspension().unwrap_or(Suspension::Stopping))
    }
}

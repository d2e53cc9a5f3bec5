//! The way of an event: queue, micro-batch, engine, one transaction, answer and broadcast.
//!
//! A single writer takes the events that came in while the last transaction was under way, up to the end of the epoch,
//! so that batches grow with the load. It judges them on copies: the engine state changes only once the database has
//! committed them, and only then are the senders answered.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};

use jiff::Timestamp;
use shared::{error::Error, event::Event, prediction::Prediction};
use tokio::{
    sync::{
        broadcast,
        mpsc::{self, error::TrySendError},
        oneshot,
    },
    task::block_in_place,
};
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::{
    engine_state::EngineState,
    jobs::Jobs,
    policy::LivePolicy,
    store::{EventKey, PendingCommit, Store, StoreError, StoredEvent},
};

/// Number of events that may wait to be judged.
const QUEUE_EVENTS: usize = 8192;
/// Number of commits that a subscriber may be behind before it misses some.
const BROADCAST_COMMITS: usize = 64;

/// Why an event was not ingested. Nothing of it was kept; it may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IngestError {
    /// The queue is full.
    #[error("too many events are waiting; send again in a moment")]
    Busy,
    /// The database did not commit the event, or the server is stopping.
    #[error("the database does not take events at the moment; send again later")]
    Unavailable,
}

impl From<IngestError> for Error {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Busy => Self::Busy,
            IngestError::Unavailable => Self::Unavailable,
        }
    }
}

/// The events of one commit, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Committed {
    /// Number of the first event in the order of commits.
    pub first: u64,
    /// The events, with their predictions.
    pub events: Vec<StoredEvent>,
}

/// An event in the queue.
struct QueuedEvent {
    event: Event,
    answer: oneshot::Sender<Result<Prediction, IngestError>>,
}

/// The way in for events.
#[derive(Clone)]
pub struct Pipeline {
    queue: mpsc::Sender<QueuedEvent>,
    state: Arc<RwLock<EngineState>>,
    commits: broadcast::Sender<Arc<Committed>>,
}

impl Pipeline {
    /// Starts the writer, which alone writes events. It ends, when the jobs are stopped or when the last copy of the
    /// pipeline is dropped, after the last event that waits.
    pub fn start(store: Arc<Store>, state: EngineState, policy: LivePolicy, jobs: &Jobs) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE_EVENTS);
        let pipeline =
            Self { queue, state: Arc::new(RwLock::new(state)), commits: broadcast::Sender::new(BROADCAST_COMMITS) };
        let writer = Writer { store, state: Arc::clone(&pipeline.state), policy, commits: pipeline.commits.clone() };
        jobs.spawn("writer", |stop| writer.run(waiting, stop));
        pipeline
    }

    /// Returns the state as of the last commit. The writer waits while the guard is held.
    pub fn state(&self) -> RwLockReadGuard<'_, EngineState> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether the writer takes events.
    pub fn is_open(&self) -> bool {
        !self.queue.is_closed()
    }

    /// Returns a receiver of every commit from now on. One that falls behind misses commits; the writer never waits.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Committed>> {
        self.commits.subscribe()
    }

    /// Judges an event and keeps it, or fails at once where the queue is full.
    pub async fn ingest(&self, event: Event) -> Result<Prediction, IngestError> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(QueuedEvent { event, answer }).map_err(|error| match error {
            TrySendError::Full(_) => IngestError::Busy,
            TrySendError::Closed(_) => IngestError::Unavailable,
        })?;
        answered.await.unwrap_or(Err(IngestError::Unavailable))
    }

    /// Judges events in their order and keeps them; waits while the queue is full.
    pub async fn ingest_batch(&self, events: Vec<Event>) -> Vec<Result<Prediction, IngestError>> {
        let mut answers = Vec::with_capacity(events.len());
        for event in events {
            let (answer, answered) = oneshot::channel();
            let is_queued = self.queue.send(QueuedEvent { event, answer }).await.is_ok();
            answers.push(is_queued.then_some(answered));
        }
        let mut results = Vec::with_capacity(answers.len());
        for answered in answers {
            results.push(match answered {
                Some(answered) => answered.await.unwrap_or(Err(IngestError::Unavailable)),
                None => Err(IngestError::Unavailable),
            });
        }
        results
    }
}

/// Writes all events.
struct Writer {
    store: Arc<Store>,
    state: Arc<RwLock<EngineState>>,
    policy: LivePolicy,
    commits: broadcast::Sender<Arc<Committed>>,
}

impl Writer {
    /// Writes events until the queue is closed and empty.
    async fn run(self, mut waiting: mpsc::Receiver<QueuedEvent>, stop: CancellationToken) {
        let mut queued = Vec::new();
        loop {
            let room = self.read().engine().room();
            let received = tokio::select! {
                received = waiting.recv_many(&mut queued, room) => received,
                () = stop.cancelled(), if !waiting.is_closed() => {
                    waiting.close();
                    continue;
                }
            };
            if received == 0 {
                return;
            }
            if let Err(StoreError::OutOfStep) = self.write(std::mem::take(&mut queued)).await {
                return; // the state is no longer that of the database
            }
        }
    }

    /// Judges events, commits them, brings them into force, and answers their senders.
    async fn write(&self, queued: Vec<QueuedEvent>) -> Result<(), StoreError> {
        let (events, answers): (Vec<_>, Vec<_>) =
            queued.into_iter().map(|QueuedEvent { event, answer }| (event, answer)).unzip();
        let keys: Vec<EventKey> = events.iter().map(EventKey::of).collect();
        let (predictions, outcome) = match self.judge_and_commit(events, &keys).await {
            Ok(predictions) => (predictions, Ok(())),
            Err(reason) => {
                error!(%reason, events = keys.len(), "events were not stored");
                (HashMap::new(), Err(reason))
            }
        };
        for (key, answer) in keys.iter().zip(answers) {
            let prediction = predictions.get(key).cloned().ok_or(IngestError::Unavailable);
            answer.send(prediction).ok(); // who has hung up needs no answer
        }
        outcome
    }

    /// Returns the prediction of each key: that of the first time the event came.
    async fn judge_and_commit(
        &self,
        events: Vec<Event>,
        keys: &[EventKey],
    ) -> Result<HashMap<EventKey, Prediction>, StoreError> {
        let doubtful: Vec<EventKey> = keys.iter().filter(|key| self.read().may_be_stored(key)).cloned().collect();
        let stored = self.store.stored_among(&doubtful).await?;
        let mut predictions: HashMap<EventKey, Prediction> =
            stored.into_iter().map(|stored| (EventKey::of(&stored.event), stored.prediction)).collect();

        let mut new = Vec::with_capacity(events.len());
        let mut coming = HashSet::new();
        for (event, key) in events.into_iter().zip(keys) {
            if !predictions.contains_key(key) && coming.insert(key) {
                new.push(event);
            }
        }
        if new.is_empty() {
            return Ok(predictions);
        }
        let threshold = self.policy.current().threshold;
        let pending = block_in_place(|| self.read().judge(new, threshold, Timestamp::now()));
        self.commit(&pending).await?;
        predictions
            .extend(pending.events.iter().map(|stored| (EventKey::of(&stored.event), stored.prediction.clone())));
        self.bring_into_force(pending);
        Ok(predictions)
    }

    /// Commits judged events. After a failure the database may hold them all the same, so it is asked.
    async fn commit(&self, pending: &PendingCommit) -> Result<(), StoreError> {
        let Err(reason) = self.store.commit(pending).await else { return Ok(()) };
        match self.store.batch(pending.batch.first).await? {
            None => Err(reason),
            Some(batch) if batch.keys == pending.batch.keys => Ok(()),
            Some(_) => Err(StoreError::OutOfStep),
        }
    }

    /// Changes the state as committed, and tells subscribers.
    fn bring_into_force(&self, mut pending: PendingCommit) {
        let committed = Committed { first: pending.batch.first, events: std::mem::take(&mut pending.events) };
        self.state.write().unwrap_or_else(PoisonError::into_inner).apply(pending);
        self.commits.send(Arc::new(committed)).ok(); // there may be no subscriber
    }

    fn read(&self) -> RwLockReadGuard<'_, EngineState> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }
}

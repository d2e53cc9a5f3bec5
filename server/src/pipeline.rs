//! The one way in for events: queue, micro-batch, detector, one transaction, answer.
//!
//! A single writer takes what has come in while the last transaction was under way, up to the end of the epoch, so
//! that batches grow with the load. Everything is judged on copies: memory changes only once the database has said
//! yes, and only then do the senders hear it.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};

use jiff::Timestamp;
use shared::{event::Event, prediction::Prediction};
use tokio::{
    sync::{
        mpsc::{self, error::TrySendError},
        oneshot,
    },
    task::{JoinHandle, block_in_place},
};
use tracing::error;

use crate::{
    memory::{Judged, Memory},
    store::{EventKey, Rows, Store, StoreError},
};

/// How many events may wait to be judged.
const QUEUE: usize = 8192;

/// Why an event was not taken. Nothing of it was kept; it may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More events came than can be judged.
    #[error("too many events are waiting; send again in a moment")]
    Busy,
    /// The database did not take it.
    #[error("the database does not take events at the moment; send again later")]
    Unavailable,
}

/// An event that waits for its judgement.
struct Intake {
    event: Event,
    answer: oneshot::Sender<Result<Prediction, Refusal>>,
}

/// The way in. When the last copy is dropped, the writer finishes what waits and ends.
#[derive(Clone)]
pub struct Pipeline {
    queue: mpsc::Sender<Intake>,
    memory: Arc<RwLock<Memory>>,
}

impl Pipeline {
    /// Starts the writer, which owns all writing of events.
    pub fn start(store: Arc<Store>, memory: Memory, threshold: f64) -> (Self, JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let memory = Arc::new(RwLock::new(memory));
        let writer = Writer { store, memory: Arc::clone(&memory), threshold };
        (Self { queue, memory }, tokio::spawn(writer.run(waiting)))
    }

    /// Returns what is known, as of the last commit. Not to be held for long: it stops the writer.
    pub fn memory(&self) -> RwLockReadGuard<'_, Memory> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whether events are taken at all.
    pub fn is_open(&self) -> bool {
        !self.queue.is_closed()
    }

    /// Judges an event and keeps it, or refuses it at once where too many wait.
    pub async fn take(&self, event: Event) -> Result<Prediction, Refusal> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Intake { event, answer }).map_err(|refused| match refused {
            TrySendError::Full(_) => Refusal::Busy,
            TrySendError::Closed(_) => Refusal::Unavailable,
        })?;
        answered.await.unwrap_or(Err(Refusal::Unavailable))
    }

    /// Judges events in their order and keeps them; waits while too many others wait.
    pub async fn take_all(&self, events: Vec<Event>) -> Vec<Result<Prediction, Refusal>> {
        let mut answers = Vec::with_capacity(events.len());
        for event in events {
            let (answer, answered) = oneshot::channel();
            let is_queued = self.queue.send(Intake { event, answer }).await.is_ok();
            answers.push(is_queued.then_some(answered));
        }
        let mut results = Vec::with_capacity(answers.len());
        for answered in answers {
            results.push(match answered {
                Some(answered) => answered.await.unwrap_or(Err(Refusal::Unavailable)),
                None => Err(Refusal::Unavailable),
            });
        }
        results
    }
}

/// Writes all events.
struct Writer {
    store: Arc<Store>,
    memory: Arc<RwLock<Memory>>,
    threshold: f64,
}

impl Writer {
    async fn run(self, mut waiting: mpsc::Receiver<Intake>) {
        let mut intake = Vec::new();
        loop {
            let room = self.read().room();
            if waiting.recv_many(&mut intake, room).await == 0 {
                return; // the queue is closed and empty
            }
            if let Err(StoreError::OutOfStep) = self.take(std::mem::take(&mut intake)).await {
                return; // what is in memory is no longer true
            }
        }
    }

    /// Judges, commits, remembers, answers.
    async fn take(&self, intake: Vec<Intake>) -> Result<(), StoreError> {
        let (events, answers): (Vec<_>, Vec<_>) =
            intake.into_iter().map(|Intake { event, answer }| (event, answer)).unzip();
        let keys: Vec<EventKey> = events.iter().map(EventKey::of).collect();
        let (known, outcome) = match self.judge_and_commit(events, &keys).await {
            Ok(known) => (known, Ok(())),
            Err(reason) => {
                error!(%reason, events = keys.len(), "events were not stored");
                (HashMap::new(), Err(reason))
            }
        };
        for (key, answer) in keys.iter().zip(answers) {
            let prediction = known.get(key).cloned().ok_or(Refusal::Unavailable);
            answer.send(prediction).ok(); // who has hung up needs no answer
        }
        outcome
    }

    /// Returns the answer to each key: that of the first time the event came.
    async fn judge_and_commit(
        &self,
        events: Vec<Event>,
        keys: &[EventKey],
    ) -> Result<HashMap<EventKey, Prediction>, StoreError> {
        let doubtful: Vec<EventKey> = keys.iter().filter(|key| self.read().may_know(key)).cloned().collect();
        let stored = self.store.stored_among(&doubtful).await?;
        let mut answers: HashMap<EventKey, Prediction> =
            stored.into_iter().map(|stored| (EventKey::of(&stored.event), stored.prediction)).collect();

        let mut new = Vec::with_capacity(events.len());
        let mut coming = HashSet::new();
        for (event, key) in events.into_iter().zip(keys) {
            if !answers.contains_key(key) && coming.insert(key) {
                new.push(event);
            }
        }
        if new.is_empty() {
            return Ok(answers);
        }
        let judged = block_in_place(|| self.read().judge(new, self.threshold, Timestamp::now()));
        self.commit(&judged).await?;
        answers.extend(judged.events.iter().map(|stored| (EventKey::of(&stored.event), stored.prediction.clone())));
        self.memory.write().unwrap_or_else(PoisonError::into_inner).remember(judged);
        Ok(answers)
    }

    /// Commits what was judged. After a failure the database may hold it all the same: it is asked.
    async fn commit(&self, judged: &Judged) -> Result<(), StoreError> {
        let (rows, population) = {
            let memory = self.read();
            (Rows::of(judged, &memory)?, memory.snapshot_after(judged))
        };
        let Err(reason) = self.store.commit(rows, population.as_ref()).await else { return Ok(()) };
        match self.store.batch(judged.batch.first).await? {
            None => Err(reason),
            Some(batch) if batch.keys == judged.batch.keys => Ok(()),
            Some(_) => Err(StoreError::OutOfStep),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Memory> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner)
    }
}

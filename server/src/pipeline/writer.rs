//! The writer: scores events, appends them to the log, and answers their senders.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};

use jiff::Timestamp;
use shared::{event::Event, prediction::Prediction, scored_event::ScoredEvent};
use tokio::{
    sync::{broadcast, mpsc},
    task::block_in_place,
};
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::{Committed, IngestError, QueuedEvent, checkpoints::Checkpoints};
use crate::{
    engine_state::{EngineState, PendingCommit},
    policy::LivePolicy,
    store::{EventKey, LogRow, Store, StoreError, StoredEvent},
};

/// Writes all events.
pub(super) struct Writer {
    pub(super) store: Arc<Store>,
    pub(super) state: Arc<RwLock<EngineState>>,
    pub(super) policy: LivePolicy,
    pub(super) commits: broadcast::Sender<Arc<Committed>>,
    pub(super) checkpoints: Checkpoints,
}

impl Writer {
    /// Writes events until the queue is closed and empty, then a last checkpoint.
    pub(super) async fn run(mut self, mut waiting: mpsc::Receiver<QueuedEvent>, stop: CancellationToken) {
        let mut queued = Vec::new();
        loop {
            let room = self.read().engine().room();
            let received = tokio::select! {
                received = waiting.recv_many(&mut queued, room) => received,
                () = self.checkpoints.next_step() => continue,
                () = stop.cancelled(), if !waiting.is_closed() => {
                    waiting.close();
                    continue;
                }
            };
            if received == 0 {
                return self.checkpoints.finish().await;
            }
            if let Err(StoreError::OutOfStep) = self.write(std::mem::take(&mut queued)).await {
                return; // the state is no longer that of the database
            }
            self.checkpoints.keep_up().await;
        }
    }

    /// Scores events, commits them, brings them into force, and answers their senders.
    async fn write(&self, queued: Vec<QueuedEvent>) -> Result<(), StoreError> {
        let (events, answers): (Vec<_>, Vec<_>) =
            queued.into_iter().map(|QueuedEvent { event, answer }| (event, answer)).unzip();
        let keys: Vec<Arc<EventKey>> = events.iter().map(|event| Arc::new(EventKey::of(event))).collect();
        let (predictions, outcome) = match self.score_and_commit(events, &keys).await {
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
    async fn score_and_commit(
        &self,
        events: Vec<Event>,
        keys: &[Arc<EventKey>],
    ) -> Result<HashMap<Arc<EventKey>, Prediction>, StoreError> {
        let mut predictions = self.stored_among(keys).await?;
        let mut new = Vec::with_capacity(events.len());
        let mut coming = HashSet::new();
        for (event, key) in events.into_iter().zip(keys) {
            if !predictions.contains_key(key) && coming.insert(key) {
                new.push((Arc::clone(key), event));
            }
        }
        if new.is_empty() {
            return Ok(predictions);
        }
        let threshold = self.policy.current().threshold;
        let pending = block_in_place(|| self.read().score(new, threshold, Timestamp::now()));
        self.commit(&pending.row).await?;
        let answers = pending.events.iter().map(ScoredEvent::prediction);
        predictions.extend(pending.keys.iter().cloned().zip(answers));
        self.bring_into_force(pending);
        Ok(predictions)
    }

    /// Returns the predictions of those events that are stored already.
    async fn stored_among(&self, keys: &[Arc<EventKey>]) -> Result<HashMap<Arc<EventKey>, Prediction>, StoreError> {
        let mut predictions = HashMap::new();
        let mut older = Vec::new();
        {
            let state = self.read();
            for key in keys.iter().filter(|key| state.may_be_stored(key)) {
                match state.recent().find(key) {
                    Some(stored) => drop(predictions.insert(Arc::clone(key), stored.scored.prediction())),
                    None => older.push(EventKey::clone(key)),
                }
            }
        }
        let stored = self.store.stored_among(&older).await?;
        let keyed = |stored: StoredEvent| (Arc::new(EventKey::of(&stored.scored.event)), stored.scored.prediction());
        predictions.extend(stored.into_iter().map(keyed));
        Ok(predictions)
    }

    /// Appends a row to the log. After a failure the database may hold it all the same, so it is asked.
    async fn commit(&self, row: &LogRow) -> Result<(), StoreError> {
        let Err(reason) = self.store.append(row).await else { return Ok(()) };
        match self.store.log_row(row.first).await? {
            None => Err(reason),
            Some(stored) if stored == *row => Ok(()),
            Some(_) => Err(StoreError::OutOfStep),
        }
    }

    /// Applies a commit to the engine state, and sends its events to the subscribers.
    fn bring_into_force(&self, pending: PendingCommit) {
        let first = pending.row.first;
        let events = self.state.write().unwrap_or_else(PoisonError::into_inner).apply(pending);
        self.commits.send(Arc::new(Committed { first, events })).ok(); // there may be no subscriber
    }

    fn read(&self) -> RwLockReadGuard<'_, EngineState> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }
}

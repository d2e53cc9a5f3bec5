//! The writer: scores events, appends them to the log, and answers their senders.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use shared::{event::Event, population::EPOCH, prediction::Prediction, scored_event::ScoredEvent};
use tokio::{
    sync::{broadcast, mpsc, oneshot, watch},
    task::block_in_place,
    time::{Interval, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{
    Committed, IngestError, Pipeline, QueuedEvent, Suspension, WriterLimits, checkpoints::Checkpoints,
    erasure::Erasure, suspension::Intake,
};
use crate::{
    alerts::AlertId,
    engine_state::{EngineState, KeyedEvent, PendingCommit},
    metrics::{Activity, Metrics, Stage},
    policy::LivePolicy,
    start::recover,
    store::{EventKey, Store, StoreError, StoredEvent},
};

/// Time between two looks at the disk.
const LOOK_PAUSE: Duration = Duration::from_secs(1);

/// Writes all events.
pub(super) struct Writer {
    pub(super) store: Arc<Store>,
    state: Arc<RwLock<EngineState>>,
    policy: LivePolicy,
    commits: broadcast::Sender<Arc<Committed>>,
    alerts_until: watch::Sender<u64>,
    pub(super) intake: Intake,
    pub(super) checkpoints: Checkpoints,
    metrics: Metrics,
    min_free_mb: u64,
}

impl Writer {
    /// Makes the writer of a pipeline.
    pub(super) fn new(store: Arc<Store>, pipeline: &Pipeline, policy: LivePolicy, limits: WriterLimits) -> Self {
        let Pipeline { state, commits, alerts_until, intake, metrics, .. } = pipeline.clone();
        let checkpoints = Checkpoints::new(Arc::clone(&store), Arc::clone(&state), limits);
        let min_free_mb = limits.min_free_mb;
        Self { store, state, policy, commits, alerts_until, intake, checkpoints, metrics, min_free_mb }
    }

    /// Writes events until the queue is closed and empty, then a last checkpoint.
    pub(super) async fn run(
        mut self,
        mut waiting: mpsc::Receiver<QueuedEvent>,
        mut to_erase: mpsc::Receiver<Erasure>,
        stop: CancellationToken,
    ) {
        let mut queued = Vec::new();
        let mut looks = looks();
        loop {
            let outcome = tokio::select! {
                received = waiting.recv_many(&mut queued, EPOCH) => match received {
                    0 => break,
                    _ => self.take(std::mem::take(&mut queued)).await,
                },
                Some(erasure) = to_erase.recv() => self.erase(erasure).await,
                outcome = self.checkpoints.next_step(), if self.intake.suspension().is_none() => outcome,
                _ = looks.tick() => self.look_after_disk().await,
                () = stop.cancelled(), if !waiting.is_closed() => {
                    waiting.close();
                    Ok(())
                }
            };
            if let Err(reason) = outcome {
                self.suspend(&reason);
            }
        }
        if self.intake.suspension().is_none()
            && let Err(reason) = self.checkpoints.finish().await
        {
            error!(%reason, "the last checkpoint was not written: the next start replays the log");
        }
    }

    /// Writes events, or refuses them while the intake is suspended.
    async fn take(&mut self, queued: Vec<QueuedEvent>) -> Result<(), StoreError> {
        if let Some(suspension) = self.intake.suspension() {
            refuse(queued.into_iter().map(|queued| queued.answer), &suspension);
            return Ok(());
        }
        self.write(queued).await?;
        match self.intake.suspension() {
            Some(_) => Ok(()), // the state holds what was not committed: it is read again, and not stored
            None => self.checkpoints.keep_up().await,
        }
    }

    /// Suspends the intake after a failure, until the database was opened again.
    fn suspend(&self, reason: &StoreError) {
        error!(%reason, "the database has failed; no events are taken until it was opened again");
        self.intake.set(Some(Suspension::of(reason)));
    }

    /// Suspends the intake while the disk is nearly full, and opens the database again after a failure.
    async fn look_after_disk(&mut self) -> Result<(), StoreError> {
        let Some(folder) = self.store.folder() else { return self.reopen_if_failed().await };
        let free = folder.free_bytes().unwrap_or(0);
        let low = Suspension::of_disk(free, self.min_free_mb);
        match (self.intake.suspension(), low) {
            (Some(Suspension::Failed(_)), Some(_)) => Ok(()),
            (Some(Suspension::Failed(_)), None) if block_in_place(|| folder.try_out()).is_err() => Ok(()),
            (Some(Suspension::Failed(_)), None) => self.reopen_if_failed().await,
            (before, low) => {
                match (&before, &low) {
                    (None, Some(suspension)) => warn!(%suspension, "no events are taken"),
                    (Some(_), None) => info!("events are taken again"),
                    _ => {}
                }
                self.intake.set(low);
                self.store.sync_witness()
            }
        }
    }

    /// Opens the database again after a failure, and reads from it which events it holds.
    async fn reopen_if_failed(&mut self) -> Result<(), StoreError> {
        if self.intake.suspension().is_none() {
            return Ok(());
        }
        self.checkpoints.abandon().await;
        self.store.reopen().await?;
        let model = Arc::clone(self.read().engine().model());
        let state = recover(&self.store, model).await?;
        info!(events = state.events(), "the database was opened again");
        *self.write_state() = state;
        self.intake.set(None);
        Ok(())
    }

    /// Scores events, commits them, brings them into force, and answers their senders.
    async fn write(&self, queued: Vec<QueuedEvent>) -> Result<(), StoreError> {
        let waits = queued.iter().map(|queued| (Stage::Queue, queued.since.elapsed()));
        self.metrics.record(Activity::default(), waits);
        let (mut events, answers): (Vec<_>, Vec<_>) =
            queued.into_iter().map(|QueuedEvent { event, answer, .. }| (event, answer)).unzip();
        self.read().spell_users(events.iter_mut());
        let keys: Vec<Arc<EventKey>> = events.iter().map(|event| Arc::new(EventKey::of(event))).collect();
        let predictions = match self.score_and_commit(events, &keys).await {
            Ok(predictions) => predictions,
            Err(reason) => {
                self.suspend(&reason);
                refuse(answers, &Suspension::of(&reason));
                return Ok(());
            }
        };
        for (key, answer) in keys.iter().zip(answers) {
            let prediction = predictions.get(key).cloned().expect("it was found or scored");
            answer.send(Ok(prediction)).ok(); // who has hung up needs no answer
        }
        Ok(())
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
        self.restore_profiles(&new).await?;
        let policy = self.policy.current();
        let started = Instant::now();
        let pending = block_in_place(|| self.write_state().score(new, &policy, Timestamp::now()));
        let scored = Instant::now();
        let raised = self.store.commit(&pending.row, &pending.findings).await?;
        let times = [(Stage::Detect, scored - started), (Stage::Commit, scored.elapsed())];
        self.record(&pending.events, raised.len() as u64, times);
        let answers = pending.events.iter().map(ScoredEvent::prediction);
        predictions.extend(pending.keys.iter().cloned().zip(answers));
        self.bring_into_force(pending, &raised);
        Ok(predictions)
    }

    /// Adds the events of a commit and the alerts that it raised to the measurements, and the times that its stages
    /// took.
    fn record(&self, events: &[ScoredEvent], alerts: u64, times: [(Stage, Duration); 2]) {
        let anomalies = events.iter().filter(|scored| scored.is_anomaly).count() as u64;
        let activity = Activity { predictions: events.len() as u64, anomalies, alerts, ..Activity::default() };
        self.metrics.record(activity, times);
    }

    /// Reads the evicted profiles of the events' users.
    async fn restore_profiles(&self, events: &[KeyedEvent]) -> Result<(), StoreError> {
        let evicted = self.read().evicted_among(events.iter().map(|(_, event)| &event.user));
        if !evicted.is_empty() {
            let profiles = self.store.profiles(&evicted).await?;
            self.write_state().restore(&profiles);
        }
        Ok(())
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

    /// Applies a commit to the engine state, sends its events to the subscribers, and tells those who wait for alerts.
    fn bring_into_force(&self, pending: PendingCommit, raised: &[AlertId]) {
        let first = pending.row.first;
        let events = self.write_state().apply(pending, raised);
        if !raised.is_empty() {
            self.alerts_until.send_replace(first + events.len() as u64);
        }
        self.commits.send(Arc::new(Committed { first, events })).ok(); // there may be no subscriber
    }

    fn read(&self) -> RwLockReadGuard<'_, EngineState> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write_state(&self) -> RwLockWriteGuard<'_, EngineState> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers senders that their events were not taken.
fn refuse(
    answers: impl IntoIterator<Item = oneshot::Sender<Result<Prediction, IngestError>>>,
    suspension: &Suspension,
) {
    for answer in answers {
        answer.send(Err(IngestError::Suspended(suspension.clone()))).ok(); // who has hung up needs no answer
    }
}

fn looks() -> Interval {
    let mut looks = interval(LOOK_PAUSE);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    looks
}

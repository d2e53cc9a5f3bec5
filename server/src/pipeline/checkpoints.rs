//! When checkpoints are written, and what becomes of them.

use std::{
    future::pending,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};

use tokio::{
    task::JoinHandle,
    time::{Instant, sleep_until},
};
use tracing::debug;

use super::WriterLimits;
use crate::{
    engine_state::EngineState,
    store::{Checkpoint, Store, StoreError},
};

/// Pause after a failure before the next checkpoint.
const RETRY_PAUSE: Duration = Duration::from_secs(10);
/// The number of checkpoints' events that may wait before the writer does.
const MOST_WAITING: u64 = 2;

/// When a checkpoint is due: whatever comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckpointLimits {
    /// The number of events since the one before.
    pub events: u64,
    /// The number of users who acted in them.
    pub users: usize,
    /// The time since the one before, if there were events.
    pub pause: Duration,
}

impl CheckpointLimits {
    /// The limits of the product: what they leave in the log is replayed within a second or two.
    pub const PRODUCT: Self = Self { events: 32_768, users: 8192, pause: Duration::from_mins(1) };
}

/// The checkpoints of one writer. At most one is being written at a time.
pub(super) struct Checkpoints {
    store: Arc<Store>,
    state: Arc<RwLock<EngineState>>,
    limits: CheckpointLimits,
    profile_bytes: usize,
    running: Option<CheckpointTask>,
    /// The time at which the next one is due at the latest.
    due: Instant,
    /// The time before which none is begun.
    not_before: Instant,
}

/// A checkpoint that is being written.
struct CheckpointTask {
    checkpoint: Arc<Checkpoint>,
    since: Instant,
    task: JoinHandle<Result<(), StoreError>>,
}

impl Checkpoints {
    pub(super) fn new(store: Arc<Store>, state: Arc<RwLock<EngineState>>, limits: WriterLimits) -> Self {
        let WriterLimits { checkpoints: limits, profile_bytes, .. } = limits;
        let now = Instant::now();
        Self { store, state, limits, profile_bytes, running: None, due: now + limits.pause, not_before: now }
    }

    /// Waits until a checkpoint ends or is due by the clock, and does what is to be done then.
    ///
    /// It may be dropped at any time.
    pub(super) async fn next_step(&mut self) -> Result<(), StoreError> {
        if self.running.is_some() {
            return self.end().await;
        }
        if self.read().unsaved_events() == 0 {
            return pending().await; // until a commit
        }
        sleep_until(self.due).await;
        self.begin();
        Ok(())
    }

    /// Begins a checkpoint if one is due by the number of events or users; waits while far too many events are unsaved.
    pub(super) async fn keep_up(&mut self) -> Result<(), StoreError> {
        let (events, users) = {
            let state = self.read();
            (state.unsaved_events(), state.unsaved_users())
        };
        let is_due = events >= self.limits.events || users >= self.limits.users;
        if is_due && self.running.is_some() && events >= MOST_WAITING * self.limits.events {
            self.end().await?;
        }
        if is_due && self.running.is_none() && Instant::now() >= self.not_before {
            self.begin();
        }
        Ok(())
    }

    /// Writes a last checkpoint.
    pub(super) async fn finish(&mut self) -> Result<(), StoreError> {
        self.end().await?;
        if self.read().unsaved_events() > 0 {
            self.begin();
            self.end().await?;
        }
        Ok(())
    }

    /// Waits for the checkpoint under way and forgets what became of it, since the state is read anew after a failure.
    pub(super) async fn abandon(&mut self) {
        if let Some(running) = self.running.take() {
            running.task.await.ok();
        }
        self.not_before = Instant::now() + RETRY_PAUSE;
        self.due = self.not_before;
    }

    fn begin(&mut self) {
        let checkpoint = Arc::new(self.write().begin_checkpoint());
        let (store, of_task) = (Arc::clone(&self.store), Arc::clone(&checkpoint));
        let task = tokio::spawn(async move { store.checkpoint(&of_task).await });
        self.running = Some(CheckpointTask { checkpoint, since: Instant::now(), task });
    }

    /// Waits until the running checkpoint, if there is one, has ended. It may be dropped at any time.
    async fn end(&mut self) -> Result<(), StoreError> {
        let Some(CheckpointTask { task, .. }) = &mut self.running else { return Ok(()) };
        let result = task.await;
        let Some(CheckpointTask { checkpoint, since, .. }) = self.running.take() else { return Ok(()) };
        result.unwrap_or_else(|panic| Err(StoreError::Panic(panic)))?;
        debug!(
            events = checkpoint.sequence,
            users = checkpoint.users.len(),
            ms = since.elapsed().as_millis(),
            "a checkpoint is written"
        );
        self.due = Instant::now() + self.limits.pause;
        self.write().end_checkpoint(&checkpoint, self.profile_bytes);
        Ok(())
    }

    fn read(&self) -> RwLockReadGuard<'_, EngineState> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, EngineState> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Background work: one owner starts every task under a name, tells it to stop, and waits for it.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, task::AbortHandle, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{Instrument as _, error, info_span, warn};

/// The owner of all background tasks. Its clones own the same tasks.
#[derive(Debug, Clone, Default)]
pub struct Jobs {
    tracker: TaskTracker,
    stop: CancellationToken,
    running: Arc<Mutex<Vec<Job>>>,
}

/// A task under way.
#[derive(Debug)]
struct Job {
    name: &'static str,
    handle: AbortHandle,
}

impl Jobs {
    /// Starts a task. The token that `work` gets is cancelled when the task is to finish.
    pub fn spawn<F>(&self, name: &'static str, work: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let task = tokio::spawn(work(self.stop.clone()).instrument(info_span!("job", job.name = name)));
        self.running().push(Job { name, handle: task.abort_handle() });
        let running = Arc::clone(&self.running);
        self.tracker.spawn(async move {
            if let Err(error) = task.await {
                error!(job.name = name, %error, "a job broke down");
            }
            lock(&running).retain(|job| !job.handle.is_finished());
        });
    }

    /// Tells every task to finish and waits for them, at most for `limit`. Returns the names of those that did not
    /// finish in time and were aborted.
    pub async fn stop(&self, limit: Duration) -> Vec<&'static str> {
        self.stop.cancel();
        self.tracker.close();
        if timeout(limit, self.tracker.wait()).await.is_ok() {
            return Vec::new();
        }
        let late: Vec<_> = self.running().iter().map(Job::abort).collect();
        self.tracker.wait().await; // an aborted task ends at its next pause
        late
    }

    fn running(&self) -> MutexGuard<'_, Vec<Job>> {
        lock(&self.running)
    }
}

impl Job {
    fn abort(&self) -> &'static str {
        warn!(job.name = self.name, "a job did not finish in time and is aborted");
        self.handle.abort();
        self.name
    }
}

fn lock(running: &Mutex<Vec<Job>>) -> MutexGuard<'_, Vec<Job>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How far a job is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Steps done.
    pub done: u64,
    /// Steps in all.
    pub total: u64,
}

/// The progress of a job, written by the job and read by whoever shows it. Its clones share one progress.
#[derive(Debug, Clone, Default)]
pub struct SharedProgress(Arc<watch::Sender<Progress>>);

impl SharedProgress {
    /// Says how far the job is.
    pub fn set(&self, progress: Progress) {
        self.0.send_replace(progress);
    }

    /// Returns how far the job is while steps are left; none before the job and after it.
    pub fn unfinished(&self) -> Option<Progress> {
        Some(*self.0.borrow()).filter(|progress| progress.done < progress.total)
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn a_job_is_told_to_stop_and_waited_for() {
        let (jobs, (ended, has_ended)) = (Jobs::default(), oneshot::channel());
        jobs.spawn("obedient", |stop| async move {
            stop.cancelled().await;
            ended.send(()).ok();
        });
        assert_eq!(jobs.stop(LONG).await, [""; 0]);
        assert_eq!(has_ended.await, Ok(()));
    }

    #[tokio::test]
    async fn a_job_that_does_not_stop_is_named_and_aborted() {
        let jobs = Jobs::default();
        jobs.spawn("obedient", CancellationToken::cancelled_owned);
        jobs.spawn("stubborn", |_| std::future::pending());
        assert_eq!(jobs.stop(Duration::from_millis(50)).await, ["stubborn"]);
    }

    #[tokio::test]
    async fn a_job_that_breaks_down_holds_nothing_up() {
        let jobs = Jobs::default();
        jobs.spawn("broken", |_| async { panic!("as a test") });
        assert_eq!(jobs.stop(LONG).await, [""; 0]);
    }

    #[test]
    fn progress_is_shown_while_steps_are_left() {
        let progress = SharedProgress::default();
        assert_eq!(progress.unfinished(), None, "not begun");
        let half = Progress { done: 1, total: 2 };
        progress.clone().set(half);
        assert_eq!(progress.unfinished(), Some(half));
        progress.set(Progress { done: 2, total: 2 });
        assert_eq!(progress.unfinished(), None, "finished");
    }
}

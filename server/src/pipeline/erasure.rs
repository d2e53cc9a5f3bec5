//! Erasing a user, between two commits.

use shared::event::UserId;
use tokio::sync::oneshot;
use tracing::error;

use super::{IngestError, Pipeline, Suspension, writer::Writer};
use crate::{audit::AuditEntry, store::StoreError};

/// A user who is to be erased.
pub(super) struct Erasure {
    user: UserId,
    act: AuditEntry,
    /// Gets the number of events that were erased.
    answer: oneshot::Sender<Result<u64, IngestError>>,
}

impl Pipeline {
    /// Erases a user from the state and from the database. Returns the number of the user's events.
    ///
    /// The act is stored with it, without the user.
    ///
    /// # Errors
    ///
    /// Fails where no events are taken. Then the user may be erased or not.
    pub async fn erase(&self, user: UserId, act: AuditEntry) -> Result<u64, IngestError> {
        let (answer, answered) = oneshot::channel();
        self.erasures.send(Erasure { user, act, answer }).await.map_err(|_| self.not_answered())?;
        answered.await.unwrap_or_else(|_| Err(self.not_answered()))
    }
}

impl Writer {
    /// Erases a user, after a checkpoint: then nothing of the user is in the log alone.
    pub(super) async fn erase(&mut self, Erasure { user, act, answer }: Erasure) -> Result<(), StoreError> {
        if let Some(suspension) = self.intake.suspension() {
            answer.send(Err(IngestError::Suspended(suspension))).ok(); // who has hung up needs no answer
            return Ok(());
        }
        let outcome = self.erase_stored(&user, &act).await;
        let told = outcome.as_ref().copied().map_err(|reason| IngestError::Suspended(Suspension::of(reason)));
        answer.send(told).ok();
        outcome.map(drop).inspect_err(|reason| error!(%reason, "a user was not erased"))
    }

    async fn erase_stored(&mut self, user: &UserId, act: &AuditEntry) -> Result<u64, StoreError> {
        self.checkpoints.finish().await?;
        let notices = self.write_state().forget(user);
        self.store.erase(user, &notices, act).await
    }
}

//! Whether the database still holds the events that were acknowledged.

use tokio::task::block_in_place;
use tracing::{error, warn};
use xxhash_rust::xxh3::xxh3_64;

use super::{Loss, Store, StoreError, kept_files::KeptFiles, lock, witness::LastCommit};

impl Store {
    /// Notes a commit whose events are acknowledged next: the numbers of its first event and of the first one after it,
    /// and its row.
    pub(super) fn note_commit(&self, first: u64, next: u64, row: &[u8]) -> Result<(), StoreError> {
        let Some(witness) = &self.witness else { return Ok(()) };
        lock(witness).note(LastCommit { first, next, hash: xxh3_64(row) }).map_err(StoreError::Witness)
    }

    /// Writes the notes of commits to the disk, which a failure of the power would take otherwise.
    pub fn sync_witness(&self) -> Result<(), StoreError> {
        let Some(witness) = &self.witness else { return Ok(()) };
        block_in_place(|| lock(witness).sync()).map_err(StoreError::Witness)
    }

    /// Confirms that a state of so many events is that of all acknowledged ones.
    ///
    /// # Errors
    ///
    /// Fails if it is not, unless the database was opened to accept that.
    pub async fn confirm(&self, events: u64) -> Result<(), StoreError> {
        let Err(reason) = self.compare(events).await else {
            if let Some(kept) = lock(&self.kept).take() {
                kept.forget();
            }
            return Ok(());
        };
        let reason = self.keep_files(reason);
        if !self.accepts_loss {
            return Err(reason);
        }
        warn!(%reason, "the loss is accepted");
        self.start_witness_at(events)
    }

    /// Compares the last commit with that of a log of so many events.
    pub(super) async fn compare(&self, events: u64) -> Result<(), StoreError> {
        let LastCommit { first, next, hash } = self.last_commit();
        if next > events {
            return Err(Loss::Shorter { found: events, acknowledged: next }.into());
        }
        match self.log_body(first).await? {
            Some(body) if first < next && xxh3_64(&body) != hash => Err(Loss::Others { first }.into()),
            _ => Ok(()),
        }
    }

    fn start_witness_at(&self, events: u64) -> Result<(), StoreError> {
        let Some(witness) = &self.witness else { return Ok(()) };
        lock(witness).restart(LastCommit { first: events, next: events, hash: 0 }).map_err(StoreError::Witness)
    }

    /// Returns the last commit that was acknowledged.
    pub(super) fn last_commit(&self) -> LastCommit {
        self.witness.as_ref().map(|witness| lock(witness).last()).unwrap_or_default()
    }

    /// Keeps the files as they were before the start, since it fails. Returns why, with their folder.
    pub fn keep_files(&self, reason: StoreError) -> StoreError {
        let Some(folder) = lock(&self.kept).take().map(KeptFiles::keep) else { return reason };
        match reason {
            StoreError::Lost { loss, .. } => StoreError::Lost { loss, kept: Some(folder) },
            other => {
                error!(folder = %folder.display(), "the files of the database as they were before the start are kept");
                other
            }
        }
    }
}

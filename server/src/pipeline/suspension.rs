//! Whether events are taken, and why not.

use std::sync::Arc;

use tokio::sync::watch;

use crate::store::StoreError;

/// Bytes of a megabyte, as disks count them.
const MB: u64 = 1_000_000;

/// Why no events are taken at the moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Suspension {
    /// The disk is nearly full.
    #[error("the disk of the database has {free_mb} MB left, and {least_mb} MB (UBA_MIN_FREE_MB) are kept free")]
    LowDisk {
        /// Free megabytes.
        free_mb: u64,
        /// The number of megabytes that are to stay free.
        least_mb: u64,
    },
    /// The database has failed to write, and is opened again as soon as its disk takes files.
    #[error("the database has failed: {0}")]
    Failed(&'static str),
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

impl Suspension {
    /// Returns the suspension by a failure of the database, told without paths.
    pub(super) fn of(error: &StoreError) -> Self {
        const CAUSES: [(&str, &str); 5] = [
            ("No space left", "the disk is full"),
            ("File too large", "the disk takes no more of a file"),
            ("Too many open files", "no file can be opened any more"),
            ("Read-only file system", "the disk takes no writes"),
            ("Seen error", "the disk has refused an earlier write"),
        ];
        if matches!(error, StoreError::Lost { .. }) {
            return Self::Failed("events that were acknowledged are missing; the server's log says which");
        }
        let text = error.to_string();
        let cause = CAUSES.into_iter().find(|(sign, _)| text.contains(sign));
        Self::Failed(cause.map_or("the server's log says why", |(_, cause)| cause))
    }

    /// Returns the suspension by a disk that has fewer free bytes than are to stay free, if it has.
    pub(super) fn of_disk(free: u64, least_mb: u64) -> Option<Self> {
        (free < least_mb * MB).then_some(Self::LowDisk { free_mb: free / MB, least_mb })
    }
}

/// Whether events are taken, written by the writer and read by everybody.
#[derive(Debug, Clone, Default)]
pub(super) struct Intake(Arc<watch::Sender<Option<Suspension>>>);

impl Intake {
    /// Returns why no events are taken, unless they are.
    pub(super) fn suspension(&self) -> Option<Suspension> {
        self.0.borrow().clone()
    }

    /// Suspends the intake, or ends its suspension.
    pub(super) fn set(&self, suspension: Option<Suspension>) {
        self.0.send_replace(suspension);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_low_below_what_is_to_stay_free() {
        assert_eq!(Suspension::of_disk(256 * MB, 256), None);
        let low = Suspension::of_disk(255 * MB, 256).expect("a megabyte is missing");
        assert!(low.to_string().contains("255 MB left, and 256 MB (UBA_MIN_FREE_MB)"), "{low}");
        assert_eq!(Suspension::of_disk(0, 0), None);
    }

    #[test]
    fn a_failure_is_told_by_its_cause() {
        let failure = |text: &'static str| Suspension::of(&StoreError::Open(anyhow::anyhow!(text))).to_string();
        assert!(failure("IO error: No space left on device: While appending to file").ends_with("the disk is full"));
        assert!(failure("something else").ends_with("the server's log says why"));
    }
}

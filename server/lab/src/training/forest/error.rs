//! Why no forest was grown.

use shared::forest::InvalidForest;
use smartcore::error::Failed;

/// Why no forest was grown.
#[derive(Debug, thiserror::Error)]
pub enum GrowError {
    /// There are too few attacked users, or no benign rows.
    #[error("a forest learns from attacks on at least two users and from benign rows, and there are too few")]
    OneClass,
    /// The trainer refused the rows or the parameters.
    #[error("cannot grow a forest: {0}")]
    Trainer(String),
    /// The grown trees cannot be laid out as a [`Forest`](shared::forest::Forest).
    #[error("cannot lay out the forest: {0}")]
    Layout(#[from] InvalidForest),
}

impl From<Failed> for GrowError {
    fn from(failed: Failed) -> Self {
        Self::Trainer(failed.to_string())
    }
}

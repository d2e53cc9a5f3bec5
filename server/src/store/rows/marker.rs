//! The contributions of an unfinished epoch, as the table `marker` holds them.

use shared::population::Contribution;

use super::{UnreadableRow, decoded, opened, sealed};

const VERSION: u8 = 1;

/// Encodes the contributions of an unfinished epoch.
pub(in crate::store) fn pack_pending(pending: &[Contribution]) -> Vec<u8> {
    sealed(VERSION, &pending)
}

/// Decodes the contributions of an unfinished epoch.
pub(in crate::store) fn unpack_pending(body: &[u8]) -> Result<Vec<Contribution>, UnreadableRow> {
    let (_, content) = opened(body, VERSION)?;
    decoded(content)
}

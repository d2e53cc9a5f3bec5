//! The content of a row of the table `alert_evidence`: postcard, compressed by LZ4.

use serde::{Deserialize, Serialize};

use super::{UnreadableRow, compressed, decoded, decompressed};
use crate::alerts::StateBefore;

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct StateBeforeV1<'a> {
    profile: &'a [u8],
    population: &'a [u8],
}

/// Encodes the state before an event.
pub(in crate::store) fn pack_state_before(StateBefore { profile, population }: &StateBefore) -> Vec<u8> {
    compressed(VERSION, &StateBeforeV1 { profile, population })
}

/// Decodes the state before an event.
pub(in crate::store) fn unpack_state_before(body: &[u8]) -> Result<StateBefore, UnreadableRow> {
    let (_, plain) = decompressed(body, VERSION)?;
    let StateBeforeV1 { profile, population } = decoded(&plain)?;
    Ok(StateBefore { profile: profile.to_vec(), population: population.to_vec() })
}

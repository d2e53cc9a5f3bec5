//! The counts of an hour, as the table `rollup` holds them.

use serde::{Deserialize, Serialize};

use super::{UnreadableRow, decoded, opened, sealed};
use crate::rollups::{Counts, HourCounts, Kind};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct HourV1<'a> {
    /// Kind, value, events, anomalies.
    #[serde(borrow)]
    counts: Vec<(KindV1, &'a str, u64, u64)>,
}

#[derive(Serialize, Deserialize)]
enum KindV1 {
    Action,
    Device,
    Place,
    Severity,
    Score,
}

/// Encodes the counts of an hour.
pub(in crate::store) fn pack_hour(hour: &HourCounts) -> Vec<u8> {
    let counts = hour.iter().map(|(kind, value, counts)| {
        let kind = match kind {
            Kind::Action => KindV1::Action,
            Kind::Device => KindV1::Device,
            Kind::Place => KindV1::Place,
            Kind::Severity => KindV1::Severity,
            Kind::Score => KindV1::Score,
        };
        (kind, value, counts.events, counts.anomalies)
    });
    sealed(VERSION, &HourV1 { counts: counts.collect() })
}

/// Decodes the counts of an hour.
pub(in crate::store) fn unpack_hour(body: &[u8]) -> Result<HourCounts, UnreadableRow> {
    let (_, content) = opened(body, VERSION)?;
    let HourV1 { counts } = decoded(content)?;
    let counts = counts.into_iter().map(|(kind, value, events, anomalies)| {
        let kind = match kind {
            KindV1::Action => Kind::Action,
            KindV1::Device => Kind::Device,
            KindV1::Place => Kind::Place,
            KindV1::Severity => Kind::Severity,
            KindV1::Score => Kind::Score,
        };
        (kind, value.into(), Counts { events, anomalies })
    });
    Ok(counts.collect())
}

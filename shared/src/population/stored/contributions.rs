//! The stored form of contributions.
//!
//! The types with a version never change: a change of the contribution's own types needs new ones beside them.

use serde::{Deserialize, Serialize};

use super::{UnreadablePopulation, body, exactly};
use crate::{
    families::{FAMILIES, FLAT, SLOTS},
    population::Contribution,
    profile::{ClosedDay, DayScores, FirstOfDay},
    signals::PerSignal,
    value::Value,
    values::{Path, Paths},
};

/// Returns the stored form of contributions, which [`contributions_from_bytes`] reads back exactly.
pub fn contributions_to_bytes(contributions: &[Contribution]) -> Vec<u8> {
    postcard::to_extend(&contributions.iter().map(ContributionV2::from).collect::<Vec<_>>(), vec![VERSION])
        .expect("stored types are plain data")
}

/// Reads contributions from their stored form.
///
/// # Errors
///
/// Returns [`UnreadablePopulation`] if the bytes have another version or are no contributions.
pub fn contributions_from_bytes(bytes: &[u8]) -> Result<Vec<Contribution>, UnreadablePopulation> {
    let read: Option<_> = match bytes.split_first() {
        Some((&VERSION, body)) => exactly::<Vec<ContributionV2>>(body)
            .and_then(|stored| stored.into_iter().map(ContributionV2::read).collect()),
        _ => body::<Vec<ContributionV1>>(bytes)?.into_iter().map(ContributionV1::read).collect(),
    };
    read.ok_or(UnreadablePopulation::Damaged)
}

/// The version of the format that is written. Version 1 is read too.
const VERSION: u8 = 2;

/// Version 2 of a stored contribution.
#[derive(Debug, Serialize, Deserialize)]
struct ContributionV2 {
    first: ContributionV1,
    /// The families that were adopted, the lowest bit for the first one.
    adopted: u32,
    is_first_of_week: bool,
}

impl From<&Contribution> for ContributionV2 {
    fn from(contribution: &Contribution) -> Self {
        let FirstOfDay { adopted, is_first_of_week, .. } = contribution.first_of_day;
        let adopted = adopted.iter().rev().fold(0, |bits, is_adopted| bits << 1 | u32::from(*is_adopted));
        Self { first: contribution.into(), adopted, is_first_of_week }
    }
}

impl ContributionV2 {
    fn read(self) -> Option<Contribution> {
        let mut contribution = self.first.read()?;
        contribution.first_of_day.adopted = std::array::from_fn(|family| self.adopted >> family & 1 == 1);
        contribution.first_of_day.is_first_of_week = self.is_first_of_week;
        Some(contribution)
    }
}

/// Version 1 of a stored contribution.
#[derive(Debug, Serialize, Deserialize)]
struct ContributionV1 {
    second: i64,
    peer_group: Option<HashV1>,
    values: [Option<ValueV1>; 10],
    /// The nodes of each path, without any if the event has none.
    paths: [Vec<HashV1>; 2],
    closed_day: Option<ClosedDayV1>,
}

#[derive(Debug, Serialize, Deserialize)]
enum ValueV1 {
    Slot(u16),
    Name(u64),
}

#[derive(Debug, Serialize, Deserialize)]
struct ClosedDayV1 {
    identity: f64,
    totals: [f64; 2],
    is_known: bool,
    maxima: [f32; 5],
    evidence: f32,
}

/// A hash, as eight bytes: nearly all hashes would take more as a number of variable length.
type HashV1 = [u8; 8];

impl From<&Contribution> for ContributionV1 {
    fn from(contribution: &Contribution) -> Self {
        let FirstOfDay { values, paths, .. } = &contribution.first_of_day;
        let nodes = |path: &Option<Path>| {
            let nodes = path.iter().flat_map(Path::nodes);
            nodes.map(|node| node.to_le_bytes()).collect()
        };
        Self {
            second: contribution.second,
            peer_group: contribution.peer_group.map(u64::to_le_bytes),
            values: values.map(|value| value.map(ValueV1::from)),
            paths: paths.0.each_ref().map(nodes),
            closed_day: contribution.closed_day.map(ClosedDayV1::from),
        }
    }
}

impl ContributionV1 {
    fn read(self) -> Option<Contribution> {
        let mut paths = Paths::default();
        for (path, nodes) in paths.0.iter_mut().zip(&self.paths) {
            let nodes: Vec<u64> = nodes.iter().map(|node| u64::from_le_bytes(*node)).collect();
            if !nodes.is_empty() {
                *path = Some(Path::from_nodes(&nodes)?);
            }
        }
        let mut values = [None; FLAT];
        for (value, stored) in values.iter_mut().zip(self.values) {
            if let Some(stored) = stored {
                *value = Some(stored.read()?);
            }
        }
        Some(Contribution {
            second: self.second,
            peer_group: self.peer_group.map(u64::from_le_bytes),
            first_of_day: FirstOfDay { values, paths, adopted: [false; FAMILIES], is_first_of_week: false },
            closed_day: self.closed_day.map(ClosedDayV1::read),
        })
    }
}

impl From<Value> for ValueV1 {
    fn from(value: Value) -> Self {
        match value {
            Value::Slot(slot) => Self::Slot(slot),
            Value::Name(name) => Self::Name(name),
        }
    }
}

impl ValueV1 {
    fn read(self) -> Option<Value> {
        match self {
            Self::Slot(slot) => (usize::from(slot) < SLOTS).then_some(Value::Slot(slot)),
            Self::Name(name) => Some(Value::Name(name)),
        }
    }
}

impl From<(ClosedDay, DayScores)> for ClosedDayV1 {
    fn from((day, scores): (ClosedDay, DayScores)) -> Self {
        Self {
            identity: day.identity,
            totals: day.totals,
            is_known: day.is_known,
            maxima: scores.maxima.0,
            evidence: scores.evidence,
        }
    }
}

impl ClosedDayV1 {
    fn read(self) -> (ClosedDay, DayScores) {
        let Self { identity, totals, is_known, maxima, evidence } = self;
        (ClosedDay { identity, totals, is_known }, DayScores { maxima: PerSignal(maxima), evidence })
    }
}

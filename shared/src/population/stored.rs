//! The stored form of a population and of contributions: a byte for the version, then types of this module in postcard.
//!
//! A population is stored in parts ([`PartId`]), so that only those that changed are written. The bytes of a part depend
//! only on what it counts.

mod contributions;
mod v1;

pub use contributions::{contributions_from_bytes, contributions_to_bytes};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use self::v1::{AdoptionsV1, CoreV1, NodesV1, PeersV1};
use super::{
    Core, PartId, Population,
    adoptions::Adoptions,
    part_id::{PartKind, PartSet},
};

/// The version of the format that is written; bytes of another version are refused.
const VERSION: u8 = 1;

/// Why a part of a stored population cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("of the stored population, {part} cannot be read: {reason}")]
pub struct UnreadablePart {
    /// The part.
    pub part: PartId,
    /// Why it cannot be read.
    #[source]
    pub reason: UnreadablePopulation,
}

/// Why stored counts or contributions cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnreadablePopulation {
    /// The bytes were written by another version of the program.
    #[error("the bytes have version {0}, this program reads {VERSION}")]
    Version(u8),
    /// The bytes are not what was once written.
    #[error("the bytes are damaged")]
    Damaged,
}

impl Population {
    /// Returns the stored forms of the parts that changed since [`Population::mark_stored`] was last called, in their
    /// order; each is made when the iterator comes to it.
    pub fn changed_parts(&self) -> impl Iterator<Item = (PartId, Vec<u8>)> {
        self.changed.iter().map(|part| (part, self.part_to_bytes(part)))
    }

    /// Takes all parts as stored.
    pub fn mark_stored(&mut self) {
        self.changed = PartSet::default();
    }

    /// Takes these parts as changed, since they could not be stored.
    pub fn mark_changed(&mut self, parts: impl IntoIterator<Item = PartId>) {
        parts.into_iter().for_each(|part| self.changed.insert(part));
    }

    /// Makes a population of the stored forms of its parts, in any order; a part that is missing is empty.
    ///
    /// # Errors
    ///
    /// Returns [`UnreadablePart`] for the first part that cannot be read.
    pub fn from_parts<Bytes: AsRef<[u8]>>(
        parts: impl IntoIterator<Item = (PartId, Bytes)>,
    ) -> Result<Self, UnreadablePart> {
        let mut population = Self::default();
        for (part, bytes) in parts {
            let read = population.read_part(part, bytes.as_ref());
            read.map_err(|reason| UnreadablePart { part, reason })?;
        }
        Ok(population)
    }

    /// Returns the population as bytes that [`Population::from_bytes`] reads back exactly: the stored forms of the parts
    /// that are not empty, each after its index.
    pub fn to_bytes(&self) -> Vec<u8> {
        let filled = PartId::all().filter(|part| !self.is_empty(*part));
        let parts: Vec<(usize, Vec<u8>)> = filled.map(|part| (part.index(), self.part_to_bytes(part))).collect();
        postcard::to_stdvec(&parts).expect("parts are plain data")
    }

    /// Reads the bytes of a population; none if they are none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let parts: Vec<(usize, &[u8])> = exactly(bytes)?;
        let parts: Option<Vec<_>> =
            parts.into_iter().map(|(index, bytes)| Some((PartId::from_index(index)?, bytes))).collect();
        Self::from_parts(parts?).ok()
    }

    fn is_empty(&self, part: PartId) -> bool {
        match part.kind() {
            PartKind::Core => self.core == Core::default(),
            PartKind::Adoptions => self.adoptions == Adoptions::default(),
            PartKind::Nodes(number) => self.nodes.part(number).is_empty(),
            PartKind::Peers(number) => self.peers.part(number).is_empty(),
        }
    }

    fn part_to_bytes(&self, part: PartId) -> Vec<u8> {
        match part.kind() {
            PartKind::Core => versioned(&CoreV1::from(&self.core)),
            PartKind::Adoptions => versioned(&AdoptionsV1::from(&self.adoptions)),
            PartKind::Nodes(number) => versioned(&NodesV1::of(self.nodes.part(number))),
            PartKind::Peers(number) => versioned(&PeersV1::of(self.peers.part(number))),
        }
    }

    fn read_part(&mut self, part: PartId, bytes: &[u8]) -> Result<(), UnreadablePopulation> {
        let read = match part.kind() {
            PartKind::Core => body::<CoreV1>(bytes)?.read().map(|core| self.core = core),
            PartKind::Adoptions => body::<AdoptionsV1>(bytes)?.read().map(|adoptions| self.adoptions = adoptions),
            PartKind::Nodes(number) => body::<NodesV1>(bytes)?.read(number, &mut self.nodes),
            PartKind::Peers(number) => body::<PeersV1>(bytes)?.read(number, &mut self.peers),
        };
        read.ok_or(UnreadablePopulation::Damaged)
    }
}

/// Returns the stored form of a value: the version, then the value.
fn versioned(value: &impl Serialize) -> Vec<u8> {
    postcard::to_extend(value, vec![VERSION]).expect("stored types are plain data")
}

/// Reads the value after the version.
fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, UnreadablePopulation> {
    match bytes.split_first() {
        Some((&VERSION, body)) => exactly(body).ok_or(UnreadablePopulation::Damaged),
        Some((&other, _)) => Err(UnreadablePopulation::Version(other)),
        None => Err(UnreadablePopulation::Damaged),
    }
}

/// Reads a value that takes all of the bytes.
fn exactly<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Option<T> {
    let (value, rest) = postcard::take_from_bytes(bytes).ok()?;
    rest.is_empty().then_some(value)
}

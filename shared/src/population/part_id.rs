//! The parts that a population is stored in.

use std::fmt;

use super::{path_nodes::NODE_PARTS, peer_groups::PEER_PARTS};

/// A part of a stored population: the counts of the organisation, one of 64 parts of the nodes of the trees, one of 16
/// parts of the peer groups, or the values that users took up lately.
///
/// Its index is stable, so it can be the key of a stored row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartId(u8);

/// What a part holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartKind {
    /// Everything but nodes and peer groups.
    Core,
    /// The values that users took up lately.
    Adoptions,
    /// The nodes of the part with this number.
    Nodes(usize),
    /// The peer groups of the part with this number.
    Peers(usize),
}

impl PartId {
    /// The number of parts.
    pub const COUNT: usize = FIRST_PEERS + PEER_PARTS + 1;
    /// The part of the counts of the organisation.
    pub(super) const CORE: Self = Self(0);
    /// The part of the values that users took up lately.
    #[expect(clippy::cast_possible_truncation, reason = "there are few parts")]
    pub(super) const ADOPTIONS: Self = Self((Self::COUNT - 1) as u8);

    /// Returns every part, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).filter_map(Self::from_index)
    }

    /// Returns the part with an index; none if the index is not below [`PartId::COUNT`].
    pub fn from_index(index: usize) -> Option<Self> {
        u8::try_from(index).ok().filter(|_| index < Self::COUNT).map(Self)
    }

    /// Returns the index of the part.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Returns the part of the nodes with this number, below 64.
    pub(super) fn of_nodes(number: usize) -> Self {
        Self::from_index(FIRST_NODES + number).expect("there are 64 parts of nodes")
    }

    /// Returns the part of the peer groups with this number, below 16.
    pub(super) fn of_peers(number: usize) -> Self {
        Self::from_index(FIRST_PEERS + number).expect("there are 16 parts of peer groups")
    }

    pub(super) fn kind(self) -> PartKind {
        match self.index() {
            0 => PartKind::Core,
            index if index < FIRST_PEERS => PartKind::Nodes(index - FIRST_NODES),
            index if index < FIRST_PEERS + PEER_PARTS => PartKind::Peers(index - FIRST_PEERS),
            _ => PartKind::Adoptions,
        }
    }
}

const FIRST_NODES: usize = 1;
const FIRST_PEERS: usize = FIRST_NODES + NODE_PARTS;

impl fmt::Display for PartId {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self.kind() {
            PartKind::Core => formatter.write_str("the counts of the organisation"),
            PartKind::Adoptions => formatter.write_str("the values that users took up lately"),
            PartKind::Nodes(number) => write!(formatter, "part {number} of the nodes"),
            PartKind::Peers(number) => write!(formatter, "part {number} of the peer groups"),
        }
    }
}

/// A set of parts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PartSet(u128);

impl PartSet {
    pub(super) fn insert(&mut self, part: PartId) {
        self.0 |= 1 << part.0;
    }

    pub(super) fn iter(self) -> impl Iterator<Item = PartId> {
        PartId::all().filter(move |part| self.0 & (1 << part.0) != 0)
    }
}

//! The parts of an event that are compared with earlier events: one value per flat family, and one path per tree.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::{
    event::Event,
    families::{FLAT, Family, LEVELS, Moment, TREES, Tree},
    hash::{Hasher, hash},
    value::Value,
};

/// The values of one event, in the order of the flat families; none where the event lacks the field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Values(pub [Option<Value>; FLAT]);

impl Values {
    /// Returns the values of an event, given the user's event before it.
    pub fn of(moment: &Moment) -> Self {
        Self(Family::ALL_FLAT.map(|family| family.value(moment)))
    }

    /// Returns the value of a flat `family`.
    pub fn get(&self, family: Family) -> Option<Value> {
        self.0.get(family.index()).copied().flatten()
    }
}

/// The seed of the hashes of paths; every other kind of hash has another seed.
const PATH_SEED: u64 = 1;

/// The paths of an event, by tree; none where the event lacks the resource or the address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Paths(pub [Option<Path>; TREES]);

impl Paths {
    /// Returns the paths of an event.
    pub fn of(event: &Event) -> Self {
        Self([event.resource.as_deref().map(Path::of), event.address.map(Path::of_address)])
    }

    /// Returns the path through a tree.
    pub fn get(&self, tree: Tree) -> Option<&Path> {
        self.0[tree.index()].as_ref()
    }
}

/// A path down a tree, of 1 to 4 nodes; each node is the hash of the path's prefix up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    nodes: [u64; LEVELS],
    length: u8,
}

impl Path {
    /// Returns the path of a resource: its name's first three parts, separated by `/`, and the rest.
    pub fn of(resource: &str) -> Self {
        let mut path = Self { nodes: [0; LEVELS], length: 0 };
        let ends = resource.match_indices('/').map(|(end, _)| end).take(LEVELS - 1).chain([resource.len()]);
        for (level, end) in ends.enumerate() {
            path.nodes[level] = hash(&resource[..end], PATH_SEED);
            path.length += 1;
        }
        path
    }

    /// Returns the path of an address: its /16 and /24 networks (/32 and /48 of IPv6), and the address itself.
    #[expect(clippy::cast_possible_truncation, reason = "both halves are hashed")]
    pub fn of_address(address: IpAddr) -> Self {
        let mut path = Self { nodes: [0; LEVELS], length: 0 };
        let bits = match address.to_canonical() {
            IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
            IpAddr::V6(address) => address.to_bits(),
        };
        for (level, prefix) in network_prefixes(address).into_iter().enumerate() {
            let mut hasher = Hasher::default();
            let network = bits >> (128 - prefix);
            hasher.number(u64::from(prefix));
            hasher.number((network >> 64) as u64);
            hasher.number(network as u64);
            path.nodes[level] = hasher.finish();
            path.length += 1;
        }
        path
    }

    /// Returns the path with these nodes; none if they are none or too many.
    pub(crate) fn from_nodes(nodes: &[u64]) -> Option<Self> {
        let length = u8::try_from(nodes.len()).ok().filter(|length| *length > 0)?;
        let mut path = Self { nodes: [0; LEVELS], length };
        path.nodes.get_mut(..nodes.len())?.copy_from_slice(nodes);
        Some(path)
    }

    /// Returns the nodes, from the first level down; there is at least one.
    pub fn nodes(&self) -> &[u64] {
        &self.nodes[..usize::from(self.length)]
    }

    /// Returns the low 32 bits of the first node, under which the first path part is counted as a peer group.
    pub fn project(&self) -> u64 {
        self.nodes[0] & u64::from(u32::MAX)
    }

    /// Returns the last node: the whole resource or address.
    pub fn leaf(&self) -> u64 {
        self.nodes[usize::from(self.length) - 1]
    }
}

/// Returns the lengths of the prefixes that are the networks of an address, in bits, from the large one to the address.
pub(crate) fn network_prefixes(address: IpAddr) -> [u8; 3] {
    if address.to_canonical().is_ipv4() { [16, 24, 32] } else { [32, 48, 128] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_its_first_three_parts_and_the_rest() {
        let path = Path::of("p01/src/net/tcp/socket.rs");
        let prefixes = ["p01", "p01/src", "p01/src/net", "p01/src/net/tcp/socket.rs"];
        let expected = prefixes.map(|prefix| hash(prefix, PATH_SEED));
        assert_eq!(path.nodes(), expected);
        assert_eq!(Path::of("p01").nodes(), &expected[..1]);
        assert_eq!((path.project(), path.leaf()), (expected[0] & 0xffff_ffff, expected[3]));
    }
}

//! The trees, whose levels are families.

use super::{Family, TREES};

/// A hierarchy of nodes; its discriminant is its index in every array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tree {
    /// Resources, by the parts of their paths.
    Resource,
    /// Addresses, by their networks.
    Network,
}

impl Tree {
    /// Every tree, in order.
    pub const ALL: [Self; TREES] = [Self::Resource, Self::Network];

    /// Returns the tree's index in every array.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Returns the family of the first level; those of the next ones follow it.
    pub const fn first_family(self) -> Family {
        match self {
            Self::Resource => Family::Project,
            Self::Network => Family::Network,
        }
    }

    /// Returns the families of the levels, from the first level down.
    pub fn families(self) -> &'static [Family] {
        let first = self.first_family().index();
        match self {
            Self::Resource => &Family::ALL[first..Family::Network.index()],
            Self::Network => &Family::ALL[first..],
        }
    }

    /// Returns the number of nodes of the first level that the uniform prior assumes.
    pub const fn nominal_values(self) -> f64 {
        match self {
            Self::Resource => 9.0,
            Self::Network => 40.0,
        }
    }
}

//! The key of one value of a flat family, under which profiles and the population count it.

use serde::{Deserialize, Serialize};

/// A value of a flat family (see [`families`](crate::families)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Value {
    /// A class of a family with few classes; the number is unique among the classes of all such families.
    Slot(u16),
    /// A name of an open family, such as a place: its hash, with the family's number in the bits above.
    Name(u64),
}

impl Value {
    /// Returns the number under which a profile counts the value; no two families share one.
    pub fn key(self) -> u64 {
        match self {
            Self::Slot(slot) => u64::from(slot),
            Self::Name(name) => name,
        }
    }
}

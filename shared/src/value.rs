//! One value of a family, as profiles and populations count it.

use serde::{Deserialize, Serialize};

/// A value of a flat family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Value {
    /// A class of a family that has few, numbered across all such families.
    Slot(u16),
    /// A value of an open family: the hash of its name, marked with the family's number.
    Name(u64),
}

impl Value {
    /// Returns the number under which a profile counts the value.
    pub fn key(self) -> u64 {
        match self {
            Self::Slot(slot) => u64::from(slot),
            Self::Name(name) => name,
        }
    }
}

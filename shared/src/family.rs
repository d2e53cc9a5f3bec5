//! The families of evidence: one table is their order, their constants and their meaning.
//!
//! A *flat* family compares one value of an event (its hour, its place) with what the user, the peers and
//! the organisation usually do. A family of a *tree* compares one level of a path (the resource's, that of the
//! address through its networks), given the level above.

/// How many families compare single values.
pub const FLAT: usize = 10;
/// How many trees there are.
pub const TREES: usize = 2;
/// How many levels a path through a tree has at most.
pub const LEVELS: usize = 4;
/// How many families there are.
pub const FAMILIES: usize = FLAT + RESOURCE_LEVELS.len() + NETWORK_LEVELS.len();

/// One family; its number is its place in every array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Family {
    /// Kind of act.
    Action,
    /// Hour of the day.
    Hour,
    /// Day of the week.
    Weekday,
    /// Place.
    Location,
    /// Device.
    Device,
    /// Class of the volume moved.
    Volume,
    /// Class of the time since the user's last event.
    Gap,
    /// The last kind of act and this one.
    Pair,
    /// Class of the number of events in the same second.
    Batch,
    /// Program that sent the request.
    Agent,
    /// First part of the resource's path.
    Project,
    /// Second part of the path.
    Folder,
    /// Third part of the path.
    Subfolder,
    /// The rest of the path.
    Item,
    /// Large network of the address: its first 16 bits, 32 of IPv6.
    Network,
    /// Small network: the first 24 bits, 48 of IPv6.
    Subnet,
    /// The address itself.
    Address,
}

/// What has levels, each within the one above; its number is its place in every array.
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

    /// Returns the tree's place in every array.
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

    /// Returns the smoothing of each level's counts, from the first down.
    pub const fn levels(self) -> &'static [Smoothing] {
        match self {
            Self::Resource => &RESOURCE_LEVELS,
            Self::Network => &NETWORK_LEVELS,
        }
    }

    /// Returns how many nodes of the first level the uniform prior assumes.
    pub const fn nominal_values(self) -> f64 {
        match self {
            Self::Resource => 9.0,
            Self::Network => 40.0,
        }
    }
}

impl Family {
    /// Every family, in order.
    pub const ALL: [Self; FAMILIES] = [
        Self::Action,
        Self::Hour,
        Self::Weekday,
        Self::Location,
        Self::Device,
        Self::Volume,
        Self::Gap,
        Self::Pair,
        Self::Batch,
        Self::Agent,
        Self::Project,
        Self::Folder,
        Self::Subfolder,
        Self::Item,
        Self::Network,
        Self::Subnet,
        Self::Address,
    ];

    /// Returns the family's place in every array.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Returns the tree whose level the family is, and the level; none for a flat family.
    pub fn tree(self) -> Option<(Tree, usize)> {
        let of = |tree: Tree| Some((tree, self.index().checked_sub(tree.first_family().index())?));
        of(Tree::Network).or_else(|| of(Tree::Resource))
    }

    /// Returns the name stored with models and shown to people who read numbers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Hour => "hour",
            Self::Weekday => "weekday",
            Self::Location => "location",
            Self::Device => "device",
            Self::Volume => "volume",
            Self::Gap => "gap",
            Self::Pair => "action_pair",
            Self::Batch => "batch",
            Self::Agent => "user_agent",
            Self::Project => "project",
            Self::Folder => "folder",
            Self::Subfolder => "subfolder",
            Self::Item => "item",
            Self::Network => "network",
            Self::Subnet => "subnet",
            Self::Address => "address",
        }
    }
}

/// How a user's counts are smoothed towards what is behind them (Pitman-Yor back-off).
#[derive(Debug, Clone, Copy)]
pub struct Smoothing {
    /// Strength of the back-off, in counts.
    pub alpha: f64,
    /// What is taken off each seen value and given to unseen ones: who often meets new values is less
    /// surprised by one more.
    pub discount: f64,
}

/// One flat family: how its values are numbered and smoothed.
#[derive(Debug, Clone, Copy)]
pub struct FlatFamily {
    /// Number of values that the uniform prior assumes.
    pub nominal_values: f64,
    /// Smoothing of the user's counts.
    pub smoothing: Smoothing,
    /// Number of the family's first slot in the dense tables.
    pub first_slot: usize,
    /// How many slots it has; none where the values are open (places, programs).
    pub slots: usize,
}

const fn flat(nominal_values: f64, alpha: f64, first_slot: usize, slots: usize) -> FlatFamily {
    FlatFamily { nominal_values, smoothing: Smoothing { alpha, discount: 0.1 }, first_slot, slots }
}

/// Constants of the flat families, in the order of [`Family`].
pub const FLAT_FAMILIES: [FlatFamily; FLAT] = [
    flat(6.0, 4.0, 0, 7),
    flat(24.0, 4.0, 7, 24),
    flat(7.0, 4.0, 31, 7),
    flat(40.0, 1.0, 38, 0),
    flat(4.0, 1.0, 38, 7),
    flat(14.0, 4.0, 45, 14),
    flat(12.0, 4.0, 59, 12),
    flat(36.0, 4.0, 71, 56),
    flat(7.0, 4.0, 127, 7),
    flat(20.0, 1.0, 134, 0),
];

/// How many slots the dense tables have.
pub const SLOTS: usize = 134;

const FIRST_LEVEL: Smoothing = Smoothing { alpha: 1.0, discount: 0.4 };
const LOWER_LEVEL: Smoothing = Smoothing { alpha: 2.0, discount: 0.4 };
const RESOURCE_LEVELS: [Smoothing; 4] = [FIRST_LEVEL, LOWER_LEVEL, LOWER_LEVEL, LOWER_LEVEL];
const NETWORK_LEVELS: [Smoothing; 3] = [FIRST_LEVEL, LOWER_LEVEL, LOWER_LEVEL];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slots_of_the_families_follow_each_other() {
        let mut next = 0;
        for family in FLAT_FAMILIES {
            assert_eq!(family.first_slot, next);
            next += family.slots;
        }
        assert_eq!(next, SLOTS);
    }

    #[test]
    fn a_family_stands_at_its_index() {
        for (index, family) in Family::ALL.into_iter().enumerate() {
            assert_eq!(family.index(), index);
        }
    }
}

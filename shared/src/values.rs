//! What of an event is compared: one value a flat family, and its path through each tree.

use std::{net::IpAddr, ops::RangeInclusive};

use serde::{Deserialize, Serialize};

use crate::{
    calendar::{Day, hour_of},
    event::{Action, Event},
    family::{FLAT, FLAT_FAMILIES, Family, FlatFamily, LEVELS, TREES, Tree},
    hash::{Hasher, hash},
    math::log2,
    travel::Position,
};

/// A value of a flat family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Value {
    /// A slot of the dense tables.
    Slot(u16),
    /// A value of an open family, by the hash of its name.
    Name(u64),
}

impl Value {
    /// Returns the number under which a profile remembers the value.
    pub fn key(self) -> u64 {
        match self {
            Self::Slot(slot) => u64::from(slot),
            Self::Name(hash) => hash,
        }
    }

    /// Returns the keys that the values of an open family have.
    pub fn keys(family: Family) -> RangeInclusive<u64> {
        let first = (1 << 40) + ((family.index() as u64) << FAMILY_SHIFT); // never a slot
        first..=first + HASH_MASK
    }

    fn name(family: Family, name: &str) -> Self {
        Self::Name(Self::keys(family).start() + (hash(name, 0) & HASH_MASK))
    }

    fn slot(family: Family, number: usize) -> Self {
        let FlatFamily { first_slot, slots, .. } = FLAT_FAMILIES[family.index()];
        debug_assert!(number < slots, "{family:?} has no value {number}");
        Self::Slot(u16::try_from(first_slot + number).expect("there are 134 slots"))
    }
}

/// The hash of a name has the bits below those of its family.
const FAMILY_SHIFT: u32 = 32;
const HASH_MASK: u64 = (1 << FAMILY_SHIFT) - 1;

/// What a user did before an event, as far as the event's values depend on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Previous {
    /// Second of the last event; none for the first of a user.
    pub second: Option<i64>,
    /// Kind of the last act.
    pub action: Option<Action>,
    /// Events in the last event's second.
    pub in_second: u32,
    /// The last place known.
    pub place: Option<Value>,
    /// Failures in a row that end with the last event.
    pub failures: u32,
    /// The last event whose coordinates are known: where and when.
    pub position: Option<Position>,
}

/// Failures are of one attempt only while the pauses between them are not longer.
const ATTEMPT_SECONDS: i64 = 3600;

impl Previous {
    /// Returns what comes before the next event once `event` is over.
    #[must_use]
    pub fn then(self, event: &Event, second: i64, place: Option<Value>) -> Self {
        if self.second.is_some_and(|last| second < last) {
            return self;
        }
        let in_second = if self.second == Some(second) { self.in_second } else { 0 };
        let failures = if event.has_failed() { self.failures_until(second) + 1 } else { 0 };
        Self {
            second: Some(second),
            action: Some(event.action),
            in_second: in_second + 1,
            place: place.or(self.place),
            failures,
            position: event.coordinates.map(|coordinates| Position { coordinates, second }).or(self.position),
        }
    }

    /// Returns the failures in a row of an attempt that still goes on at `second`.
    pub fn failures_until(&self, second: i64) -> u32 {
        if self.second.is_some_and(|last| second - last <= ATTEMPT_SECONDS) { self.failures } else { 0 }
    }
}

/// The values of one event, in the order of the flat families; what is unknown has none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Values(pub [Option<Value>; FLAT]);

impl Values {
    /// Returns the values of an `event` at `second` that follows `previous`.
    pub fn of(event: &Event, second: i64, previous: Previous) -> Self {
        let gap = previous.second.map(|last| second - last);
        let is_late = gap.is_some_and(|gap| gap < 0);
        let in_second = if gap == Some(0) { previous.in_second } else { 0 };
        let pair = previous.action.map_or(0, |last| 1 + last as usize) * ACTIONS + event.action as usize;
        Self([
            Some(Value::slot(Family::Action, event.action as usize)),
            Some(Value::slot(Family::Hour, usize::from(hour_of(second)))),
            Some(Value::slot(Family::Weekday, usize::from(Day::of(second).weekday()))),
            event.location.as_deref().map(|place| Value::name(Family::Location, place)),
            event.device.map(|device| Value::slot(Family::Device, device as usize)),
            event.volume_mb.map(|volume| Value::slot(Family::Volume, volume_class(volume))),
            (!is_late).then(|| Value::slot(Family::Gap, gap_class(gap))),
            (!is_late).then(|| Value::slot(Family::Pair, pair)),
            (!is_late).then(|| Value::slot(Family::Batch, batch_class(in_second))),
            event.user_agent.as_deref().map(|agent| Value::name(Family::Agent, program(agent))),
        ])
    }

    /// Returns the value of a flat `family`.
    pub fn get(&self, family: Family) -> Option<Value> {
        self.0.get(family.index()).copied().flatten()
    }
}

const ACTIONS: usize = 7;
const VOLUME_CLASSES: usize = 14;
const GAP_CLASSES: usize = 12;
const BATCH_CLASSES: usize = 7;

/// Returns a user agent up to its first version number: a program stays itself when it is updated.
fn program(user_agent: &str) -> &str {
    let end = user_agent.find(|character: char| character.is_ascii_digit()).unwrap_or(user_agent.len());
    &user_agent[..end]
}

/// Returns the class of a volume: doublings of 40 bytes.
fn volume_class(volume_mb: f64) -> usize {
    class(log2(volume_mb * 1e6 / 40.0 + 1.0), VOLUME_CLASSES)
}

/// Returns the class of the seconds since the last event: none, the same second, then fourfold minutes.
#[expect(clippy::cast_precision_loss, reason = "gaps of calendar time are exact in 53 bits")]
fn gap_class(gap: Option<i64>) -> usize {
    match gap {
        None => 0,
        Some(..=0) => 1,
        Some(gap) => 2 + class(log2(gap as f64 / 60.0 + 1.0) / 2.0, GAP_CLASSES - 2),
    }
}

/// Returns the class of the number of earlier events in the same second.
fn batch_class(in_second: u32) -> usize {
    class(log2(f64::from(in_second) + 1.0), BATCH_CLASSES)
}

/// Returns the whole part of `x`, at most the last of `classes`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "x is not negative, and `as` saturates")]
fn class(x: f64, classes: usize) -> usize {
    (x as usize).min(classes - 1)
}

/// The paths of an event, by tree; what is unknown has none.
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

/// A path down a tree: each node stands for its whole prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    nodes: [u64; LEVELS],
    length: u8,
}

impl Path {
    /// Splits a resource's name at `/` into its first three parts and the rest.
    pub fn of(resource: &str) -> Self {
        let mut path = Self { nodes: [0; LEVELS], length: 0 };
        let ends = resource.match_indices('/').map(|(end, _)| end).take(LEVELS - 1).chain([resource.len()]);
        for (level, end) in ends.enumerate() {
            path.nodes[level] = hash(&resource[..end], 1);
            path.length += 1;
        }
        path
    }

    /// Takes the networks of an address, from the largest to the address itself.
    #[expect(clippy::cast_possible_truncation, reason = "both halves are hashed")]
    pub fn of_address(address: IpAddr) -> Self {
        let mut path = Self { nodes: [0; LEVELS], length: 0 };
        let (bits, prefixes) = match address.to_canonical() {
            IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, [16, 24, 32]),
            IpAddr::V6(address) => (address.to_bits(), [32, 48, 128]),
        };
        for (level, prefix) in prefixes.into_iter().enumerate() {
            let mut hasher = Hasher::default();
            let network = bits >> (128 - prefix);
            hasher.number(prefix);
            hasher.number((network >> 64) as u64);
            hasher.number(network as u64);
            path.nodes[level] = hasher.finish();
            path.length += 1;
        }
        path
    }

    /// Returns the nodes, from the first part down; there is at least one.
    pub fn nodes(&self) -> &[u64] {
        &self.nodes[..usize::from(self.length)]
    }

    /// Returns the number of the first part, of 32 bits.
    pub fn project(&self) -> u64 {
        self.nodes[0] & u64::from(u32::MAX)
    }

    /// Returns the node of the whole resource.
    pub fn leaf(&self) -> u64 {
        self.nodes[usize::from(self.length) - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_its_first_three_parts_and_the_rest() {
        let path = Path::of("p01/src/net/tcp/socket.rs");
        let expected = ["p01", "p01/src", "p01/src/net", "p01/src/net/tcp/socket.rs"].map(|prefix| hash(prefix, 1));
        assert_eq!(path.nodes(), expected);
        assert_eq!(Path::of("p01").nodes(), &expected[..1]);
        assert_eq!((path.project(), path.leaf()), (expected[0] & 0xffff_ffff, expected[3]));
    }

    #[test]
    fn volumes_are_classed_by_doublings_of_40_bytes() {
        assert_eq!([0.0, 0.00004, 0.00012, 0.00064, 1e12].map(volume_class), [0, 1, 2, 4, 13]);
    }

    #[test]
    fn gaps_are_classed_from_the_same_second_to_a_year() {
        let classes = [None, Some(0), Some(1), Some(180), Some(900), Some(31_536_000)].map(gap_class);
        assert_eq!(classes, [0, 1, 2, 3, 4, 11]);
    }

    #[test]
    fn what_an_event_does_not_say_has_no_value() {
        let time = "2024-01-15T14:30:00Z".parse().expect("a time");
        let event = Event::new("ann".parse().expect("an id"), time, Action::Login);
        let values = Values::of(&event, 1_705_329_000, Previous::default());
        let known: Vec<_> = Family::ALL.into_iter().filter(|family| values.get(*family).is_some()).collect();
        assert_eq!(known, [Family::Action, Family::Hour, Family::Weekday, Family::Gap, Family::Pair, Family::Batch]);
    }

    #[test]
    fn an_event_older_than_the_last_says_nothing_about_order() {
        let time = "2024-01-15T14:30:00Z".parse().expect("a time");
        let event = Event::new("ann".parse().expect("an id"), time, Action::Login);
        let previous =
            Previous { second: Some(1_705_329_001), action: Some(Action::View), in_second: 3, ..Previous::default() };
        let values = Values::of(&event, 1_705_329_000, previous);
        assert_eq!([Family::Gap, Family::Pair, Family::Batch].map(|family| values.get(family)), [None; 3]);
    }
}

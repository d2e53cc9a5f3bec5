//! What of an event is compared: one value a flat family, and the levels of its resource.

use serde::{Deserialize, Serialize};

use crate::{
    calendar::{Day, hour_of},
    event::{Action, Event},
    family::{FLAT, FLAT_FAMILIES, Family, FlatFamily, LEVELS},
    hash::hash,
    math::log2,
};

/// A value of a flat family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Value {
    /// A slot of the dense tables.
    Slot(u16),
    /// A place, by the hash of its name.
    Place(u64),
}

impl Value {
    /// Returns the number under which a profile remembers the value.
    pub fn key(self) -> u64 {
        match self {
            Self::Slot(slot) => u64::from(slot),
            Self::Place(hash) => hash | 1 << 63, // never a slot
        }
    }

    fn slot(family: Family, number: usize) -> Self {
        let FlatFamily { first_slot, slots, .. } = FLAT_FAMILIES[family.index()];
        debug_assert!(number < slots, "{family:?} has no value {number}");
        Self::Slot(u16::try_from(first_slot + number).expect("there are 134 slots"))
    }
}

/// What a user did before an event, as far as the event's values depend on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Previous {
    /// Second of the last event; none for the first of a user.
    pub second: Option<i64>,
    /// Kind of the last act.
    pub action: Option<Action>,
    /// Events in the last event's second.
    pub in_second: u32,
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
            event.location.as_deref().map(place),
            event.device.map(|device| Value::slot(Family::Device, device as usize)),
            event.volume_mb.map(|volume| Value::slot(Family::Volume, volume_class(volume))),
            (!is_late).then(|| Value::slot(Family::Gap, gap_class(gap))),
            (!is_late).then(|| Value::slot(Family::Pair, pair)),
            (!is_late).then(|| Value::slot(Family::Batch, batch_class(in_second))),
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

fn place(name: &str) -> Value {
    Value::Place(hash(name, 0))
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

/// The levels of a resource: each node stands for its whole prefix.
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

    /// Returns the nodes, from the first part down; there is at least one.
    pub fn nodes(&self) -> &[u64] {
        &self.nodes[..usize::from(self.length)]
    }

    /// Returns the node of the first part.
    pub fn project(&self) -> u64 {
        self.nodes[0]
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
        assert_eq!((path.project(), path.leaf()), (expected[0], expected[3]));
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
        let previous = Previous { second: Some(1_705_329_001), action: Some(Action::View), in_second: 3 };
        let values = Values::of(&event, 1_705_329_000, previous);
        assert_eq!([Family::Gap, Family::Pair, Family::Batch].map(|family| values.get(family)), [None; 3]);
    }
}

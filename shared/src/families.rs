//! The families of evidence: the table of the properties by which an event is compared with earlier events.
//!
//! A *flat* family compares one value of an event (its hour, its place) with the values of the user, of the user's
//! peers and of the organisation. A family of a *tree* compares one level of a path (of the resource, or of the address
//! through its networks), given the level above.
//!
//! To add a family, add a file beside the others, a variant of [`Family`] and a line of the table.

mod action;
mod action_transition;
mod address;
mod burst_size;
pub(crate) mod device;
mod folder;
mod hour;
mod inter_event_gap;
mod item;
mod location;
mod network;
mod project;
mod subfolder;
mod subnet;
mod tree;
mod user_agent;
mod volume;
mod weekday;

pub use tree::Tree;

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::{event::Event, hash::hash, last_event::LastEvent, value::Value};

/// The number of flat families.
pub const FLAT: usize = 10;
/// The number of trees.
pub const TREES: usize = 2;
/// The maximum number of levels of a tree.
pub const LEVELS: usize = 4;
/// The number of families.
pub const FAMILIES: usize = Family::VARIANTS.len();

/// A family of evidence; its discriminant is its index in every array. The flat families come first, then the levels of
/// each tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
#[repr(u8)]
pub enum Family {
    /// The kind of act.
    Action,
    /// The hour of the day, in UTC.
    Hour,
    /// The day of the week, in UTC.
    Weekday,
    /// The place.
    Location,
    /// The kind of device.
    Device,
    /// The class of the volume moved.
    Volume,
    /// The class of the time since the user's last event.
    InterEventGap,
    /// The kinds of the user's last act and of this one.
    ActionTransition,
    /// The class of the number of the user's earlier events in the same second.
    BurstSize,
    /// The program that sent the request.
    UserAgent,
    /// The first part of the resource's path.
    Project,
    /// The second part of the resource's path.
    Folder,
    /// The third part of the resource's path.
    Subfolder,
    /// The rest of the resource's path.
    Item,
    /// The large network of the address: its first 16 bits, 32 of IPv6.
    Network,
    /// The small network of the address: its first 24 bits, 48 of IPv6.
    Subnet,
    /// The whole address.
    Address,
}

/// The specifications of all families, in the order of [`Family`].
const TABLE: [&FamilySpec; FAMILIES] = [
    &action::SPEC,
    &hour::SPEC,
    &weekday::SPEC,
    &location::SPEC,
    &device::SPEC,
    &volume::SPEC,
    &inter_event_gap::SPEC,
    &action_transition::SPEC,
    &burst_size::SPEC,
    &user_agent::SPEC,
    &project::SPEC,
    &folder::SPEC,
    &subfolder::SPEC,
    &item::SPEC,
    &network::SPEC,
    &subnet::SPEC,
    &address::SPEC,
];

/// The specification of a family.
#[derive(Debug)]
pub struct FamilySpec {
    /// The name in stored models, in tables and in reports.
    pub name: &'static str,
    /// The plural of the family's values, to be read after "Unusual".
    pub plural: &'static str,
    /// The weight of the family's evidence without training, both of its mean over the day and of the event's own: a
    /// judgement of how well the family distinguishes users.
    pub prior_weight: f64,
    /// The smoothing of a user's counts.
    pub smoothing: Smoothing,
    /// The kind of value.
    pub domain: Domain,
    /// Returns the event's value in words.
    pub describe: fn(&Moment) -> String,
    /// The sentences about the value.
    pub frames: Frames,
}

/// The sentences about a value, which stands in place of `{}`.
#[derive(Debug)]
pub struct Frames {
    /// Of a value that the user never had.
    pub never: &'static str,
    /// Of a value that the user rarely has.
    pub rarely: &'static str,
    /// Of a value that the user had on the day of the event only.
    pub today: &'static str,
}

/// The smoothing of a user's counts towards those of other users (Pitman-Yor back-off).
#[derive(Debug, Clone, Copy)]
pub struct Smoothing {
    /// The strength of the back-off, in counts.
    pub alpha: f64,
    /// The count that is moved from each seen value to the unseen ones, so that a new value is less unusual for a user
    /// who has had many new values.
    pub discount: f64,
}

/// The kind of value that a family compares.
#[derive(Debug)]
pub enum Domain {
    /// One of a few numbered classes.
    Classes {
        /// The number of classes.
        count: usize,
        /// How many values the uniform prior assumes.
        nominal_values: f64,
        /// Returns the event's class, below `count`; none if the event lacks the field.
        class: fn(&Moment) -> Option<usize>,
    },
    /// A name from an open set.
    Names {
        /// How many values the uniform prior assumes.
        nominal_values: f64,
        /// Returns the event's name; none if the event lacks the field.
        name: for<'a> fn(&Moment<'a>) -> Option<&'a str>,
    },
    /// A level of the path through a tree.
    Level,
}

/// An event and the user's event before it, from which the values of the families are read.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The event.
    pub event: &'a Event,
    /// The event's second of Unix time.
    pub second: i64,
    /// The user's event before this one.
    pub last: &'a LastEvent,
}

impl Moment<'_> {
    /// Returns the seconds since the user's last event, negative for a late event; none for the user's first.
    pub fn gap_seconds(&self) -> Option<i64> {
        self.last.second.map(|last| self.second - last)
    }

    /// Returns whether the event is older than the user's last one, so that it has no gap, transition or burst.
    pub fn is_out_of_order(&self) -> bool {
        self.gap_seconds().is_some_and(|gap| gap < 0)
    }
}

/// The first slot of each flat family, then the number of all slots. A slot is a number for one class of one family.
const FIRST_SLOTS: [usize; FLAT + 1] = first_slots();
/// The number of slots.
pub const SLOTS: usize = FIRST_SLOTS[FLAT];

const fn first_slots() -> [usize; FLAT + 1] {
    let mut first = [0; FLAT + 1];
    let mut family = 0;
    while family < FLAT {
        let slots = match &TABLE[family].domain {
            Domain::Classes { count, .. } => *count,
            Domain::Names { .. } | Domain::Level => 0,
        };
        first[family + 1] = first[family] + slots;
        family += 1;
    }
    first
}

/// The number of bits of a name's hash in its key, below the number of its family.
const FAMILY_SHIFT: u32 = 32;
const NAME_MASK: u64 = (1 << FAMILY_SHIFT) - 1;
/// The lowest key of a name, above every slot.
const FIRST_NAME: u64 = 1 << 40;

impl From<Family> for &'static str {
    fn from(family: Family) -> Self {
        family.name()
    }
}

impl TryFrom<String> for Family {
    type Error = UnknownFamily;

    fn try_from(name: String) -> Result<Self, UnknownFamily> {
        Self::named(&name).ok_or(UnknownFamily(name))
    }
}

/// The error for a name that no family has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no family {0}")]
pub struct UnknownFamily(String);

impl Family {
    /// Every family, in order.
    pub const ALL: &'static [Self; FAMILIES] = match Self::VARIANTS.first_chunk() {
        Some(all) => all,
        None => unreachable!(),
    };
    /// The flat families, in order.
    pub const ALL_FLAT: &'static [Self; FLAT] = match Self::VARIANTS.first_chunk() {
        Some(flat) => flat,
        None => unreachable!(),
    };

    /// Returns the family's index in every array.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Returns the family's specification.
    pub fn spec(self) -> &'static FamilySpec {
        TABLE[self.index()]
    }

    /// Returns the family with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|family| family.name() == name)
    }

    /// Returns the name in stored models, in tables and in reports.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// Returns the range of the slots of a flat family, which is empty if its values are names.
    pub fn slots(self) -> std::ops::Range<usize> {
        FIRST_SLOTS[self.index()]..FIRST_SLOTS[self.index() + 1]
    }

    /// Returns the keys under which the names of an open family are counted.
    pub fn name_keys(self) -> RangeInclusive<u64> {
        let first = FIRST_NAME + ((self.index() as u64) << FAMILY_SHIFT);
        first..=first + NAME_MASK
    }

    /// Returns the event's value of a flat family; none if the event lacks the field, and for a family of a tree.
    pub fn value(self, moment: &Moment) -> Option<Value> {
        match self.spec().domain {
            Domain::Classes { count, class, .. } => class(moment).map(|class| {
                debug_assert!(class < count, "{self:?} has no class {class}");
                Value::Slot(u16::try_from(FIRST_SLOTS[self.index()] + class).expect("there are few slots"))
            }),
            Domain::Names { name, .. } => {
                name(moment).map(|name| Value::Name(self.name_keys().start() + (hash(name, NAME_SEED) & NAME_MASK)))
            }
            Domain::Level => None,
        }
    }

    /// Returns whether users take up values of the family from one day to the next, as they do places, programs, devices,
    /// resources and networks, and not hours or kinds of acts.
    pub fn is_adopted(self) -> bool {
        matches!(self, Self::Location | Self::Device | Self::UserAgent) || self.tree().is_some()
    }

    /// Returns the family's tree and its level there, from 0; none for a flat family.
    pub fn tree(self) -> Option<(Tree, usize)> {
        let level_of = |tree: Tree| Some((tree, self.index().checked_sub(tree.first_family().index())?));
        level_of(Tree::Network).or_else(|| level_of(Tree::Resource))
    }
}

/// The seed of the hashes of names; every other kind of hash has another seed.
const NAME_SEED: u64 = 0;

/// The smoothing of the first level of a tree.
const FIRST_LEVEL: Smoothing = Smoothing { alpha: 1.0, discount: 0.4 };
/// The smoothing of the lower levels of a tree.
const LOWER_LEVEL: Smoothing = Smoothing { alpha: 2.0, discount: 0.4 };
/// The discount of the flat families.
const FLAT_DISCOUNT: f64 = 0.1;

/// Returns the first `parts` parts of the path of the event's resource; empty if the event has none.
pub(crate) fn resource_prefix<'a>(moment: &Moment<'a>, parts: usize) -> &'a str {
    let resource = moment.event.resource.as_deref().unwrap_or_default();
    let end = resource.match_indices('/').nth(parts - 1).map_or(resource.len(), |(end, _)| end);
    &resource[..end]
}

/// Returns the event's address as text; empty if the event has none.
fn address_of(moment: &Moment) -> String {
    moment.event.address.map_or_else(String::new, |address| address.to_string())
}

/// Returns the class of `x`: its integer part, at most the last of `classes`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "x is not negative, and `as` saturates")]
fn class_of(x: f64, classes: usize) -> usize {
    (x as usize).min(classes - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Action;

    #[test]
    fn slots_are_for_flat_families_alone_and_there_are_134() {
        assert_eq!(SLOTS, 134);
        let is_flat = |family: &&Family| !matches!(family.spec().domain, Domain::Level);
        assert_eq!(Family::ALL.iter().filter(is_flat).count(), FLAT);
        assert!(Family::ALL[FLAT..].iter().all(|family| family.tree().is_some()));
        assert!(Family::ALL[..FLAT].iter().all(|family| family.tree().is_none()));
    }

    #[test]
    fn every_family_has_its_own_name_and_stands_at_its_index() {
        let mut names: Vec<_> = Family::ALL.iter().map(|family| family.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FAMILIES);
        assert_eq!(
            (Family::BurstSize.name(), Family::Item.name(), Family::Address.name()),
            ("batch", "item", "address")
        );
    }

    fn moment_of<T>(last: LastEvent, read: impl Fn(&Moment) -> T) -> T {
        let time = "2024-01-15T14:30:00Z".parse().expect("a time");
        let event = Event::new("ann".parse().expect("an id"), time, Action::Login);
        read(&Moment { event: &event, second: 1_705_329_000, last: &last })
    }

    #[test]
    fn a_field_that_an_event_lacks_has_no_value() {
        let known = moment_of(LastEvent::default(), |moment| {
            let is_known = |family: &&Family| family.value(moment).is_some();
            Family::ALL_FLAT.iter().filter(is_known).copied().collect::<Vec<_>>()
        });
        let expected = [Family::Action, Family::Hour, Family::Weekday];
        let of_order = [Family::InterEventGap, Family::ActionTransition, Family::BurstSize];
        assert_eq!(known, [expected, of_order].concat());
    }

    #[test]
    fn a_prefix_has_the_given_number_of_parts_and_no_more_than_there_are() {
        let time = "2024-01-15T14:30:00Z".parse().expect("a time");
        let event =
            Event { resource: Some("p01/db".into()), ..Event::new("ann".parse().expect("an id"), time, Action::View) };
        let moment = Moment { event: &event, second: 0, last: &LastEvent::default() };
        assert_eq!([1, 2, 3].map(|parts| resource_prefix(&moment, parts)), ["p01", "p01/db", "p01/db"]);
    }

    #[test]
    fn an_event_older_than_the_last_has_no_gap_no_transition_and_no_burst() {
        let last =
            LastEvent { second: Some(1_705_329_001), action: Some(Action::View), in_second: 3, ..LastEvent::default() };
        let values = moment_of(last, |moment| {
            [Family::InterEventGap, Family::ActionTransition, Family::BurstSize].map(|family| family.value(moment))
        });
        assert_eq!(values, [None; 3]);
    }
}

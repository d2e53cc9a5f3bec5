//! The decayed counts of the values of a group of users.

use rustc_hash::FxHashMap;

use super::{
    DecayWeight,
    limits::{keep_largest, rank, reduced},
};
use crate::{
    families::{FLAT, Family, SLOTS},
    value::Value,
};

/// The decayed counts of the values of a group of users; a value counts once per user and day.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    pub(super) slots: Box<[f64]>,
    pub(super) names: FxHashMap<u64, f64>,
    pub(super) totals: [f64; FLAT],
}

impl Default for Group {
    fn default() -> Self {
        Self { slots: Box::new([0.0; SLOTS]), names: FxHashMap::default(), totals: [0.0; FLAT] }
    }
}

impl Group {
    /// Returns the count of a value.
    pub fn count(&self, value: Value, decay: DecayWeight) -> f64 {
        let count = match value {
            Value::Slot(slot) => self.slots[usize::from(slot)],
            Value::Name(name) => self.names.get(&name).copied().unwrap_or_default(),
        };
        count / decay.0
    }

    /// Returns the counts of the classes of a family, each with the number of the class.
    pub fn counts(&self, family: Family, decay: DecayWeight) -> impl Iterator<Item = (usize, f64)> {
        self.slots[family.slots()].iter().enumerate().map(move |(number, count)| (number, count / decay.0))
    }

    /// Returns the count of all values of a family.
    pub fn total(&self, family: Family, decay: DecayWeight) -> f64 {
        self.totals[family.index()] / decay.0
    }

    /// Adds the values of an event, each with the event's weight.
    pub(super) fn add(&mut self, values: &[Option<Value>; FLAT], weight: f64) {
        for (total, value) in self.totals.iter_mut().zip(values) {
            let Some(value) = *value else { continue };
            *total += weight;
            match value {
                Value::Slot(slot) => self.slots[usize::from(slot)] += weight,
                Value::Name(name) => *self.names.entry(name).or_default() += weight,
            }
        }
    }

    /// Drops the rarest names if there are more than `limit`. The totals of their families stay as they are.
    pub(super) fn limit_names(&mut self, limit: usize) {
        if self.names.len() > limit {
            let mut names: Vec<(u64, f64)> = self.names.drain().collect();
            keep_largest(&mut names, reduced(limit), |(name, count)| (rank(*count), *name));
            self.names = names.into_iter().collect();
        }
    }

    /// Returns the number that the sizes of groups are ordered by: how many kinds of action users had on a day.
    pub(super) fn rank(&self) -> u64 {
        rank(self.totals[Family::Action.index()])
    }
}

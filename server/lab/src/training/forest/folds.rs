//! Dealing users into cross-validation folds.

use std::collections::{BTreeMap, HashMap};

use super::training_rows::TrainingRow;

/// The fold of each user.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Folds(HashMap<u32, usize>);

impl Folds {
    /// Deals the users of `rows` into folds: attacked users evenly, and the others evenly.
    pub(crate) fn deal(rows: &[TrainingRow], folds: usize) -> Self {
        let mut is_attacked: BTreeMap<u32, bool> = BTreeMap::new();
        for row in rows {
            *is_attacked.entry(row.user).or_default() |= row.is_attack;
        }
        let (attacked, others): (Vec<_>, Vec<_>) = is_attacked.into_iter().partition(|(_, is_attacked)| *is_attacked);
        let dealt = |users: Vec<(u32, bool)>| users.into_iter().enumerate().map(|(place, (user, _))| (user, place));
        Self(dealt(attacked).chain(dealt(others)).map(|(user, place)| (user, place % folds)).collect())
    }

    /// Returns the fold of a row's user.
    pub(crate) fn of(&self, row: &TrainingRow) -> usize {
        self.0[&row.user]
    }
}

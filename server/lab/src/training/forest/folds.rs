//! Users dealt into folds.

use std::collections::{BTreeMap, HashMap};

use super::Lesson;

/// The fold of each user.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Folds(HashMap<u32, usize>);

impl Folds {
    /// Deals users into folds: those who are attacked evenly, and so the others.
    pub(crate) fn deal(lessons: &[Lesson], folds: usize) -> Self {
        let mut is_attacked: BTreeMap<u32, bool> = BTreeMap::new();
        for lesson in lessons {
            *is_attacked.entry(lesson.user).or_default() |= lesson.is_attack;
        }
        let (attacked, others): (Vec<_>, Vec<_>) = is_attacked.into_iter().partition(|(_, is_attacked)| *is_attacked);
        let dealt = |users: Vec<(u32, bool)>| users.into_iter().enumerate().map(|(place, (user, _))| (user, place));
        Self(dealt(attacked).chain(dealt(others)).map(|(user, place)| (user, place % folds)).collect())
    }

    /// Returns the fold of the user whose lesson it is.
    pub(crate) fn of(&self, lesson: &Lesson) -> usize {
        self.0[&lesson.user]
    }
}

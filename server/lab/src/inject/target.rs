//! The target of an injected attack.

use shared::calendar::Day;
use strum::IntoStaticStr;

use super::event_log::UserHistory;

/// Whose days or resources an attack uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Relation {
    /// Those of the victim's peer group.
    Same,
    /// Those of other groups.
    Cross,
}

impl Relation {
    pub(super) fn other(self) -> Self {
        if self == Self::Same { Self::Cross } else { Self::Same }
    }
}

/// The victim of an attack and the time from which the attack may begin.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) victim: &'a UserHistory,
    /// Index of the first of the victim's active days on which the attack may begin.
    pub(super) position: usize,
    pub(super) relation: Relation,
}

impl<'a> Target<'a> {
    /// Returns the first day on which the attack may begin.
    pub(super) fn day(&self) -> Day {
        self.victim.days[self.position].0
    }

    /// Returns the indices of the victim's own events of that day.
    pub(super) fn own_events(&self) -> &'a [usize] {
        &self.victim.days[self.position].1
    }

    /// Returns the index of the victim's first event of that day.
    pub(super) fn first_event(&self) -> usize {
        self.own_events()[0]
    }
}

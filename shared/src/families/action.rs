//! The kind of action.

use super::{Domain, FLAT_DISCOUNT, FamilySpec, Frames, Moment, Smoothing};
use crate::event::Action;

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "action",
    plural: "actions",
    prior_weight: 0.0,
    smoothing: Smoothing { alpha: 4.0, discount: FLAT_DISCOUNT },
    domain: Domain::Classes { count: ACTIONS, nominal_values: 6.0, class },
    describe,
    frames: Frames { never: "First {}", rarely: "Rarely performed: {}", today: "Not performed before today: {}" },
};

/// The number of kinds of action.
pub(super) const ACTIONS: usize = 7;

#[expect(clippy::unnecessary_wraps, reason = "all families have this signature")]
fn class(moment: &Moment) -> Option<usize> {
    Some(moment.event.action as usize)
}

fn describe(moment: &Moment) -> String {
    in_words(moment.event.action).to_owned()
}

/// Returns a kind of action as the noun of a sentence.
pub(super) fn in_words(action: Action) -> &'static str {
    match action {
        Action::Admin => "admin action",
        other => other.name(),
    }
}

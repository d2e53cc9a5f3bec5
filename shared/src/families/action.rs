//! Kind of action.

use super::{Domain, FLAT_DISCOUNT, FamilySpec, Moment, Smoothing};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "action",
    plural: "acts",
    prior_weight: 0.0,
    smoothing: Smoothing { alpha: 4.0, discount: FLAT_DISCOUNT },
    domain: Domain::Classes { count: ACTIONS, nominal_values: 6.0, class },
    describe,
};

/// How many kinds of action there are.
pub(super) const ACTIONS: usize = 7;

#[expect(clippy::unnecessary_wraps, reason = "the table asks every family alike")]
fn class(moment: &Moment) -> Option<usize> {
    Some(moment.event.action as usize)
}

fn describe(moment: &Moment) -> String {
    format!("a {}", moment.event.action.name())
}

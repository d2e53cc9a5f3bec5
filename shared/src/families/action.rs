//! The kind of act.

use super::{Domain, FLAT_DISCOUNT, FamilySpec, Moment, Smoothing};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "action",
    plural: "acts",
    prior_weight: 0.0,
    smoothing: Smoothing { alpha: 4.0, discount: FLAT_DISCOUNT },
    domain: Domain::Classes { count: ACTIONS, nominal_values: 6.0, class },
    describe,
};

/// The number of kinds of act.
pub(super) const ACTIONS: usize = 7;

#[expect(clippy::unnecessary_wraps, reason = "all families have this signature")]
fn class(moment: &Moment) -> Option<usize> {
    Some(moment.event.action as usize)
}

fn describe(moment: &Moment) -> String {
    format!("a {}", moment.event.action.name())
}

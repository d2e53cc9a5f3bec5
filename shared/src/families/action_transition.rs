//! The kinds of the user's last act and of this one.

use super::{Domain, FLAT_DISCOUNT, FamilySpec, Moment, Smoothing, action::ACTIONS};
use crate::event::Action;

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "action_pair",
    plural: "sequences of acts",
    prior_weight: 0.0,
    smoothing: Smoothing { alpha: 4.0, discount: FLAT_DISCOUNT },
    domain: Domain::Classes { count: (ACTIONS + 1) * ACTIONS, nominal_values: 36.0, class },
    describe,
};

fn class(moment: &Moment) -> Option<usize> {
    let from = moment.last.action.map_or(0, |last| 1 + last as usize);
    (!moment.is_out_of_order()).then_some(from * ACTIONS + moment.event.action as usize)
}

fn describe(moment: &Moment) -> String {
    let last = moment.last.action.map_or("start", Action::name);
    format!("a {} after a {last}", moment.event.action.name())
}

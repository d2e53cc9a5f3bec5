//! The kinds of the user's last act and of this one.

use super::{
    Domain, FLAT_DISCOUNT, FamilySpec, Frames, Moment, Smoothing,
    action::{ACTIONS, in_words},
};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "action_pair",
    plural: "sequences of actions",
    prior_weight: 0.0,
    smoothing: Smoothing { alpha: 4.0, discount: FLAT_DISCOUNT },
    domain: Domain::Classes { count: (ACTIONS + 1) * ACTIONS, nominal_values: 36.0, class },
    describe,
    frames: Frames {
        never: "First time in this order: {}",
        rarely: "Rarely in this order: {}",
        today: "Not in this order before today: {}",
    },
};

fn class(moment: &Moment) -> Option<usize> {
    let from = moment.last.action.map_or(0, |last| 1 + last as usize);
    (!moment.is_out_of_order()).then_some(from * ACTIONS + moment.event.action as usize)
}

fn describe(moment: &Moment) -> String {
    let action = in_words(moment.event.action);
    match moment.last.action {
        Some(last) => format!("{action} directly after {}", in_words(last)),
        None => format!("{action} as the first action"),
    }
}

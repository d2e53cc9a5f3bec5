//! The day of the week, in UTC.

use super::{Domain, FLAT_DISCOUNT, FamilySpec, Frames, Moment, Smoothing};
use crate::calendar::Day;

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "weekday",
    plural: "weekday",
    prior_weight: 0.0,
    smoothing: Smoothing { alpha: 4.0, discount: FLAT_DISCOUNT },
    domain: Domain::Classes { count: NAMES.len(), nominal_values: 7.0, class },
    describe,
    frames: Frames {
        never: "First activity on a {}",
        rarely: "Rarely active on a {}",
        today: "Not active on a {} before today",
    },
};

const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

#[expect(clippy::unnecessary_wraps, reason = "all families have this signature")]
fn class(moment: &Moment) -> Option<usize> {
    Some(Day::of(moment.second).weekday().into())
}

fn describe(moment: &Moment) -> String {
    NAMES[usize::from(Day::of(moment.second).weekday())].to_owned()
}

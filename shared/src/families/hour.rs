//! The hour of the day, in UTC.

use super::{Domain, FLAT_DISCOUNT, FamilySpec, Frames, Moment, Smoothing};
use crate::calendar::hour_of;

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "hour",
    plural: "hours",
    prior_weight: 0.25,
    smoothing: Smoothing { alpha: 4.0, discount: FLAT_DISCOUNT },
    domain: Domain::Classes { count: 24, nominal_values: 24.0, class },
    describe,
    frames: Frames {
        never: "First activity at {}",
        rarely: "Rarely active at {}",
        today: "Not active at {} before today",
    },
};

#[expect(clippy::unnecessary_wraps, reason = "all families have this signature")]
fn class(moment: &Moment) -> Option<usize> {
    Some(hour_of(moment.second).into())
}

fn describe(moment: &Moment) -> String {
    let minute = moment.second.rem_euclid(3600) / 60;
    format!("{:02}:{minute:02} UTC", hour_of(moment.second))
}

//! The whole address.

use super::{Domain, FamilySpec, Frames, LOWER_LEVEL, Moment, address_of};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "address",
    plural: "addresses",
    prior_weight: 0.1,
    smoothing: LOWER_LEVEL,
    domain: Domain::Level,
    describe,
    frames: Frames {
        never: "First activity from {}",
        rarely: "Rarely active from {}",
        today: "Not active from {} before today",
    },
};

fn describe(moment: &Moment) -> String {
    address_of(moment)
}

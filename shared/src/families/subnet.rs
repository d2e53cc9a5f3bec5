//! The small network of the address: its first 24 bits, 48 of IPv6.

use super::{Domain, FamilySpec, Frames, LOWER_LEVEL, Moment, address_of};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "subnet",
    plural: "networks",
    prior_weight: 0.2,
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
    format!("the network of {}", address_of(moment))
}

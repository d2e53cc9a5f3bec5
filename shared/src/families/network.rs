//! The large network of the address: its first 16 bits, 32 of IPv6.

use super::{Domain, FIRST_LEVEL, FamilySpec, Frames, Moment, address_of};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "network",
    plural: "networks",
    prior_weight: 0.4,
    smoothing: FIRST_LEVEL,
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

//! The whole address.

use super::{Domain, FamilySpec, LOWER_LEVEL, Moment, address_of};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "address",
    plural: "addresses",
    prior_weight: 0.1,
    smoothing: LOWER_LEVEL,
    domain: Domain::Level,
    describe,
};

fn describe(moment: &Moment) -> String {
    format!("from {}", address_of(moment))
}

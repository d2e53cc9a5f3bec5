//! The first part of the resource's path.

use super::{Domain, FIRST_LEVEL, FamilySpec, Moment, resource_prefix};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "project",
    plural: "areas of work",
    prior_weight: 0.4,
    smoothing: FIRST_LEVEL,
    domain: Domain::Level,
    describe,
};

fn describe(moment: &Moment) -> String {
    format!("in {}", resource_prefix(moment, 1))
}

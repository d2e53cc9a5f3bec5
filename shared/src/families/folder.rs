//! The second part of the resource's path.

use super::{Domain, FamilySpec, LOWER_LEVEL, Moment, resource_prefix};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "folder",
    plural: "folders",
    prior_weight: 0.25,
    smoothing: LOWER_LEVEL,
    domain: Domain::Level,
    describe,
};

fn describe(moment: &Moment) -> String {
    format!("in {}", resource_prefix(moment, 2))
}

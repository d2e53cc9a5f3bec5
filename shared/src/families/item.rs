//! The rest of the resource's path.

use super::{Domain, FamilySpec, LOWER_LEVEL, Moment};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "item",
    plural: "files",
    prior_weight: 0.15,
    smoothing: LOWER_LEVEL,
    domain: Domain::Level,
    describe,
};

fn describe(moment: &Moment) -> String {
    format!("on {}", moment.event.resource.as_deref().unwrap_or_default())
}

//! The first part of the resource's path.

use super::{Domain, FIRST_LEVEL, FamilySpec, Frames, Moment, resource_prefix};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "project",
    plural: "areas of work",
    prior_weight: 0.4,
    smoothing: FIRST_LEVEL,
    domain: Domain::Level,
    describe,
    frames: Frames { never: "First activity in {}", rarely: "Rarely uses {}", today: "Not used before today: {}" },
};

fn describe(moment: &Moment) -> String {
    resource_prefix(moment, 1).to_owned()
}

//! The third part of the resource's path.

use super::{Domain, FamilySpec, Frames, LOWER_LEVEL, Moment, resource_prefix};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "subfolder",
    plural: "folders",
    prior_weight: 0.15,
    smoothing: LOWER_LEVEL,
    domain: Domain::Level,
    describe,
    frames: Frames { never: "First activity in {}", rarely: "Rarely uses {}", today: "Not used before today: {}" },
};

fn describe(moment: &Moment) -> String {
    resource_prefix(moment, 3).to_owned()
}

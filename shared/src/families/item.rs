//! The rest of the resource's path.

use super::{Domain, FamilySpec, Frames, LOWER_LEVEL, Moment};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "item",
    plural: "files",
    prior_weight: 0.15,
    smoothing: LOWER_LEVEL,
    domain: Domain::Level,
    describe,
    frames: Frames { never: "First activity on {}", rarely: "Rarely uses {}", today: "Not used before today: {}" },
};

fn describe(moment: &Moment) -> String {
    moment.event.resource.as_deref().unwrap_or_default().to_owned()
}

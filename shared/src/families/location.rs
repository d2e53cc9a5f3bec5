//! The place: a city, a country, or what the source calls a place.

use super::{Domain, FLAT_DISCOUNT, FamilySpec, Frames, Moment, Smoothing};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "location",
    plural: "locations",
    prior_weight: 0.5,
    smoothing: Smoothing { alpha: 1.0, discount: FLAT_DISCOUNT },
    domain: Domain::Names { nominal_values: 40.0, name },
    describe,
    frames: Frames {
        never: "First activity from {}",
        rarely: "Rarely active from {}",
        today: "Not active from {} before today",
    },
};

fn name<'a>(moment: &Moment<'a>) -> Option<&'a str> {
    moment.event.location.as_deref()
}

fn describe(moment: &Moment) -> String {
    moment.event.location.as_deref().unwrap_or_default().to_owned()
}

//! The place: a city, a country, or what the source calls a place.

use super::{Domain, FLAT_DISCOUNT, FamilySpec, Moment, Smoothing};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "location",
    plural: "places",
    prior_weight: 0.5,
    smoothing: Smoothing { alpha: 1.0, discount: FLAT_DISCOUNT },
    domain: Domain::Names { nominal_values: 40.0, name },
    describe,
};

fn name<'a>(moment: &Moment<'a>) -> Option<&'a str> {
    moment.event.location.as_deref()
}

fn describe(moment: &Moment) -> String {
    format!("at {}", moment.event.location.as_deref().unwrap_or_default())
}

//! The kind of device.

use super::{Domain, FLAT_DISCOUNT, FamilySpec, Moment, Smoothing};
use crate::event::Device;

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "device",
    plural: "devices",
    prior_weight: 0.4,
    smoothing: Smoothing { alpha: 1.0, discount: FLAT_DISCOUNT },
    domain: Domain::Classes { count: 7, nominal_values: 4.0, class },
    describe,
};

fn class(moment: &Moment) -> Option<usize> {
    moment.event.device.map(|device| device as usize)
}

fn describe(moment: &Moment) -> String {
    format!("by {}", moment.event.device.map_or("", Device::name))
}

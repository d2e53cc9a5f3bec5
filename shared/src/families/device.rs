//! The kind of device.

use super::{Domain, FLAT_DISCOUNT, FamilySpec, Frames, Moment, Smoothing};
use crate::event::Device;

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "device",
    plural: "devices",
    prior_weight: 0.4,
    smoothing: Smoothing { alpha: 1.0, discount: FLAT_DISCOUNT },
    domain: Domain::Classes { count: 7, nominal_values: 4.0, class },
    describe,
    frames: Frames { never: "First activity on {}", rarely: "Rarely uses {}", today: "Not used before today: {}" },
};

fn class(moment: &Moment) -> Option<usize> {
    moment.event.device.map(|device| device as usize)
}

fn describe(moment: &Moment) -> String {
    moment.event.device.map_or("", in_words).to_owned()
}

/// Returns a kind of device as the noun of a sentence.
pub(crate) fn in_words(device: Device) -> &'static str {
    match device {
        Device::Desktop => "a desktop computer",
        Device::Mobile => "a phone",
        Device::Tablet => "a tablet",
        Device::Server => "a server",
        Device::Web => "a web browser",
        Device::Cli => "a command-line tool",
        Device::Other => "another kind of device",
    }
}

//! The class of the volume moved; the ends of the classes double, from 40 bytes on.

use super::{Domain, FLAT_DISCOUNT, FamilySpec, Frames, Moment, Smoothing, class_of};
use crate::{format::volume, math::log2};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "volume",
    plural: "volumes",
    prior_weight: 0.2,
    smoothing: Smoothing { alpha: 4.0, discount: FLAT_DISCOUNT },
    domain: Domain::Classes { count: CLASSES, nominal_values: 14.0, class },
    describe,
    frames: Frames {
        never: "First transfer of {}",
        rarely: "Rarely transfers {}",
        today: "No transfer of {} before today",
    },
};

const CLASSES: usize = 14;
/// The lower end of the last class: 40 bytes, doubled 13 times, less 40.
const LARGEST_CLASS_MB: f64 = 40.0 * 8191.0 / 1e6;

fn class(moment: &Moment) -> Option<usize> {
    moment.event.volume_mb.map(class_of_volume)
}

fn class_of_volume(volume_mb: f64) -> usize {
    class_of(log2(volume_mb * 1e6 / 40.0 + 1.0), CLASSES)
}

fn describe(moment: &Moment) -> String {
    let volume_mb = moment.event.volume_mb.unwrap_or_default();
    if class_of_volume(volume_mb) == CLASSES - 1 {
        return format!("more than {} ({})", volume(LARGEST_CLASS_MB), volume(volume_mb));
    }
    format!("about {}", volume(volume_mb))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_are_classed_by_doublings_of_40_bytes() {
        assert_eq!([0.0, 0.00004, 0.00012, 0.00064, 1e12].map(class_of_volume), [0, 1, 2, 4, 13]);
    }
}

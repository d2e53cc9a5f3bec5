//! The class of the number of the user's earlier events in the same second; classes double in width.

use super::{Domain, FLAT_DISCOUNT, FamilySpec, Frames, Moment, Smoothing, class_of};
use crate::math::log2;

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "batch",
    plural: "bursts",
    prior_weight: 0.1,
    smoothing: Smoothing { alpha: 4.0, discount: FLAT_DISCOUNT },
    domain: Domain::Classes { count: CLASSES, nominal_values: 7.0, class },
    describe,
    frames: Frames {
        never: "First time with {}",
        rarely: "Rarely active with {}",
        today: "Not active with {} before today",
    },
};

const CLASSES: usize = 7;

fn class(moment: &Moment) -> Option<usize> {
    (!moment.is_out_of_order()).then(|| class_of(log2(f64::from(in_second(moment)) + 1.0), CLASSES))
}

fn describe(moment: &Moment) -> String {
    match in_second(moment) {
        0 => "a single event in its second".to_owned(),
        earlier => format!("{} events in one second", earlier + 1),
    }
}

/// Returns the number of the user's earlier events in the second of the event.
fn in_second(moment: &Moment) -> u32 {
    if moment.gap_seconds() == Some(0) { moment.last.in_second } else { 0 }
}

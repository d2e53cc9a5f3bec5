//! The class of the number of the user's earlier events in the same second; classes double in width.

use super::{Domain, FLAT_DISCOUNT, FamilySpec, Moment, Smoothing, class_of};
use crate::math::log2;

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "batch",
    plural: "bursts",
    prior_weight: 0.1,
    smoothing: Smoothing { alpha: 4.0, discount: FLAT_DISCOUNT },
    domain: Domain::Classes { count: CLASSES, nominal_values: 7.0, class },
    describe,
};

const CLASSES: usize = 7;

fn class(moment: &Moment) -> Option<usize> {
    let in_second = if moment.gap_seconds() == Some(0) { moment.last.in_second } else { 0 };
    (!moment.is_out_of_order()).then(|| class_of(log2(f64::from(in_second) + 1.0), CLASSES))
}

fn describe(_: &Moment) -> String {
    "so many events in one second".to_owned()
}

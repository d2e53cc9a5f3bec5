//! The class of the time since the user's last event: no event before, the same second, then classes whose ends are
//! four times as long each, from minutes to months.

use super::{Domain, FLAT_DISCOUNT, FamilySpec, Frames, Moment, Smoothing, class_of};
use crate::{format::duration, math::log2};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "gap",
    plural: "gaps between actions",
    prior_weight: 0.075,
    smoothing: Smoothing { alpha: 4.0, discount: FLAT_DISCOUNT },
    domain: Domain::Classes { count: CLASSES, nominal_values: 12.0, class },
    describe,
    frames: Frames {
        never: "First gap of this length between actions: {}",
        rarely: "Rarely such a gap between actions: {}",
        today: "No such gap between actions before today: {}",
    },
};

const CLASSES: usize = 12;

fn class(moment: &Moment) -> Option<usize> {
    (!moment.is_out_of_order()).then(|| class_of_gap(moment.gap_seconds()))
}

#[expect(clippy::cast_precision_loss, reason = "gaps of calendar time are exact in 53 bits")]
fn class_of_gap(gap: Option<i64>) -> usize {
    match gap {
        None => 0,
        Some(..=0) => 1,
        Some(gap) => 2 + class_of(log2(gap as f64 / 60.0 + 1.0) / 2.0, CLASSES - 2),
    }
}

fn describe(moment: &Moment) -> String {
    moment.gap_seconds().map_or_else(|| "no earlier event".to_owned(), duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_classed_from_the_same_second_to_a_year() {
        let classes = [None, Some(0), Some(1), Some(180), Some(900), Some(31_536_000)].map(class_of_gap);
        assert_eq!(classes, [0, 1, 2, 3, 4, 11]);
    }
}

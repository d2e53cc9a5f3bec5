//! The features of the attack classifier: the inputs of the score, two of them replaced by signals.

use std::sync::LazyLock;

use crate::{
    families::Family,
    inputs::{self, INPUTS, InputSpec, Inputs, Measure},
    signals::{PerSignal, Signal},
};

/// The number of features.
pub const FEATURES: usize = INPUTS;

/// The features of one event; an unknown one is NaN.
pub type Features = [f32; FEATURES];

/// The measures that are replaced by a signal, with the name, unit and meaning of the feature.
const SIGNALS_ASKED: [(Measure, Signal, &str, &str, &str); 2] = [
    (Measure::UsualIdentity, Signal::Identity, "identity", "bits", "all evidence of another person"),
    (Measure::UsualIdentityOfUser, Signal::BulkActivity, "mass", "", "new, destroyed and given away together"),
];

/// Returns the descriptions of the features, in their order. A stored classifier is checked against their names.
pub fn table() -> &'static [InputSpec] {
    static TABLE: LazyLock<Vec<InputSpec>> = LazyLock::new(|| {
        let mut table = inputs::table().to_vec();
        for (measure, _, name, unit, meaning) in SIGNALS_ASKED {
            table[measure.index()] = InputSpec { name: name.to_owned(), unit, meaning: meaning.to_owned() };
        }
        table
    });
    &TABLE
}

/// Returns the names of the features, in their order.
pub fn names() -> Vec<&'static str> {
    table().iter().map(|feature| feature.name.as_str()).collect()
}

/// Returns the features of an event, given its inputs and its signals; the classifier's own signal is not used.
#[expect(clippy::cast_possible_truncation, reason = "a forest only compares a value with the cuts between bins")]
pub fn of(inputs: &Inputs, signals: &PerSignal<f64>) -> Features {
    let mut features = inputs.values().map(|value| value as f32);
    for (measure, signal, ..) in SIGNALS_ASKED {
        features[measure.index()] = signals[signal] as f32;
    }
    features
}

/// Sets the features of a family to unknown.
pub fn forget(features: &mut Features, family: Family) {
    for place in inputs::indices_of(family) {
        features[place] = f32::NAN;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forest::STRIDE;

    #[test]
    fn every_feature_has_its_own_name_and_there_is_room_for_all() {
        let mut names = names();
        assert_eq!(names.len(), FEATURES);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FEATURES);
        const { assert!(FEATURES <= STRIDE) };
    }
}

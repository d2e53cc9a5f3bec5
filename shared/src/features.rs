//! What the attack classifier is asked: the inputs of a score, with two signals in place of what is usual.

use std::sync::LazyLock;

use crate::{
    families::Family,
    inputs::{self, INPUTS, InputSpec, Inputs, Measure},
    signals::{PerSignal, Signal},
};

/// How many features there are.
pub const FEATURES: usize = INPUTS;

/// The features of one event; what is not known is no number.
pub type Features = [f32; FEATURES];

/// The measures in whose place the classifier is told a signal, with the name and meaning of that feature.
const SIGNALS_ASKED: [(Measure, Signal, &str, &str, &str); 2] = [
    (Measure::UsualIdentity, Signal::Identity, "identity", "bits", "all evidence of another person"),
    (Measure::UsualIdentityOfUser, Signal::BulkActivity, "mass", "", "new, destroyed and given away together"),
];

/// Returns what each feature is, in order: a stored classifier asks for them by their names.
pub fn table() -> &'static [InputSpec] {
    static TABLE: LazyLock<Vec<InputSpec>> = LazyLock::new(|| {
        let mut table = inputs::table().to_vec();
        for (measure, _, name, unit, meaning) in SIGNALS_ASKED {
            table[measure.place()] = InputSpec { name: name.to_owned(), unit, meaning: meaning.to_owned() };
        }
        table
    });
    &TABLE
}

/// Returns the names of the features, in order.
pub fn names() -> Vec<&'static str> {
    table().iter().map(|feature| feature.name.as_str()).collect()
}

/// Returns the features of an event, given its inputs and its signals but that of the classifier.
#[expect(clippy::cast_possible_truncation, reason = "a forest asks on which side of a cut a value lies")]
pub fn of(inputs: &Inputs, signals: &PerSignal<f64>) -> Features {
    let mut features = inputs.values().map(|value| value as f32);
    for (measure, signal, ..) in SIGNALS_ASKED {
        features[measure.place()] = signals[signal] as f32;
    }
    features
}

/// Makes what the features say of a family unknown.
pub fn forget(features: &mut Features, family: Family) {
    for place in inputs::places_of(family) {
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

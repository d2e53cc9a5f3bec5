//! What a forest knows of a moment: one table is the columns, their order and their meaning.

use std::sync::LazyLock;

use crate::{
    detector::Assessment,
    event::Event,
    family::{FAMILIES, Family},
    math::log2,
    sensitivity::sensitivity,
    service_account::is_service_account,
    words::plural,
};

/// One feature of a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// The name, under which a stored forest asks for it.
    pub name: String,
    /// What it says, with its unit, to follow "by".
    pub meaning: String,
}

/// How many features there are.
pub const FEATURES: usize = 2 * FAMILIES + COMMON.len() + SINGLE.len();

/// The features of one moment; what is not known is no number.
pub type Features = [f32; FEATURES];

/// Families of which it counts how common their value is among others: that is known of a user's first event too.
const COMMON: [Family; 6] =
    [Family::Hour, Family::Weekday, Family::Location, Family::Device, Family::Project, Family::Network];

/// A feature that stands for itself.
struct Single {
    name: &'static str,
    meaning: &'static str,
    value: fn(&Moment) -> Option<f64>,
}

/// A moment that features are taken of.
struct Moment<'a> {
    event: &'a Event,
    assessment: &'a Assessment,
}

const fn single(name: &'static str, meaning: &'static str, value: fn(&Moment) -> Option<f64>) -> Single {
    Single { name, meaning, value }
}

/// The features that stand for themselves, in order.
const SINGLE: [Single; 18] = [
    single("identity", "all evidence of another person (bits)", |moment| Some(moment.assessment.signals[0])),
    single("mass", "new, destroyed and given away together", |moment| Some(moment.assessment.signals[1])),
    single("excess_failures", "failures beyond the usual ones", |moment| Some(moment.assessment.signals[2])),
    single("excess_transfer", "volume beyond the usual one", |moment| Some(moment.assessment.signals[3])),
    single("new_resources", "resources touched for the first time on the day", |moment| {
        Some(moment.assessment.today.new_resources.into())
    }),
    single("destructive_acts", "destructive acts on the day", |moment| {
        Some(moment.assessment.today.destructive.into())
    }),
    single("exporting_acts", "acts on the day that give something away", |moment| {
        Some(moment.assessment.today.exporting.into())
    }),
    single("failed_acts", "failed acts on the day", |moment| Some(moment.assessment.today.failed.into())),
    single("events", "events on the day", |moment| Some(moment.assessment.today.events.into())),
    single("moved_mb", "volume on the day (MB)", |moment| Some(moment.assessment.today.moved_mb)),
    single("volume_mb", "volume (MB)", |moment| moment.event.volume_mb),
    single("failed_attempts", "failed attempts right before", |moment| {
        let counted = moment.assessment.derived.failed_attempts;
        Some(moment.event.failed_attempts.map_or(counted, |given| given.max(counted)).into())
    }),
    single("travel_speed", "speed from the last place (km/h)", |moment| {
        moment.assessment.derived.travel.map(|travel| travel.speed())
    }),
    single("travel_distance", "distance from the last place (km)", |moment| {
        moment.assessment.derived.travel.map(|travel| travel.km)
    }),
    single("pause", "days since the last event", |moment| moment.assessment.derived.pause),
    single("sensitivity", "sensitivity of the act, 0 to 3", |moment| Some(sensitivity(moment.event))),
    single("active_days", "active days before", |moment| Some(moment.assessment.active_days.into())),
    single("is_service", "whether the account is a program's", |moment| {
        Some(f64::from(u8::from(is_service_account(moment.event))))
    }),
];

/// Returns every feature, in order.
pub fn table() -> &'static [Feature] {
    static TABLE: LazyLock<Vec<Feature>> = LazyLock::new(|| {
        let feature = |name: String, meaning: String| Feature { name, meaning };
        let of_event = Family::ALL.map(|family| {
            feature(
                format!("{}_bits", family.name()),
                format!("{} unlike the user's, at the event (bits)", plural(family)),
            )
        });
        let of_day = Family::ALL.map(|family| {
            feature(
                format!("{}_day", family.name()),
                format!("{} unlike the user's, over the day (mean, bits)", plural(family)),
            )
        });
        let common = COMMON.map(|family| {
            feature(format!("{}_rarity", family.name()), format!("{} that others seldom have (bits)", plural(family)))
        });
        let single = SINGLE.map(|single| feature(single.name.to_owned(), single.meaning.to_owned()));
        of_event.into_iter().chain(of_day).chain(common).chain(single).collect()
    });
    &TABLE
}

/// Returns the names of the features, in order.
pub fn names() -> Vec<&'static str> {
    table().iter().map(|feature| feature.name.as_str()).collect()
}

/// Returns the features of a moment.
#[expect(clippy::cast_possible_truncation, reason = "a forest asks on which side of a cut a value lies")]
pub fn of(event: &Event, assessment: &Assessment) -> Features {
    let moment = Moment { event, assessment };
    let of_event = assessment.evidence.iter().map(|evidence| evidence.map(|evidence| evidence.bits));
    let of_day = assessment.inputs[..FAMILIES].iter().copied().map(Some);
    let common = COMMON.iter().map(|family| Some(-log2(assessment.evidence[family.index()]?.others)));
    let single = SINGLE.iter().map(|single| (single.value)(&moment));
    let mut features = [f32::NAN; FEATURES];
    for (feature, value) in features.iter_mut().zip(of_event.chain(of_day).chain(common).chain(single)) {
        *feature = value.map_or(f32::NAN, |value| value as f32);
    }
    features
}

/// Makes what the features say of a family unknown.
pub fn forget(features: &mut Features, family: Family) {
    let common = COMMON.iter().position(|common| *common == family);
    let places = [Some(family.index()), Some(FAMILIES + family.index()), common.map(|place| 2 * FAMILIES + place)];
    for place in places.into_iter().flatten() {
        features[place] = f32::NAN;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{event::Action, forest::STRIDE, model::Model, population::Population, profile::Profile};

    #[test]
    fn every_feature_has_its_own_name_and_there_is_room_for_all() {
        let mut names = names();
        assert_eq!(names.len(), FEATURES);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FEATURES);
        const { assert!(FEATURES <= STRIDE) };
    }

    #[test]
    fn what_is_forgotten_of_a_family_is_all_that_bears_its_name() {
        for family in Family::ALL {
            let mut features = [0.0; FEATURES];
            forget(&mut features, family);
            let forgotten = names().into_iter().zip(features).filter(|(_, value)| value.is_nan());
            let named = ["bits", "day", "rarity"].map(|of| format!("{}_{of}", family.name()));
            let expected = names().into_iter().filter(|name| named.iter().any(|named| named == name));
            assert_eq!(forgotten.map(|(name, _)| name).collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_an_event_does_not_say_is_no_number() {
        let time = "2024-01-15T14:30:00Z".parse().expect("a time");
        let event =
            Event { failed_attempts: Some(7), ..Event::new("ann".parse().expect("an id"), time, Action::Admin) };
        let assessment = Assessment::of(&event, &Profile::default(), &Population::default(), &Model::shipped());
        let features = of(&event, &assessment);
        let value = |name: &str| features[names().iter().position(|known| *known == name).expect("a feature")];
        assert!(
            ["location_bits", "network_rarity", "travel_speed", "pause", "volume_mb"]
                .iter()
                .all(|name| value(name).is_nan())
        );
        assert_eq!(["failed_attempts", "sensitivity", "active_days", "events"].map(value), [7.0, 3.0, 0.0, 1.0]);
    }
}

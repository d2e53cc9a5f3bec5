//! The inputs of the score: one flat vector of numbers per event, and one table of their names, units and meanings.

use std::sync::LazyLock;

use strum::VariantArray;

use crate::{
    context::EventContext,
    event::Event,
    families::{FAMILIES, Family},
    math::log2,
    population::Population,
    profile::{Precision, Profile},
};

/// The number of inputs.
pub const INPUTS: usize = FIRST_MEASURE + Measure::VARIANTS.len();
/// The number of inputs in the weighted sum that is the identity evidence.
pub const IDENTITY_INPUTS: usize = 2 * FAMILIES;

const FIRST_DAY: usize = FAMILIES;
const FIRST_RARITY: usize = 2 * FAMILIES;
const FIRST_MEASURE: usize = FIRST_RARITY + RARITIES.len();

/// The families with an input for the rarity of their value among other users, which is known of a user's first event
/// too.
const RARITIES: [Family; 6] =
    [Family::Hour, Family::Weekday, Family::Location, Family::Device, Family::Project, Family::Network];

/// The limit of one family's evidence in bits, on both sides of 0.
const LARGEST_EVIDENCE: f64 = 12.0;

/// The number of steps to which an input in bits is rounded, per bit.
pub const STEPS_PER_BIT: f64 = 1024.0;

/// The numbers from which the score of an event is computed, in the order of [`table`]; an unknown one is NaN.
///
/// They are as precise as they are stored, so that the score of a stored event can be computed again to the bit: an
/// input in bits is a multiple of 1 / [`STEPS_PER_BIT`], any other one has the precision of an `f32`.
#[derive(Debug, Clone)]
pub struct Inputs(Box<[f64; INPUTS]>);

/// The description of one input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputSpec {
    /// The name.
    pub name: String,
    /// The unit; empty for a count or a share.
    pub unit: &'static str,
    /// The meaning, to be read after the word "by".
    pub meaning: String,
}

impl InputSpec {
    /// Returns the meaning with the unit.
    pub fn described(&self) -> String {
        if self.unit.is_empty() { self.meaning.clone() } else { format!("{} ({})", self.meaning, self.unit) }
    }
}

/// An input that belongs to no family, in the order of the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray)]
#[expect(missing_docs, reason = "the table says what each of them is")]
pub enum Measure {
    UsualIdentity,
    UsualIdentityOfUser,
    ExcessFailures,
    ExcessTransfer,
    NewResources,
    DestructiveActs,
    ExternalShares,
    FailedActs,
    Events,
    MovedMb,
    VolumeMb,
    FailedAttempts,
    TravelSpeed,
    TravelDistance,
    Pause,
    Sensitivity,
    ActiveDays,
    IsProgram,
}

impl Measure {
    /// Returns the index of the measure among the inputs.
    pub const fn index(self) -> usize {
        FIRST_MEASURE + self as usize
    }
}

/// One line of the table of measures.
struct MeasureSpec {
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    value: fn(&Event, &EventContext) -> Option<f64>,
}

const fn measure(
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    value: fn(&Event, &EventContext) -> Option<f64>,
) -> MeasureSpec {
    MeasureSpec { name, unit, meaning, value }
}

/// The unit of evidence.
pub(crate) const BITS: &str = "bits";

/// The measures, in the order of [`Measure`].
static MEASURES: [MeasureSpec; Measure::VARIANTS.len()] = [
    measure("usual_identity", BITS, "evidence of another person on a usual day of the organisation", |_, context| {
        Some(context.usual_identity)
    }),
    measure("usual_identity_of_user", BITS, "evidence of another person on a usual day of the user", |_, context| {
        Some(context.usual_identity_of_user)
    }),
    measure("excess_failures", "", "failures beyond the usual ones", |_, context| Some(context.excess[0])),
    measure("excess_transfer", "", "volume beyond the usual one", |_, context| Some(context.excess[1])),
    measure("new_resources", "", "resources accessed for the first time on the day", |_, context| {
        Some(context.day.new_resources.into())
    }),
    measure("destructive_acts", "", "deletions on the day", |_, context| Some(context.day.destructive_acts.into())),
    measure("exporting_acts", "", "actions on the day that shared or exported data", |_, context| {
        Some(context.day.external_shares.into())
    }),
    measure("failed_acts", "", "failed actions on the day", |_, context| Some(context.day.failed.into())),
    measure("events", "", "events on the day", |_, context| Some(context.day.events.into())),
    measure("moved_mb", "MB", "volume on the day", |_, context| Some(context.day.moved_mb)),
    measure("volume_mb", "MB", "volume", |event, _| event.volume_mb),
    measure("failed_attempts", "", "failed attempts right before", |event, context| {
        let counted = context.derived.failed_attempts;
        Some(event.failed_attempts.map_or(counted, |given| given.max(counted)).into())
    }),
    measure("travel_speed", "km/h", "speed from the last place", |_, context| {
        context.derived.travel.map(|travel| travel.speed())
    }),
    measure("travel_distance", "km", "distance from the last place", |_, context| {
        context.derived.travel.map(|travel| travel.km)
    }),
    measure("pause", "days", "time since the last event", |_, context| context.derived.pause),
    measure("sensitivity", "0 to 3", "sensitivity of the action", |_, context| Some(context.sensitivity)),
    measure("active_days", "", "active days before", |_, context| Some(context.active_days.into())),
    measure("is_service", "", "whether the event shows a service account", |_, context| {
        Some(f64::from(u8::from(context.is_program)))
    }),
];

/// Returns the inputs of an event, given its user's `profile` and the `population`, both as they were before the event.
///
/// ```
/// use shared::{
///     event::{Action, Event},
///     inputs::{Measure, extract},
///     population::Population,
///     profile::Profile,
/// };
///
/// let time = "2024-01-15T14:30:00Z".parse()?;
/// let download = Event { volume_mb: Some(2.5), ..Event::new("ann".parse()?, time, Action::Download) };
/// let inputs = extract(&download, &Profile::default(), &Population::default());
/// assert_eq!(inputs.measure(Measure::VolumeMb), 2.5);
/// assert!(inputs.measure(Measure::TravelSpeed).is_nan(), "there is no earlier place");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn extract(event: &Event, profile: &Profile, population: &Population) -> Inputs {
    Inputs::of(event, &EventContext::of(event, profile, population))
}

/// Returns the descriptions of the inputs, in their order.
pub fn table() -> &'static [InputSpec] {
    static TABLE: LazyLock<Vec<InputSpec>> = LazyLock::new(|| {
        let of_event = Family::ALL.map(|family| InputSpec {
            name: format!("{}_bits", family.name()),
            unit: BITS,
            meaning: format!("{} unlike the user's, at the event", family.spec().plural),
        });
        let of_day = Family::ALL.map(|family| InputSpec {
            name: format!("{}_day", family.name()),
            unit: BITS,
            meaning: format!("{} unlike the user's, mean over the day", family.spec().plural),
        });
        let rarities = RARITIES.map(|family| InputSpec {
            name: format!("{}_rarity", family.name()),
            unit: BITS,
            meaning: format!("{} that others rarely have", family.spec().plural),
        });
        let measures = MEASURES.iter().map(|measure| InputSpec {
            name: measure.name.to_owned(),
            unit: measure.unit,
            meaning: measure.meaning.to_owned(),
        });
        of_event.into_iter().chain(of_day).chain(rarities).chain(measures).collect()
    });
    &TABLE
}

/// Inputs are equal if their bits are, so that an unknown input (NaN) equals an unknown one.
impl PartialEq for Inputs {
    fn eq(&self, other: &Self) -> bool {
        self.0.map(f64::to_bits) == other.0.map(f64::to_bits)
    }
}

impl Inputs {
    /// Returns the inputs of an event in its context.
    pub fn of(event: &Event, context: &EventContext) -> Self {
        let mut inputs = Box::new([f64::NAN; INPUTS]);
        for (family, evidence) in context.evidence.iter().enumerate() {
            inputs[family] = evidence.map_or(f64::NAN, |evidence| evidence.bits);
            inputs[FIRST_DAY + family] = clip(context.day.mean_bits(family));
        }
        for (input, family) in inputs[FIRST_RARITY..].iter_mut().zip(RARITIES) {
            *input = context.evidence[family.index()].map_or(f64::NAN, |evidence| -log2(evidence.others));
        }
        for (input, measure) in inputs[FIRST_MEASURE..].iter_mut().zip(&MEASURES) {
            *input = (measure.value)(event, context).unwrap_or(f64::NAN);
        }
        if context.precision == Precision::Stored {
            for (place, input) in inputs.iter_mut().enumerate() {
                *input = if is_in_bits(place) { to_step(*input) } else { to_single(*input) };
            }
        }
        Self(inputs)
    }

    /// Makes inputs of stored numbers, in the order of [`table`].
    pub fn stored(values: [f64; INPUTS]) -> Self {
        Self(Box::new(values))
    }

    /// Returns the numbers in the order of [`table`].
    pub fn values(&self) -> &[f64; INPUTS] {
        &self.0
    }

    /// Returns the terms of the identity evidence in bits, from -12 to 12: each family's mean over the day, then each
    /// family's evidence of the event; 0 where the event lacks the value.
    pub fn identity(&self) -> [f64; IDENTITY_INPUTS] {
        let known = |bits: f64| if bits.is_nan() { 0.0 } else { clip(bits) };
        std::array::from_fn(|input| match input.checked_sub(FAMILIES) {
            None => self.0[FIRST_DAY + input],
            Some(family) => known(self.0[family]),
        })
    }

    /// Returns an input that belongs to no family; NaN if it is unknown.
    pub fn measure(&self, measure: Measure) -> f64 {
        self.0[measure.index()]
    }
}

/// Returns the indices of all inputs that belong to a family.
pub fn indices_of(family: Family) -> impl Iterator<Item = usize> {
    let rarity = RARITIES.iter().position(|rare| *rare == family).map(|place| FIRST_RARITY + place);
    [Some(family.index()), Some(FIRST_DAY + family.index()), rarity].into_iter().flatten()
}

/// Returns whether an input, by its index, is in bits.
pub fn is_in_bits(place: usize) -> bool {
    match place.checked_sub(FIRST_MEASURE) {
        None => true,
        Some(measure) => MEASURES[measure].unit == BITS,
    }
}

fn to_step(bits: f64) -> f64 {
    (bits * STEPS_PER_BIT).round() / STEPS_PER_BIT + 0.0 // no -0
}

#[expect(clippy::cast_possible_truncation, reason = "the precision of an input")]
fn to_single(number: f64) -> f64 {
    f64::from(number as f32) + 0.0 // no -0
}

fn clip(bits: f64) -> f64 {
    bits.clamp(-LARGEST_EVIDENCE, LARGEST_EVIDENCE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Action;

    #[test]
    fn every_input_has_its_own_name() {
        let mut names: Vec<_> = table().iter().map(|input| input.name.as_str()).collect();
        assert_eq!(names.len(), INPUTS);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), INPUTS);
    }

    #[test]
    fn the_inputs_of_a_family_are_all_that_bear_its_name() {
        for family in Family::ALL {
            let places: Vec<_> = indices_of(*family).collect();
            let named = ["bits", "day", "rarity"].map(|of| format!("{}_{of}", family.name()));
            let is_named = |place: &usize| named.contains(&table()[*place].name);
            assert_eq!(places, (0..INPUTS).filter(is_named).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_an_event_does_not_say_is_no_number() {
        let time = "2024-01-15T14:30:00Z".parse().expect("a time");
        let event =
            Event { failed_attempts: Some(7), ..Event::new("ann".parse().expect("an id"), time, Action::Admin) };
        let inputs = extract(&event, &Profile::default(), &Population::default());
        let value = |name: &str| {
            let place = table().iter().position(|input| input.name == name).expect("an input");
            inputs.values()[place]
        };
        let unknown = ["location_bits", "network_rarity", "travel_speed", "pause", "volume_mb"];
        assert!(unknown.iter().all(|name| value(name).is_nan()));
        assert_eq!(["failed_attempts", "sensitivity", "active_days", "events"].map(value), [7.0, 3.0, 0.0, 1.0]);
        assert_eq!(inputs.measure(Measure::FailedAttempts), 7.0);
        assert!(inputs.identity().iter().all(|bits| bits.is_finite()));
    }
}

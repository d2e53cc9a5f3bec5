//! What makes an event resemble known attacks: the attack classifier's features in words, and the kind of attack that
//! most of them point to.

use crate::{
    families::Family,
    features,
    format::{counted, volume},
    inputs::{self, BITS, InputSpec, Measure},
};

/// The kinds of attack that are told, each with what points to it.
const KINDS: [(&str, &[Measure], &[Family]); 6] = [
    ("a mass deletion", &[Measure::DestructiveActs], &[]),
    ("a mass data transfer", &[Measure::ExcessTransfer, Measure::MovedMb, Measure::VolumeMb], &[Family::Volume]),
    ("password guessing", &[Measure::ExcessFailures, Measure::FailedActs, Measure::FailedAttempts], &[]),
    ("external sharing of data", &[Measure::ExternalShares], &[]),
    (
        "a search through unfamiliar resources",
        &[Measure::NewResources],
        &[Family::Project, Family::Folder, Family::Item],
    ),
    (
        "an account takeover",
        &[Measure::TravelSpeed, Measure::TravelDistance],
        &[Family::Location, Family::Device, Family::UserAgent, Family::Network, Family::Subnet, Family::Address],
    ),
];

/// Returns the kind of attack to which at least half of the contributions that raise the score point; none if no kind
/// has so much. Each contribution comes with the index of its feature.
pub(super) fn kind(raising: &[(usize, f64)]) -> Option<&'static str> {
    let all: f64 = raising.iter().map(|(_, contribution)| contribution).sum();
    let points = |feature: usize, measures: &[Measure], families: &[Family]| {
        measures.iter().any(|measure| measure.index() == feature)
            || families.iter().any(|family| inputs::indices_of(*family).any(|index| index == feature))
    };
    KINDS.iter().find_map(|(kind, measures, families)| {
        let pointing = raising.iter().filter(|(feature, _)| points(*feature, measures, families));
        let sum: f64 = pointing.map(|(_, contribution)| contribution).sum();
        (sum > 0.0 && sum >= all / 2.0).then_some(*kind)
    })
}

/// Returns whether a feature's value is unknown, or in bits and as usual for the user, so that a text need not tell it.
pub(super) fn is_ordinary(feature: usize, value: f64) -> bool {
    value.is_nan() || (features::table()[feature].unit == BITS && value <= 0.0)
}

/// Returns a feature with its value as a phrase.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of the events of a day")]
pub(super) fn phrase(feature: usize, value: f64) -> String {
    let name = features::table()[feature].name.as_str();
    let count = value as u32;
    match name {
        _ if value.is_nan() => unknown(feature),
        "identity" => format!("the day as a whole is {} this user's", likeness(value)),
        "mass" if value > 0.0 => "new, deleted and shared resources together".to_owned(),
        "mass" => "no new, deleted or shared resources".to_owned(),
        "excess_failures" => excess("failures", value),
        "excess_transfer" => excess("transferred data", value),
        "new_resources" => format!("{} accessed for the first time", counted(count, "resource")),
        "destructive_acts" => format!("{} on the day", counted(count, "deletion")),
        "exporting_acts" => format!("{} that shared or exported data", counted(count, "action")),
        "failed_acts" => format!("{} on the day", counted(count, "failed action")),
        "events" => format!("{} on the day", counted(count, "event")),
        "moved_mb" => format!("{} transferred on the day", volume(value)),
        "volume_mb" => format!("{} transferred by this event", volume(value)),
        "failed_attempts" => format!("{} right before", counted(count, "failed attempt")),
        "travel_speed" => format!("{value:.0} km/h from the last location"),
        "travel_distance" => format!("{value:.0} km from the last location"),
        "pause" => format!("{value:.1} days since the last event"),
        "sensitivity" => format!("a kind of action with sensitivity {value:.0} of 3"),
        "active_days" => format!("{} of history", counted(count, "day")),
        "is_service" if value > 0.0 => "a service account".to_owned(),
        "is_service" => "no service account".to_owned(),
        _ => of_family(name, value),
    }
}

fn of_family(name: &str, value: f64) -> String {
    let (family, of) = name.rsplit_once('_').expect("a feature of a family is named after it");
    let plural = Family::named(family).expect("a feature of a family is named after it").spec().plural;
    match of {
        "rarity" => format!("{plural} that one in {:.0} other users' events have", crate::math::exp2(value)),
        "day" => format!("{plural} of the day {} this user's", likeness(value)),
        _ => format!("{plural} of this event {} this user's", likeness(value)),
    }
}

/// Returns the phrase for a feature whose value is unknown, which the classifier goes by, too.
fn unknown(feature: usize) -> String {
    let InputSpec { name, meaning, .. } = &features::table()[feature];
    match name.as_str() {
        "travel_speed" | "travel_distance" => "distance from the last location not known".to_owned(),
        "volume_mb" => "no volume recorded".to_owned(),
        "pause" => "no earlier event of the user".to_owned(),
        _ => match name.rsplit_once('_').and_then(|(family, _)| Family::named(family)) {
            Some(family) => format!("no {} recorded", family.spec().plural),
            None => format!("{meaning} not known"),
        },
    }
}

fn excess(what: &str, value: f64) -> String {
    if value > 0.0 { format!("more {what} than usual") } else { format!("no more {what} than usual") }
}

fn likeness(bits: f64) -> &'static str {
    if bits > 0.0 { "unlike" } else { "like" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::FEATURES;

    #[test]
    fn every_feature_has_a_phrase_of_its_own() {
        for value in [0.0, 2.0] {
            let mut phrases: Vec<String> = (0..FEATURES).map(|feature| phrase(feature, value)).collect();
            phrases.sort();
            let all = phrases.len();
            phrases.dedup();
            // Families of networks and of folders share their plurals.
            assert!(all - phrases.len() <= 4, "{phrases:#?}");
            assert!(phrases.iter().all(|phrase| !phrase.contains("NaN")));
        }
        for feature in 0..FEATURES {
            let unknown = phrase(feature, f64::NAN);
            assert!(unknown.starts_with("no ") || unknown.ends_with(" not known"), "{unknown}");
        }
        let rarity = features::names().iter().position(|name| *name == "network_rarity").expect("a feature");
        assert_eq!(phrase(rarity, f64::NAN), "no networks recorded");
        assert_eq!(phrase(Measure::DestructiveActs.index(), 1.0), "1 deletion on the day");
        assert_eq!(phrase(Measure::DestructiveActs.index(), 30.0), "30 deletions on the day");
        assert_eq!(phrase(Measure::VolumeMb.index(), 5000.0), "5 GB transferred by this event");
        assert_eq!(phrase(Family::Location.index(), 4.0), "locations of this event unlike this user's");
    }

    #[test]
    fn a_kind_of_attack_is_told_if_half_of_what_raises_the_score_points_to_it() {
        let [deletions, events, speed] =
            [Measure::DestructiveActs, Measure::Events, Measure::TravelSpeed].map(Measure::index);
        assert_eq!(kind(&[(deletions, 0.2), (events, 0.1), (speed, 0.05)]), Some("a mass deletion"));
        assert_eq!(kind(&[(deletions, 0.1), (events, 0.1), (speed, 0.05)]), None);
        assert_eq!(kind(&[(speed, 0.1), (Family::Location.index(), 0.1), (events, 0.1)]), Some("an account takeover"));
        assert_eq!(kind(&[]), None);
    }
}

//! What the sentences about an event need from its user's profile as it was before the event.

use crate::{
    families::{FAMILIES, Family},
    last_event::LastEvent,
    likelihood::{Evidence, EvidenceOfFamilies},
    profile::{DecayClock, Profile},
    values::{Paths, Values},
};

/// The minimum evidence of a family for a sentence about the event itself, in bits.
const LEAST_BITS: f64 = 1.0;
/// The upper bound of the count of a value that the user had on the event's day only: lagged counts leave out the most
/// recent days.
const COUNT_OF_TODAY: f64 = 0.01;

/// When the user had a value before an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenBefore {
    /// Never.
    Never,
    /// By the counts, on the event's day only.
    Lately,
    /// On an earlier day.
    Earlier,
}

/// The most frequent value of a user.
#[derive(Debug, Clone, PartialEq)]
pub struct UsualValue {
    /// The name of the value.
    pub name: Box<str>,
    /// The share of the user's days with the value, from 0 to 1.
    pub share: f64,
}

/// The facts about an event that its explanation needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// The user's event before this one.
    pub last: LastEvent,
    /// When the user had the value of each family before; none if the evidence is too weak for a sentence.
    pub seen: [Option<SeenBefore>; FAMILIES],
    /// The user's most frequent place, if there is a sentence about the place.
    pub usual_place: Option<UsualValue>,
    /// The user's most frequent first path part, if there is a sentence about it.
    pub usual_project: Option<UsualValue>,
}

impl Facts {
    /// Takes the facts about an event from the user's `profile` before the event.
    pub fn of(values: &Values, paths: &Paths, evidence: &EvidenceOfFamilies, profile: &Profile) -> Self {
        let clock = profile.clock(0);
        let is_told = |family: Family| evidence[family.index()].is_some_and(|evidence| tells_of_event(&evidence));
        let seen =
            Family::ALL.map(|family| is_told(family).then(|| seen_before(family, values, paths, profile, &clock)));
        let usual = |(name, share): (&str, f64)| UsualValue { name: name.into(), share };
        let first = |values: Vec<(&str, f64)>| values.into_iter().next().map(usual);
        Self {
            last: *profile.last(),
            seen,
            usual_place: is_told(Family::Location).then(|| first(profile.usual_places(&clock))).flatten(),
            usual_project: is_told(Family::Project).then(|| first(profile.usual_projects(&clock))).flatten(),
        }
    }
}

/// Returns whether evidence is strong enough for a sentence about the event itself.
pub fn tells_of_event(evidence: &Evidence) -> bool {
    evidence.bits >= LEAST_BITS
}

/// Returns when the user had the event's value of a family before.
fn seen_before(family: Family, values: &Values, paths: &Paths, profile: &Profile, clock: &DecayClock) -> SeenBefore {
    let found = match family.tree() {
        Some((tree, level)) => {
            let node = paths.get(tree).and_then(|path| path.nodes().get(level).copied());
            node.map(|node| {
                let is_counted = profile.remembers(node);
                (profile.has_touched(node), is_counted, profile.node(tree, Some(node), clock).count)
            })
        }
        None => values.get(family).map(|value| {
            let is_seen = profile.has_seen(value);
            (is_seen, is_seen, profile.count(value, clock))
        }),
    };
    match found {
        Some((false, _, _)) => SeenBefore::Never,
        Some((true, true, count)) if count < COUNT_OF_TODAY => SeenBefore::Lately,
        _ => SeenBefore::Earlier,
    }
}

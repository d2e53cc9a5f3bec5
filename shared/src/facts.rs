//! What the sentences about an event need from its user's profile as it was before the event.

mod usual;

use serde::{Deserialize, Serialize};

use crate::{
    event::Action,
    families::Family,
    last_event::LastEvent,
    likelihood::EvidenceOfFamilies,
    profile::{DAY_TOTALS, DayState, DecayClock, Profile},
    values::{Paths, Values},
};

/// The minimum evidence of a family for a sentence about the event itself, in bits.
const LEAST_BITS: f64 = 1.0;
/// The upper bound of the count of a value that the user had on the event's day only: lagged counts leave out the most
/// recent days.
const COUNT_OF_TODAY: f64 = 0.01;

/// When the user had a value before an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeenBefore {
    /// Never.
    Never,
    /// By the counts, on the event's day only.
    Lately,
    /// On an earlier day.
    Earlier,
}

/// What a user usually has in place of a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UsualValue {
    /// The usual value in words: the most frequent one, or the hours of most days.
    pub name: Box<str>,
    /// The share of the user's days with it, from 0 to 1.
    pub share: f32,
}

/// A family whose evidence is strong enough for a sentence about the event itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToldFamily {
    /// The family.
    pub family: Family,
    /// The probability of the event's value for this user.
    pub user: f32,
    /// The probability of the value for the user's peers; in a tree, for all users.
    pub others: f32,
    /// When the user had the value before.
    pub seen: SeenBefore,
    /// What is usual for the user in its place, if the profile tells.
    pub usual: Option<UsualValue>,
}

/// The facts about an event that its explanation needs, beside the event and its inputs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The second of the user's event before this one, in Unix time; none before the first.
    pub last_second: Option<i64>,
    /// The kind of act of the event before this one.
    pub last_action: Option<Action>,
    /// The number of the user's events in `last_second`.
    pub last_in_second: u32,
    /// The families that there are sentences about, in their order.
    pub told: Vec<ToldFamily>,
    /// The usual number of failures of a day, if the day has more than twice as many.
    pub usual_failures: Option<f32>,
    /// The usual volume of a day in megabytes, if the day has more than twice as much.
    pub usual_moved_mb: Option<f32>,
    /// The highest number of failed attempts right before an event of the day.
    pub failed_attempts_of_day: u32,
}

impl Facts {
    /// Takes the facts about an event from the user's `profile` before the event and the user's `day` with the event.
    /// `usual_totals` are the usual failures and megabytes of a day, each if the day has more than twice as many.
    pub fn of(
        values: &Values,
        paths: &Paths,
        evidence: &EvidenceOfFamilies,
        profile: &Profile,
        day: &DayState,
        usual_totals: [Option<f64>; DAY_TOTALS],
    ) -> Self {
        let clock = profile.clock(0);
        let strong = Family::ALL.iter().zip(evidence).filter_map(|(family, evidence)| {
            let evidence = evidence.filter(|evidence| evidence.bits >= LEAST_BITS)?;
            let (family, seen) = (*family, seen_before(*family, values, paths, profile, &clock));
            let usual = usual::of_family(family, values, profile, &clock);
            Some(ToldFamily { family, user: single(evidence.user), others: single(evidence.others), seen, usual })
        });
        let told: Vec<ToldFamily> = strong.collect();
        let last = profile.last();
        let [usual_failures, usual_moved_mb] = usual_totals.map(|usual| usual.map(single));
        Self {
            last_second: last.second,
            last_action: last.action,
            last_in_second: last.in_second,
            told,
            usual_failures,
            usual_moved_mb,
            failed_attempts_of_day: day.failed_attempts,
        }
    }

    /// Returns what is known of a family, if there is a sentence about it.
    pub fn told(&self, family: Family) -> Option<&ToldFamily> {
        self.told.iter().find(|told| told.family == family)
    }

    /// Returns the user's event before this one, as far as sentences tell of it.
    pub fn last(&self) -> LastEvent {
        LastEvent {
            second: self.last_second,
            action: self.last_action,
            in_second: self.last_in_second,
            ..LastEvent::default()
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the precision of a number in a sentence")]
fn single(number: f64) -> f32 {
    number as f32
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

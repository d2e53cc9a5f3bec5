//! Why, in plain sentences: one a part of the evidence.

use crate::{
    calibration::Signal,
    detector::Assessment,
    event::Event,
    evidence::Evidence,
    family::Family,
    math::exp2,
    profile::{Clock, Profile},
};

/// Which part of the evidence a reason speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A family of the identity evidence.
    Family(Family),
    /// Resources the user never touched before.
    NewResources,
    /// Destructive acts.
    Destructive,
    /// Acts that give something away.
    Exporting,
    /// Failed acts.
    Failures,
    /// Data moved.
    Transfer,
    /// Likeness to known attacks.
    Known,
}

/// One reason for a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// Which part of the evidence.
    pub part: Part,
    /// How many powers of ten of the moment's rarity the part accounts for.
    pub weight: f64,
    /// The reason in words.
    pub sentence: String,
}

/// What accounts for less of the rarity is left out, but for the strongest reason.
const LEAST_WEIGHT: f64 = 0.1;
/// A count of today alone comes to nothing, but for rounding: what is recent is held back.
const OF_TODAY: f64 = 0.01;
/// Evidence of less than a bit is not worth a sentence about the event itself.
const LEAST_BITS: f64 = 1.0;

/// Says why `assessment` came out as it did, the strongest reason first.
///
/// `profile` must be as it was before the event.
pub fn reasons(event: &Event, assessment: &Assessment, profile: &Profile) -> Vec<Reason> {
    let families = family_weights(assessment).map(|(family, weight)| (Part::Family(family), weight));
    let mut parts: Vec<_> = families.chain(count_weights(assessment)).filter(|(_, weight)| *weight > 0.0).collect();
    parts.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let told = parts.iter().take_while(|(_, weight)| *weight >= LEAST_WEIGHT).count().max(1);
    parts.truncate(told);
    let speaker = Speaker { event, assessment, profile, clock: profile.clock(0) };
    parts.into_iter().map(|(part, weight)| Reason { part, weight, sentence: speaker.sentence(part) }).collect()
}

/// Splits the rarity that the identity evidence accounts for among the families that speak against the user.
fn family_weights(assessment: &Assessment) -> impl Iterator<Item = (Family, f64)> {
    let against: f64 = assessment.shares.iter().filter(|share| **share > 0.0).sum();
    let rarity = assessment.rarity_of(Signal::Identity);
    Family::ALL.into_iter().map(move |family| (family, assessment.share(family).max(0.0) * rarity / against))
}

/// Splits the rarity that the mass evidence accounts for among its counts; the other signals have their own.
fn count_weights(assessment: &Assessment) -> [(Part, f64); 6] {
    let today = &assessment.today;
    let [new, destructive, exporting] = [today.new_resources, today.destructive, today.exporting].map(f64::from);
    let all = new + destructive + exporting;
    let weight = |count: f64| if count > 0.0 { assessment.rarity_of(Signal::Mass) * count / all } else { 0.0 };
    [
        (Part::NewResources, weight(new)),
        (Part::Destructive, weight(destructive)),
        (Part::Exporting, weight(exporting)),
        (Part::Failures, assessment.rarity_of(Signal::Failures)),
        (Part::Transfer, assessment.rarity_of(Signal::Transfer)),
        (Part::Known, assessment.rarity_of(Signal::Known)),
    ]
}

/// When a user had a value before an event.
enum Before {
    Never,
    /// On the event's day and on no other.
    Today,
    Earlier,
}

/// Speaks about one event of one user.
struct Speaker<'a> {
    event: &'a Event,
    assessment: &'a Assessment,
    profile: &'a Profile,
    clock: Clock,
}

impl Speaker<'_> {
    fn sentence(&self, part: Part) -> String {
        let today = &self.assessment.today;
        match part {
            Part::Family(family) => self.of_family(family),
            Part::NewResources => {
                format!("{} touched for the first time, in one day", counted(today.new_resources, "resource"))
            }
            Part::Destructive => format!("{} in one day", counted(today.destructive, "destructive act")),
            Part::Exporting => format!("{} that gives something away, in one day", counted(today.exporting, "act")),
            Part::Failures => {
                let failures = today.failed.max(today.failed_attempts);
                format!("{} in one day", counted(failures, "failed attempt"))
            }
            Part::Transfer => format!("{} moved in one day, far more than usual", volume(today.moved_mb)),
            Part::Known => {
                let odds = exp2(self.assessment.signal(Signal::Known));
                format!("Resembles known kinds of attack: the forest is {} sure", percent(odds / (1.0 + odds)))
            }
        }
    }

    fn of_family(&self, family: Family) -> String {
        match self.assessment.evidence[family.index()] {
            Some(evidence) if evidence.bits >= LEAST_BITS => self.of_the_event(family, &evidence),
            _ => format!("Earlier on the day: {} unlike this user's", plural(family)),
        }
    }

    fn of_the_event(&self, family: Family, evidence: &Evidence) -> String {
        let (value, usual) = (self.value(family), self.usual(family));
        match self.seen_before(family) {
            Before::Never => format!("First time {value}{usual}"),
            Before::Today => format!("Never before today {value}{usual}"),
            Before::Earlier => {
                let others = if family.tree().is_some() { "others" } else { "peers" };
                let shares = format!("{} of their own, {others} {}", percent(evidence.user), percent(evidence.others));
                format!("Seldom {value}: {shares}{usual}")
            }
        }
    }

    /// Tells when the user had the event's value in a family before.
    fn seen_before(&self, family: Family) -> Before {
        let profile = self.profile;
        let found = match family.tree() {
            Some((tree, level)) => {
                let node = self.assessment.paths.get(tree).and_then(|path| path.nodes().get(level).copied());
                node.map(|node| {
                    let is_counted = profile.remembers(node);
                    (profile.has_touched(node), is_counted, profile.node(tree, Some(node), &self.clock).count)
                })
            }
            None => self.assessment.values.get(family).map(|value| {
                let is_seen = profile.has_seen(value);
                (is_seen, is_seen, profile.count(value, &self.clock))
            }),
        };
        match found {
            Some((false, _, _)) => Before::Never,
            Some((true, true, count)) if count < OF_TODAY && self.assessment.today.events > 1 => Before::Today,
            _ => Before::Earlier,
        }
    }

    /// Names the event's value in a family, to follow "first time", "never before today" or "seldom".
    fn value(&self, family: Family) -> String {
        let event = self.event;
        let resource = event.resource.as_deref().unwrap_or_default();
        match family {
            Family::Action => format!("a {}", event.action.name()),
            Family::Hour => format!("at {:02} h UTC", crate::calendar::hour_of(self.assessment.second)),
            Family::Weekday => format!("on a {}", self.weekday()),
            Family::Location => format!("at {}", event.location.as_deref().unwrap_or_default()),
            Family::Device => format!("by {}", event.device.map_or("", crate::event::Device::name)),
            Family::Volume => format!("about {}", volume(event.volume_mb.unwrap_or_default())),
            Family::Gap => format!("after such a pause ({})", self.pause()),
            Family::Pair => format!("a {} after a {}", event.action.name(), self.last_action()),
            Family::Batch => "so many events in one second".to_owned(),
            Family::Project => format!("in {}", prefix(resource, 1)),
            Family::Folder => format!("in {}", prefix(resource, 2)),
            Family::Subfolder => format!("in {}", prefix(resource, 3)),
            Family::Item => format!("on {resource}"),
            Family::Agent => format!("with {}", event.user_agent.as_deref().unwrap_or_default()),
            Family::Network | Family::Subnet => format!("from the network of {}", self.address()),
            Family::Address => format!("from {}", self.address()),
        }
    }

    fn usual(&self, family: Family) -> String {
        let usual = match family {
            Family::Location => self.profile.usual_places(&self.clock),
            Family::Project => self.profile.usual_projects(&self.clock),
            _ => return String::new(),
        };
        usual.first().map_or_else(String::new, |(name, share)| format!("; usually {name} ({})", percent(*share)))
    }

    fn weekday(&self) -> &'static str {
        const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        NAMES[usize::from(self.assessment.today.day.weekday())]
    }

    fn address(&self) -> String {
        self.event.address.map_or_else(String::new, |address| address.to_string())
    }

    fn pause(&self) -> String {
        let last = self.profile.last().second;
        last.map_or_else(|| "none before".to_owned(), |last| duration(self.assessment.second - last))
    }

    fn last_action(&self) -> &'static str {
        self.profile.last().action.map_or("start", crate::event::Action::name)
    }
}

/// Names what a family compares, in the plural.
pub(crate) fn plural(family: Family) -> &'static str {
    match family {
        Family::Action => "acts",
        Family::Hour => "hours",
        Family::Weekday => "a weekday",
        Family::Location => "places",
        Family::Device => "devices",
        Family::Volume => "volumes",
        Family::Gap => "pauses",
        Family::Pair => "sequences of acts",
        Family::Batch => "bursts",
        Family::Project => "areas of work",
        Family::Folder | Family::Subfolder => "folders",
        Family::Item => "files",
        Family::Agent => "programs",
        Family::Network | Family::Subnet => "networks",
        Family::Address => "addresses",
    }
}

/// Returns the first `parts` parts of a resource's path.
fn prefix(resource: &str, parts: usize) -> &str {
    let end = resource.match_indices('/').nth(parts - 1).map_or(resource.len(), |(end, _)| end);
    &resource[..end]
}

/// Counts things whose plural ends in s.
fn counted(count: u32, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent < 1.0 { "under 1 %".to_owned() } else { format!("{percent:.0} %") }
}

fn volume(megabytes: f64) -> String {
    match megabytes {
        mb if mb >= 1000.0 => format!("{:.1} GB", mb / 1000.0),
        mb if mb >= 1.0 => format!("{mb:.1} MB"),
        mb if mb >= 0.001 => format!("{:.1} kB", mb * 1000.0),
        mb => format!("{:.0} bytes", mb * 1e6),
    }
}

fn duration(seconds: i64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_written_for_people() {
        assert_eq!([0.000_64, 0.064, 150.5, 2500.0].map(volume), ["640 bytes", "64.0 kB", "150.5 MB", "2.5 GB"]);
        assert_eq!([59, 600, 7200, 864_000].map(duration), ["59 s", "10 min", "2 h", "10 days"]);
        assert_eq!([0.004, 0.934].map(percent), ["under 1 %", "93 %"]);
        assert_eq!([1, 21].map(|count| counted(count, "resource")), ["1 resource", "21 resources"]);
    }

    #[test]
    fn a_prefix_has_so_many_parts_and_no_more_than_there_are() {
        assert_eq!([1, 2, 3].map(|parts| prefix("p01/db", parts)), ["p01", "p01/db", "p01/db"]);
    }
}

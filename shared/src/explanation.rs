//! The explanation of a score: one sentence for each part of the evidence.

use crate::{
    assessment::Assessment,
    context::EventContext,
    event::Event,
    facts::{SeenBefore, tells_of_event},
    families::{FAMILIES, Family, Moment},
    format::{counted, percent, volume},
    likelihood::Evidence,
    math::exp2,
    model::Model,
    signals::Signal,
};

/// A part of the evidence, which one reason is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidencePart {
    /// A family of the identity evidence.
    Family(Family),
    /// Resources that the user touched for the first time.
    NewResources,
    /// Destructive acts.
    Destructive,
    /// Acts that share or export something.
    ExternalShares,
    /// Failed acts.
    Failures,
    /// The volume of data moved.
    Transfer,
    /// Likeness to known kinds of attack.
    AttackClassifier,
}

impl EvidencePart {
    /// Returns the name in stored predictions and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Family(family) => family.name(),
            Self::NewResources => "new_resources",
            Self::Destructive => "destructive_acts",
            Self::ExternalShares => "exporting_acts",
            Self::Failures => "failures",
            Self::Transfer => "volume_of_day",
            Self::AttackClassifier => "known_attack",
        }
    }
}

/// One reason for a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The part of the evidence.
    pub part: EvidencePart,
    /// The part's share of the event's rarity, in powers of ten.
    pub weight: f64,
    /// The reason as a sentence.
    pub sentence: String,
}

/// The minimum weight of a reason, in powers of ten; the strongest reason may have less.
const LEAST_WEIGHT: f64 = 0.1;

/// Returns the reasons for the score of `event`, the strongest first. There is at least one if any part of the evidence
/// has a positive weight.
pub fn reasons(event: &Event, assessment: &Assessment, model: &Model) -> Vec<Reason> {
    let families = family_weights(assessment, model).map(|(family, weight)| (EvidencePart::Family(family), weight));
    let mut parts: Vec<_> = families.chain(count_weights(assessment)).filter(|(_, weight)| *weight > 0.0).collect();
    parts.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let told = parts.iter().take_while(|(_, weight)| *weight >= LEAST_WEIGHT).count().max(1);
    parts.truncate(told);
    let context = &assessment.context;
    let moment = Moment { event, second: context.second, last: &context.facts.last };
    let writer = ReasonWriter { moment, assessment };
    parts.into_iter().map(|(part, weight)| Reason { part, weight, sentence: writer.sentence(part) }).collect()
}

/// Splits the rarity of the identity signal among the families in proportion to their positive shares of the evidence.
fn family_weights(assessment: &Assessment, model: &Model) -> impl Iterator<Item = (Family, f64)> {
    let shares: [f64; FAMILIES] = assessment.shares(model);
    let against: f64 = shares.iter().filter(|share| **share > 0.0).sum();
    let rarity = assessment.score.log10_rarity.signals[Signal::Identity];
    Family::ALL.iter().map(move |family| (*family, shares[family.index()].max(0.0) * rarity / against))
}

/// Splits the rarity of bulk activity among its counts in proportion; each of the other signals is one part.
fn count_weights(assessment: &Assessment) -> [(EvidencePart, f64); 6] {
    let day = &assessment.context.day;
    let rarities = &assessment.score.log10_rarity.signals;
    let [new, destructive, shares] = [day.new_resources, day.destructive_acts, day.external_shares].map(f64::from);
    let all = new + destructive + shares;
    let weight = |count: f64| if count > 0.0 { rarities[Signal::BulkActivity] * count / all } else { 0.0 };
    [
        (EvidencePart::NewResources, weight(new)),
        (EvidencePart::Destructive, weight(destructive)),
        (EvidencePart::ExternalShares, weight(shares)),
        (EvidencePart::Failures, rarities[Signal::Failures]),
        (EvidencePart::Transfer, rarities[Signal::Transfer]),
        (EvidencePart::AttackClassifier, rarities[Signal::AttackClassifier]),
    ]
}

/// Writes the sentences about one event.
struct ReasonWriter<'a> {
    moment: Moment<'a>,
    assessment: &'a Assessment,
}

impl ReasonWriter<'_> {
    fn context(&self) -> &EventContext {
        &self.assessment.context
    }

    fn sentence(&self, part: EvidencePart) -> String {
        let day = &self.context().day;
        match part {
            EvidencePart::Family(family) => self.of_family(family),
            EvidencePart::NewResources => {
                format!("{} touched for the first time, in one day", counted(day.new_resources, "resource"))
            }
            EvidencePart::Destructive => format!("{} in one day", counted(day.destructive_acts, "destructive act")),
            EvidencePart::ExternalShares => {
                format!("{} that gives something away, in one day", counted(day.external_shares, "act"))
            }
            EvidencePart::Failures => {
                let failures = day.failed.max(day.failed_attempts);
                format!("{} in one day", counted(failures, "failed attempt"))
            }
            EvidencePart::Transfer => format!("{} moved in one day, far more than usual", volume(day.moved_mb)),
            EvidencePart::AttackClassifier => {
                let odds = exp2(self.assessment.score.signals[Signal::AttackClassifier]);
                format!("Resembles known kinds of attack: the forest is {} sure", percent(odds / (1.0 + odds)))
            }
        }
    }

    fn of_family(&self, family: Family) -> String {
        match self.context().evidence[family.index()] {
            Some(evidence) if tells_of_event(&evidence) => self.of_the_event(family, &evidence),
            _ => format!("Earlier on the day: {} unlike this user's", family.spec().plural),
        }
    }

    fn of_the_event(&self, family: Family, evidence: &Evidence) -> String {
        let (value, usual) = ((family.spec().describe)(&self.moment), self.usual(family));
        let is_first_of_day = self.context().day.events == 1;
        match self.context().facts.seen[family.index()] {
            Some(SeenBefore::Never) => format!("First time {value}{usual}"),
            Some(SeenBefore::Lately) if !is_first_of_day => format!("Never before today {value}{usual}"),
            _ => {
                let others = if family.tree().is_some() { "others" } else { "peers" };
                let shares = format!("{} of their own, {others} {}", percent(evidence.user), percent(evidence.others));
                format!("Seldom {value}: {shares}{usual}")
            }
        }
    }

    fn usual(&self, family: Family) -> String {
        let facts = &self.context().facts;
        let usual = match family {
            Family::Location => &facts.usual_place,
            Family::Project => &facts.usual_project,
            _ => &None,
        };
        usual.as_ref().map_or_else(String::new, |usual| format!("; usually {} ({})", usual.name, percent(usual.share)))
    }
}

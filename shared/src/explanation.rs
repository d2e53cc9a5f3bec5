//! The explanation of a score: one sentence for each part of the evidence, what each part adds to the score, a linear
//! model of the score around the event, and the smallest change that turns the verdict.

mod agreement;
mod attribution;
mod counterfactual;
mod full;
pub mod lime;
mod owen;
mod quadrature;
mod reference;
mod tree_shap;

pub use agreement::Agreement;
pub use attribution::{Attribution, Attributions, Cause, Explainer};
pub use counterfactual::{Alternative, Alternatives, Counterfactual, EventField, FieldChange, Goal, counterfactual};
pub use full::{
    Explanation, ExplanationRequest, LimeCondition, LimeExplanation, LimeRequest, ShapExplanation, ShapValue, seed_of,
};
pub use reference::{Reference, ReferenceKind};
pub use tree_shap::{FeatureContributions, TreeShap};

use crate::{
    assessment::Assessment,
    calendar::second_of,
    event::Event,
    facts::{Facts, SeenBefore, ToldFamily, UsualValue},
    families::{FAMILIES, Family, Moment},
    format::{counted, percent, volume},
    inputs::{Inputs, Measure},
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
    /// The parts that belong to no family.
    const OTHERS: [Self; 6] = [
        Self::NewResources,
        Self::Destructive,
        Self::ExternalShares,
        Self::Failures,
        Self::Transfer,
        Self::AttackClassifier,
    ];

    /// Returns the part with a name.
    pub fn named(name: &str) -> Option<Self> {
        let other = || Self::OTHERS.into_iter().find(|part| part.name() == name);
        Family::named(name).map(Self::Family).or_else(other)
    }

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
    let writer = SentenceWriter::of(event, assessment);
    let reason = |(part, weight)| Reason { part, weight: to_single(weight), sentence: writer.sentence(part) };
    parts.into_iter().map(reason).collect()
}

/// Returns the weight of a reason in the precision in which it is stored.
#[expect(clippy::cast_possible_truncation, reason = "the precision of a stored weight")]
fn to_single(weight: f64) -> f64 {
    f64::from(weight as f32)
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

/// Writes the sentences about an event, from the event, its inputs and the facts that were taken with them.
#[derive(Debug, Clone, Copy)]
pub struct SentenceWriter<'a> {
    /// The event.
    pub event: &'a Event,
    /// The inputs of its score.
    pub inputs: &'a Inputs,
    /// The facts about it.
    pub facts: &'a Facts,
    /// The signal of the attack classifier, in bits.
    pub attack_bits: f32,
}

impl<'a> SentenceWriter<'a> {
    /// Returns the writer of the sentences about an assessed event.
    #[expect(clippy::cast_possible_truncation, reason = "the precision of a stored signal")]
    pub fn of(event: &'a Event, assessment: &'a Assessment) -> Self {
        let attack_bits = assessment.score.signals[Signal::AttackClassifier] as f32;
        Self { event, inputs: &assessment.inputs, facts: &assessment.context.facts, attack_bits }
    }

    /// Returns the sentence about a part of the evidence.
    pub fn sentence(&self, part: EvidencePart) -> String {
        match part {
            EvidencePart::Family(family) => self.of_family(family),
            EvidencePart::NewResources => {
                let resources = counted(self.count(Measure::NewResources), "resource");
                format!("{resources} touched for the first time, in one day")
            }
            EvidencePart::Destructive => {
                format!("{} in one day", counted(self.count(Measure::DestructiveActs), "destructive act"))
            }
            EvidencePart::ExternalShares => {
                let acts = counted(self.count(Measure::ExternalShares), "act");
                format!("{acts} that gives something away, in one day")
            }
            EvidencePart::Failures => {
                let failures = self.count(Measure::FailedActs).max(self.facts.failed_attempts_of_day);
                format!("{} in one day", counted(failures, "failed attempt"))
            }
            EvidencePart::Transfer => {
                format!("{} moved in one day, far more than usual", volume(self.inputs.measure(Measure::MovedMb)))
            }
            EvidencePart::AttackClassifier => {
                let odds = exp2(self.attack_bits.into());
                format!("Resembles known kinds of attack: the forest is {} sure", percent(odds / (1.0 + odds)))
            }
        }
    }

    /// Returns an input that is a count.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of the acts of a day")]
    fn count(&self, measure: Measure) -> u32 {
        self.inputs.measure(measure) as u32
    }

    fn of_family(&self, family: Family) -> String {
        match self.facts.told(family) {
            Some(told) => self.of_the_event(told),
            None => format!("Earlier on the day: {} unlike this user's", family.spec().plural),
        }
    }

    fn of_the_event(&self, told: &ToldFamily) -> String {
        let last = self.facts.last();
        let moment = Moment { event: self.event, second: second_of(self.event.time), last: &last };
        let (value, usual) = ((told.family.spec().describe)(&moment), self.usual(told.family));
        let is_first_of_day = self.count(Measure::Events) == 1;
        match told.seen {
            SeenBefore::Never => format!("First time {value}{usual}"),
            SeenBefore::Lately if !is_first_of_day => format!("Never before today {value}{usual}"),
            _ => {
                let others = if told.family.tree().is_some() { "others" } else { "peers" };
                let (own, of_others) = (percent(told.user.into()), percent(told.others.into()));
                format!("Seldom {value}: {own} of their own, {others} {of_others}{usual}")
            }
        }
    }

    fn usual(&self, family: Family) -> String {
        let usual = match family {
            Family::Location => &self.facts.usual_place,
            Family::Project => &self.facts.usual_project,
            _ => &None,
        };
        let told = |usual: &UsualValue| format!("; usually {} ({})", usual.name, percent(usual.share.into()));
        usual.as_ref().map_or_else(String::new, told)
    }
}

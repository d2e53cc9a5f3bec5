//! The sentences about the parts of the evidence, and what they are made of as data.

use serde::{Deserialize, Serialize};

use super::EvidencePart;
use crate::{
    assessment::Assessment,
    calendar::second_of,
    event::Event,
    facts::{Facts, SeenBefore, ToldFamily},
    families::{Family, Moment},
    format::{counted, percent, times, volume},
    inputs::{Inputs, Measure},
    math::exp2,
    signals::Signal,
};

/// The maximum usual number of failures of a day that is told as none.
const NO_FAILURES: f32 = 0.5;
/// The minimum usual volume of a day, in megabytes, that another is told as a multiple of.
const LEAST_USUAL_MB: f64 = 0.001;

/// What happened, and what is usual in its place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// What happened, in words.
    pub observed: String,
    /// What is usual for the user, in words; none if it is unknown.
    pub usual: Option<String>,
    /// The share of the user's days that `usual` has, from 0 to 1; none for a number.
    pub usual_share: Option<f64>,
    /// The probability of what happened for the user, from 0 to 1; none for a number.
    pub user_share: Option<f64>,
    /// The probability of what happened for the user's peers, or for all users, from 0 to 1; none for a number.
    pub others_share: Option<f64>,
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
        let Observation { observed, usual, .. } = self.observation(part);
        match part {
            EvidencePart::Family(family) => match self.facts.told(family) {
                Some(told) => self.of_value(told, &observed),
                None => format!("Unusual {} earlier that day", family.spec().plural),
            },
            EvidencePart::NewResources => format!("{observed} accessed for the first time in one day"),
            EvidencePart::Destructive => format!("{observed} in one day"),
            EvidencePart::ExternalShares => format!("{observed} that shared or exported data in one day"),
            EvidencePart::Failures => {
                let usual = usual.map_or_else(String::new, |usual| format!("; usually {usual}"));
                format!("{observed} in one day{usual}")
            }
            EvidencePart::Transfer => format!("{observed} transferred in one day, {}", self.transfer_ratio()),
            EvidencePart::AttackClassifier => format!("Similar to known attack patterns ({observed})"),
        }
    }

    /// Returns what happened and what is usual, of a part of the evidence.
    pub fn observation(&self, part: EvidencePart) -> Observation {
        let number = |observed| Observation { observed, ..Observation::default() };
        match part {
            EvidencePart::Family(family) => self.of_family(family),
            EvidencePart::NewResources => number(counted(self.count(Measure::NewResources), "resource")),
            EvidencePart::Destructive => number(counted(self.count(Measure::DestructiveActs), "deletion")),
            EvidencePart::ExternalShares => number(counted(self.count(Measure::ExternalShares), "action")),
            EvidencePart::Failures => {
                let failures = self.count(Measure::FailedActs).max(self.facts.failed_attempts_of_day);
                let usual = self.facts.usual_failures.map(usual_failures);
                Observation { usual, ..number(counted(failures, "failed attempt")) }
            }
            EvidencePart::Transfer => {
                let usual = self.facts.usual_moved_mb.map(|usual| volume(usual.into()));
                Observation { usual, ..number(volume(self.inputs.measure(Measure::MovedMb))) }
            }
            EvidencePart::AttackClassifier => {
                let odds = exp2(self.attack_bits.into());
                number(format!("model estimate {}", percent(odds / (1.0 + odds))))
            }
        }
    }

    /// Returns an input that is a count.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of the events of a day")]
    fn count(&self, measure: Measure) -> u32 {
        self.inputs.measure(measure) as u32
    }

    fn of_family(&self, family: Family) -> Observation {
        let last = self.facts.last();
        let moment = Moment { event: self.event, second: second_of(self.event.time), last: &last };
        let Some(told) = self.facts.told(family) else {
            return Observation { observed: family.spec().plural.to_owned(), ..Observation::default() };
        };
        Observation {
            observed: (family.spec().describe)(&moment),
            usual: told.usual.as_ref().map(|usual| usual.name.to_string()),
            usual_share: told.usual.as_ref().map(|usual| usual.share.into()),
            user_share: Some(told.user.into()),
            others_share: Some(told.others.into()),
        }
    }

    fn of_value(&self, told: &ToldFamily, observed: &str) -> String {
        let frames = &told.family.spec().frames;
        let is_first_of_day = self.count(Measure::Events) == 1;
        let with_value = |frame: &str| frame.replace("{}", observed);
        let usual = told.usual.as_ref();
        let usual = usual.map(|usual| format!("usually {} ({} of the time)", usual.name, percent(usual.share.into())));
        let ended = |sentence: String| [sentence].into_iter().chain(usual).collect::<Vec<_>>().join("; ");
        match told.seen {
            SeenBefore::Never => ended(with_value(frames.never)),
            SeenBefore::Lately if !is_first_of_day => ended(with_value(frames.today)),
            _ => {
                let others = if told.family.tree().is_some() { "other users" } else { "peers" };
                let (user, of_others) = (percent(told.user.into()), percent(told.others.into()));
                ended(format!("{} ({user} for this user, {of_others} for {others})", with_value(frames.rarely)))
            }
        }
    }

    fn transfer_ratio(&self) -> String {
        let moved = self.inputs.measure(Measure::MovedMb);
        match self.facts.usual_moved_mb.map(f64::from) {
            None => "far more than usual".to_owned(),
            Some(usual) if usual < LEAST_USUAL_MB => "where almost nothing is usual".to_owned(),
            Some(usual) => format!("{} the usual {}", times(moved, usual), volume(usual)),
        }
    }
}

fn usual_failures(usual: f32) -> String {
    if usual < NO_FAILURES { "none".to_owned() } else { format!("about {usual:.0}") }
}

//! Counterfactuals: the smallest change of an event that turns its verdict.
//!
//! Only what a person can imagine otherwise is changed: the hour, the place, the volume and the like. Each changed event
//! goes through the detector as a real one would, so a change that is found does turn the verdict. All changes of one
//! field are tried, then those of two and of three fields that come closest by themselves, as in the search for sparse
//! counterfactuals of Wachter, Mittelstadt and Russell, "Counterfactual Explanations without Opening the Black Box",
//! 2017 (<https://arxiv.org/abs/1711.00399>).

mod alternatives;

pub use alternatives::{Alternative, Alternatives, EventField, Goal};

use serde::{Deserialize, Serialize};

use crate::event::Event;

/// The number of values of a field that are tried together with those of other fields.
const TRIED_TOGETHER: usize = 4;
/// The maximum number of fields that are changed.
const MOST_FIELDS: usize = 3;

/// The change of one field of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field.
    pub field: EventField,
    /// Its value at the event, in words.
    pub from: String,
    /// The other value, in words.
    pub to: String,
}

/// A change of an event that turns its verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counterfactual {
    /// The changed fields.
    pub changes: Vec<FieldChange>,
    /// The changed event.
    pub event: Event,
    /// The anomaly score of the changed event.
    pub anomaly_score: f64,
}

/// A change that is tried: the alternatives, one for each of some fields, and the score with them.
struct Trial<'a> {
    alternatives: Vec<&'a Alternative>,
    event: Event,
    anomaly_score: f64,
}

/// Returns the smallest change by `alternatives` that brings an anomaly's score below the `threshold`, or an ordinary
/// event's score up to it; none if no change of up to three fields does.
///
/// Fewer fields are smaller than more; with as many fields, the change of the lowest cost is the smallest (see
/// [`Alternatives`]). `score` must be the anomaly score that the detector gives an event against the same profile and
/// population.
///
/// ```
/// use shared::{
///     engine::Engine,
///     event::{Action, Event},
///     explanation::{Alternatives, Goal, counterfactual},
///     model::Model,
///     population::Population,
///     profile::Profile,
/// };
///
/// let (engine, profile) = (Engine::new(Model::shipped(), Population::default()), Profile::default());
/// let score = |event: &Event| engine.score(event, &profile).anomaly_score();
/// let time = "2024-01-15T14:30:00Z".parse()?;
/// let download = Event { volume_mb: Some(50_000.0), ..Event::new("ann".parse()?, time, Action::Download) };
/// let threshold = score(&download);
/// let alternatives = Alternatives::of(Goal::Ordinary, &download, &profile, &[]);
/// let found = counterfactual(&download, &alternatives, threshold, score).expect("less volume has a lower score");
/// assert_eq!(found.changes.len(), 1);
/// assert!(score(&found.event) < threshold);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn counterfactual(
    event: &Event,
    alternatives: &Alternatives,
    threshold: f64,
    score: impl Fn(&Event) -> f64,
) -> Option<Counterfactual> {
    let search = CandidateSearch { event, threshold, is_anomaly: score(event) >= threshold, score };
    let fields: Vec<Vec<Trial>> = alternatives.by_field().iter().map(|of_field| search.by_progress(of_field)).collect();
    if let Some(smallest) = search.smallest(fields.iter().flatten()) {
        return Some(smallest);
    }
    let best: Vec<Vec<&Alternative>> = fields.iter().map(|trials| first_of(trials)).collect();
    (2..=MOST_FIELDS).find_map(|fields| {
        let trials: Vec<Trial> = combinations(&best, fields).into_iter().map(|chosen| search.trial(chosen)).collect();
        search.smallest(trials.iter())
    })
}

/// The search for a change that turns the verdict on an event.
struct CandidateSearch<'a, S> {
    event: &'a Event,
    threshold: f64,
    is_anomaly: bool,
    score: S,
}

impl<S: Fn(&Event) -> f64> CandidateSearch<'_, S> {
    fn trial<'b>(&self, alternatives: Vec<&'b Alternative>) -> Trial<'b> {
        let mut event = self.event.clone();
        for alternative in &alternatives {
            alternative.apply(&mut event);
        }
        Trial { anomaly_score: (self.score)(&event), alternatives, event }
    }

    /// Returns the trials of one field's alternatives alone, those that come closest to turning the verdict first.
    fn by_progress<'b>(&self, of_field: &'b [Alternative]) -> Vec<Trial<'b>> {
        let mut trials: Vec<Trial> = of_field.iter().map(|alternative| self.trial(vec![alternative])).collect();
        let distance = |trial: &Trial| if self.is_anomaly { trial.anomaly_score } else { -trial.anomaly_score };
        trials.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
        trials
    }

    /// Returns the change of the lowest cost that turns the verdict.
    fn smallest<'b>(&self, trials: impl Iterator<Item = &'b Trial<'b>>) -> Option<Counterfactual> {
        let turned = trials.filter(|trial| (trial.anomaly_score >= self.threshold) != self.is_anomaly);
        let smallest = turned.min_by(|a, b| a.cost().total_cmp(&b.cost()))?;
        let changes = smallest.alternatives.iter().map(|alternative| alternative.change()).collect();
        let Trial { event, anomaly_score, .. } = smallest;
        Some(Counterfactual { changes, event: event.clone(), anomaly_score: *anomaly_score })
    }
}

impl Trial<'_> {
    fn cost(&self) -> f64 {
        self.alternatives.iter().map(|alternative| alternative.cost()).sum()
    }
}

/// Returns the alternatives of the first trials, which change one field each.
fn first_of<'a>(trials: &[Trial<'a>]) -> Vec<&'a Alternative> {
    trials.iter().take(TRIED_TOGETHER).map(|trial| trial.alternatives[0]).collect()
}

/// Returns every choice of one item of each of `count` different groups.
fn combinations<T: Copy>(groups: &[Vec<T>], count: usize) -> Vec<Vec<T>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let with_first = |(at, group): (usize, &Vec<T>)| {
        let rest = combinations(&groups[at + 1..], count - 1);
        let with = |item: &T| rest.iter().map(|rest| [&[*item], &rest[..]].concat()).collect::<Vec<_>>();
        group.iter().flat_map(with).collect::<Vec<_>>()
    };
    groups.iter().enumerate().flat_map(with_first).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_have_one_item_of_each_of_some_groups() {
        let groups = [vec![1, 2], vec![3], vec![4, 5]];
        assert_eq!(combinations(&groups, 2), [[1, 3], [1, 4], [1, 5], [2, 3], [2, 4], [2, 5], [3, 4], [3, 5]]);
        assert_eq!(combinations(&groups, 3), [[1, 3, 4], [1, 3, 5], [2, 3, 4], [2, 3, 5]]);
        assert!(combinations(&groups[..1], 2).is_empty());
    }
}

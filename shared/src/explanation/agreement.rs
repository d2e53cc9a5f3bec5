//! The agreement of two explanations of the same score: Shapley values and LIME.

use serde::{Deserialize, Serialize};

use super::{Attributions, Cause, EvidencePart, lime::LimeFit};
use crate::{
    families::Family,
    inputs::{Measure, indices_of},
};

/// How far two explanations agree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// The number of topics that are among the three strongest of both.
    pub shared_top: usize,
    /// Spearman's rank correlation of what the topics contribute, from -1 to 1; none for fewer than three topics.
    pub rank_correlation: Option<f64>,
    /// A warning to the reader, if the two disagree.
    pub warning: Option<String>,
}

/// The number of the strongest topics that are compared.
const TOP: usize = 3;
/// The minimum number of shared ones, and the minimum correlation, for agreement.
const LEAST_SHARED: usize = 2;
const LEAST_CORRELATION: f64 = 0.3;

/// What inputs and parts of the evidence are about: a family, or an input that belongs to none, by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Topic {
    Family(Family),
    Input(usize),
}

impl Topic {
    fn of_input(input: usize) -> Self {
        let family = Family::ALL.iter().find(|family| indices_of(**family).any(|index| index == input));
        family.map_or(Self::Input(input), |family| Self::Family(*family))
    }

    /// Returns the topic of a cause; none for a feature of the classifier that stands for a whole signal.
    fn of_cause(cause: Cause) -> Option<Self> {
        const SIGNALS: [usize; 2] = [Measure::UsualIdentity.index(), Measure::UsualIdentityOfUser.index()];
        let measure = match cause {
            Cause::Feature(feature) if SIGNALS.contains(&feature) => return None,
            Cause::Feature(feature) => return Some(Self::of_input(feature)),
            Cause::Evidence(part) => match part {
                EvidencePart::Family(family) => return Some(Self::Family(family)),
                EvidencePart::NewResources => Measure::NewResources,
                EvidencePart::Destructive => Measure::DestructiveActs,
                EvidencePart::ExternalShares => Measure::ExternalShares,
                EvidencePart::Failures => Measure::ExcessFailures,
                EvidencePart::Transfer => Measure::ExcessTransfer,
                EvidencePart::AttackClassifier => return None,
            },
        };
        Some(Self::Input(measure.index()))
    }
}

impl Agreement {
    /// Compares the Shapley values of a score with a linear model of the score around the same inputs.
    ///
    /// Both are added up by topic. The classifier's features that stand for a whole signal are left out, since the
    /// linear model has what the signal is made of.
    pub fn of(attributions: &Attributions, lime: &LimeFit) -> Self {
        let of_shap =
            attributions.values.iter().filter_map(|value| Some((Topic::of_cause(value.cause)?, value.contribution)));
        let of_lime = lime.weights.iter().map(|(input, weight)| (Topic::of_input(*input), *weight));
        let both =
            of_shap.map(|(topic, sum)| (topic, [sum, 0.0])).chain(of_lime.map(|(topic, sum)| (topic, [0.0, sum])));
        let mut topics: Vec<(Topic, [f64; 2])> = Vec::new();
        for (topic, [shap, lime]) in both {
            if let Some((_, sums)) = topics.iter_mut().find(|(other, _)| *other == topic) {
                *sums = [sums[0] + shap, sums[1] + lime];
            } else {
                topics.push((topic, [shap, lime]));
            }
        }
        let [shap, lime] = [0, 1].map(|which| topics.iter().map(|(_, sums)| sums[which]).collect::<Vec<f64>>());
        Self::of_contributions(&shap, &lime)
    }

    fn of_contributions(shap: &[f64], lime: &[f64]) -> Self {
        let (first, second) = (strongest(shap), strongest(lime));
        let shared_top = first.iter().filter(|topic| second.contains(topic)).count();
        let rank_correlation = (shap.len() >= TOP).then(|| correlation(&ranks(shap), &ranks(lime))).flatten();
        let disagree =
            shared_top < LEAST_SHARED.min(first.len()) || rank_correlation.is_some_and(|rho| rho < LEAST_CORRELATION);
        let warning = disagree.then(|| {
            "The two explanations name different reasons for this score. Rely on the contributions, which add up to it \
             exactly; the linear model is an approximation."
                .to_owned()
        });
        Self { shared_top, rank_correlation, warning }
    }
}

/// Returns the indices of the contributions that are furthest from 0, without those that are 0.
fn strongest(contributions: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..contributions.len()).filter(|at| contributions[*at] != 0.0).collect();
    order.sort_by(|a, b| contributions[*b].abs().total_cmp(&contributions[*a].abs()));
    order.truncate(TOP);
    order
}

/// Returns the rank of each number, the mean rank for equal ones.
#[expect(clippy::cast_precision_loss, reason = "there are few topics")]
fn ranks(numbers: &[f64]) -> Vec<f64> {
    let rank = |number: &f64| {
        let below = numbers.iter().filter(|other| *other < number).count() as f64;
        let equal = numbers.iter().filter(|other| *other == number).count() as f64;
        below + (equal - 1.0) / 2.0
    };
    numbers.iter().map(rank).collect()
}

/// Returns Pearson's correlation; none if either does not vary.
#[expect(clippy::cast_precision_loss, reason = "there are few topics")]
fn correlation(xs: &[f64], ys: &[f64]) -> Option<f64> {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (x_mean, y_mean) = (mean(xs), mean(ys));
    let covariance = |one: &[f64], m: f64, other: &[f64], n: f64| -> f64 {
        one.iter().zip(other).map(|(a, b)| (a - m) * (b - n)).sum()
    };
    let variances = covariance(xs, x_mean, xs, x_mean) * covariance(ys, y_mean, ys, y_mean);
    (variances > 0.0).then(|| covariance(xs, x_mean, ys, y_mean) / variances.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_order_agrees_and_another_one_is_warned_of() {
        let same = Agreement::of_contributions(&[0.5, 0.3, 0.1, -0.2], &[0.4, 0.2, 0.0, -0.1]);
        assert_eq!((same.shared_top, same.rank_correlation, same.warning), (3, Some(1.0), None));
        let other = Agreement::of_contributions(&[0.5, 0.3, 0.1, 0.0, 0.0, 0.0], &[0.0, 0.0, 0.0, 0.1, 0.3, 0.5]);
        assert_eq!(other.shared_top, 0);
        assert!(other.rank_correlation.is_some_and(|rho| rho < -0.8));
        assert!(other.warning.is_some_and(|warning| warning.starts_with("The two explanations name different")));
    }

    #[test]
    fn equal_contributions_share_their_rank() {
        assert_eq!(ranks(&[0.2, 0.0, 0.2, 0.7]), [1.5, 0.0, 1.5, 3.0]);
        assert_eq!(correlation(&[1.0, 1.0], &[1.0, 2.0]), None);
    }

    #[test]
    fn the_inputs_of_a_family_are_one_topic() {
        let of_hour: Vec<Topic> = indices_of(Family::Hour).map(Topic::of_input).collect();
        assert_eq!(of_hour, vec![Topic::Family(Family::Hour); 3]);
        let transfer = Measure::ExcessTransfer.index();
        assert_eq!(Topic::of_input(transfer), Topic::Input(transfer));
        assert_eq!(Topic::of_cause(Cause::Evidence(EvidencePart::Transfer)), Some(Topic::Input(transfer)));
    }
}

//! The metrics of a ranking, at every threshold at once.

use super::attack_weight;

/// The samples with one score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The score.
    pub score: f64,
    /// The weight of the attacks with the score.
    pub attacks: f64,
    /// The weight of the benign samples with the score.
    pub benign: f64,
}

/// The steps from the highest score to the lowest. Samples with the same score are flagged together or not at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve {
    steps: Vec<Step>,
    attacks: f64,
    benign: f64,
}

/// The samples that are flagged at some threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flagged {
    /// The weight of all of them.
    pub weight: f64,
    /// The weight of the benign ones.
    pub benign: f64,
    /// The share of attacks among them; none if nothing is flagged.
    pub precision: Option<f64>,
    /// The share of all attacks that is flagged; none if there are no attacks.
    pub recall: Option<f64>,
}

/// A point of a drawn curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The horizontal coordinate.
    pub x: f64,
    /// The vertical coordinate.
    pub y: f64,
}

impl Curve {
    /// Returns the steps, the highest score first.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Removes all steps, but keeps their memory for reuse.
    pub(super) fn clear(&mut self) {
        self.steps.clear();
        (self.attacks, self.benign) = (0.0, 0.0);
    }

    /// Adds samples with a score not above the last one.
    pub(super) fn push(&mut self, step: Step) {
        self.attacks += step.attacks;
        self.benign += step.benign;
        match self.steps.last_mut() {
            Some(last) if last.score == step.score => {
                last.attacks += step.attacks;
                last.benign += step.benign;
            }
            _ => self.steps.push(step),
        }
    }

    /// Returns whether there are both attacks and benign samples.
    pub fn has_both_classes(&self) -> bool {
        self.attacks > 0.0 && self.benign > 0.0
    }

    /// Returns the area under the ROC curve: the probability that an attack ranks above a benign sample, where a tie
    /// counts one half. None unless there are both.
    pub fn roc_auc(&self) -> Option<f64> {
        let mut above = 0.0;
        let mut area = 0.0;
        for step in &self.steps {
            area += step.benign * (above + step.attacks / 2.0);
            above += step.attacks;
        }
        self.has_both_classes().then(|| area / (self.attacks * self.benign))
    }

    /// Returns the average precision: the area under the steps of the precision-recall curve, if a share `prevalence`
    /// of all samples were attacks, where it is given. None unless there are both classes.
    pub fn average_precision(&self, prevalence: Option<f64>) -> Option<f64> {
        let factor = attack_weight(self.attacks, self.benign, prevalence);
        let (mut attacks, mut benign, mut sum) = (0.0, 0.0, 0.0);
        for step in &self.steps {
            attacks += step.attacks * factor;
            benign += step.benign;
            if step.attacks > 0.0 {
                sum += step.attacks * (attacks / (attacks + benign)); // exactly 1 if no benign sample is above
            }
        }
        self.has_both_classes().then(|| sum / self.attacks)
    }

    /// Returns the threshold at the false-positive rate `fpr`: the score of the benign sample of this rank.
    ///
    /// Only samples above the threshold are flagged, so that ties never exceed the rate.
    pub fn threshold_at_fpr(&self, fpr: f64) -> Option<f64> {
        let rank = (self.benign * fpr).floor();
        let mut above = 0.0;
        let mut lowest = None;
        for step in self.steps.iter().filter(|step| step.benign > 0.0) {
            above += step.benign;
            lowest = Some(step.score);
            if above > rank {
                break;
            }
        }
        lowest
    }

    /// Returns the share of attacks above the threshold at the false-positive rate `fpr`.
    pub fn recall_at_fpr(&self, fpr: f64) -> Option<f64> {
        self.above(self.threshold_at_fpr(fpr)?).recall
    }

    /// Returns the samples with a score above `score`.
    pub fn above(&self, score: f64) -> Flagged {
        self.first(self.steps.partition_point(|step| step.score > score))
    }

    /// Returns the samples with a score of at least `score`.
    pub fn at_least(&self, score: f64) -> Flagged {
        self.first(self.steps.partition_point(|step| step.score >= score))
    }

    fn first(&self, steps: usize) -> Flagged {
        let add = |(attacks, benign), step: &Step| (attacks + step.attacks, benign + step.benign);
        let (attacks, benign) = self.steps[..steps].iter().fold((0.0, 0.0), add); // the sum of nothing would be -0
        self.flagged(attacks, benign)
    }

    /// Returns the first samples of the order up to the total `weight`; samples that tie at the end are divided in
    /// proportion.
    pub fn top(&self, weight: f64) -> Flagged {
        let (mut attacks, mut benign, mut left) = (0.0, 0.0, weight);
        for step in &self.steps {
            let share = (left / (step.attacks + step.benign)).clamp(0.0, 1.0);
            attacks += step.attacks * share;
            benign += step.benign * share;
            left -= step.attacks + step.benign;
            if left <= 0.0 {
                break;
            }
        }
        self.flagged(attacks, benign)
    }

    fn flagged(&self, attacks: f64, benign: f64) -> Flagged {
        let weight = attacks + benign;
        Flagged {
            weight,
            benign,
            precision: (weight > 0.0).then(|| attacks / weight),
            recall: (self.attacks > 0.0).then(|| attacks / self.attacks),
        }
    }

    /// Returns the ROC curve, from nothing flagged to all: false-positive rate and recall.
    pub fn roc(&self) -> Vec<Point> {
        let shares =
            self.cumulated().map(|(attacks, benign)| Point { x: benign / self.benign, y: attacks / self.attacks });
        std::iter::once(Point { x: 0.0, y: 0.0 }).chain(shares).collect()
    }

    /// Returns the precision-recall curve, from the highest score on: recall and precision, if a share `prevalence` of
    /// all samples were attacks, where it is given.
    pub fn precision_recall(&self, prevalence: Option<f64>) -> Vec<Point> {
        let factor = attack_weight(self.attacks, self.benign, prevalence);
        let point = |(attacks, benign): (f64, f64)| {
            let flagged = attacks * factor;
            Point { x: attacks / self.attacks, y: flagged / (flagged + benign) }
        };
        self.cumulated().map(point).collect()
    }

    /// Returns the cumulative weights of attacks and of benign samples after each step.
    fn cumulated(&self) -> impl Iterator<Item = (f64, f64)> {
        self.steps.iter().scan((0.0, 0.0), |(attacks, benign), step| {
            *attacks += step.attacks;
            *benign += step.benign;
            Some((*attacks, *benign))
        })
    }
}

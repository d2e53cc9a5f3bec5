//! What an order of samples comes to, at every threshold at once.

use super::attack_weight;

/// Everything that has one score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The score.
    pub score: f64,
    /// Weight of the attacks that have it.
    pub attacks: f64,
    /// Weight of the benign samples that have it.
    pub benign: f64,
}

/// Steps from the highest score to the lowest: what has the same score is flagged together or not at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve {
    steps: Vec<Step>,
    attacks: f64,
    benign: f64,
}

/// What is flagged from some score on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flagged {
    /// Its weight.
    pub weight: f64,
    /// The part of it that is benign.
    pub benign: f64,
    /// The share of it that is attacks; nothing where nothing is flagged.
    pub precision: Option<f64>,
    /// The share of all attacks that is in it; nothing where there are none.
    pub recall: Option<f64>,
}

/// A point of a drawn curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// What lies on the horizontal axis.
    pub x: f64,
    /// What lies on the vertical axis.
    pub y: f64,
}

impl Curve {
    /// Returns the steps, the highest score first.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Forgets everything but the memory it took.
    pub(super) fn clear(&mut self) {
        self.steps.clear();
        (self.attacks, self.benign) = (0.0, 0.0);
    }

    /// Adds what has a score at most as high as the last.
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

    /// Tells whether there are attacks and benign samples.
    pub fn has_both_classes(&self) -> bool {
        self.attacks > 0.0 && self.benign > 0.0
    }

    /// Returns the chance that an attack ranks above a benign sample, a tie counting one half.
    pub fn roc_auc(&self) -> Option<f64> {
        let mut above = 0.0;
        let mut area = 0.0;
        for step in &self.steps {
            area += step.benign * (above + step.attacks / 2.0);
            above += step.attacks;
        }
        self.has_both_classes().then(|| area / (self.attacks * self.benign))
    }

    /// Returns the average precision, the area below the steps of the precision-recall curve.
    ///
    /// With a `prevalence`, as it would be if attacks were that share of all.
    pub fn average_precision(&self, prevalence: Option<f64>) -> Option<f64> {
        let factor = attack_weight(self.attacks, self.benign, prevalence);
        let (mut attacks, mut benign, mut sum) = (0.0, 0.0, 0.0);
        for step in &self.steps {
            attacks += step.attacks * factor;
            benign += step.benign;
            if step.attacks > 0.0 {
                sum += step.attacks * (attacks / (attacks + benign)); // exactly all where nothing benign is above
            }
        }
        self.has_both_classes().then(|| sum / self.attacks)
    }

    /// Returns the score above which a share `fpr` of benign samples lies: that of the benign sample of this rank.
    ///
    /// What has the score itself is not flagged, so ties never exceed the share.
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

    /// Returns the share of attacks above the score that a share `fpr` of benign samples passes.
    pub fn recall_at_fpr(&self, fpr: f64) -> Option<f64> {
        self.above(self.threshold_at_fpr(fpr)?).recall
    }

    /// Returns what is flagged above `score`, the score itself not.
    pub fn above(&self, score: f64) -> Flagged {
        self.first(self.steps.partition_point(|step| step.score > score))
    }

    /// Returns what is flagged from `score` on.
    pub fn at_least(&self, score: f64) -> Flagged {
        self.first(self.steps.partition_point(|step| step.score >= score))
    }

    fn first(&self, steps: usize) -> Flagged {
        let add = |(attacks, benign), step: &Step| (attacks + step.attacks, benign + step.benign);
        let (attacks, benign) = self.steps[..steps].iter().fold((0.0, 0.0), add); // the sum of nothing would be -0
        self.flagged(attacks, benign)
    }

    /// Returns the `weight` at the top of the order; of what ties at the end each has its share.
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

    /// Returns the ROC curve from nothing flagged to everything: false-positive rate and recall.
    pub fn roc(&self) -> Vec<Point> {
        let shares =
            self.cumulated().map(|(attacks, benign)| Point { x: benign / self.benign, y: attacks / self.attacks });
        std::iter::once(Point { x: 0.0, y: 0.0 }).chain(shares).collect()
    }

    /// Returns the precision-recall curve, from the highest score on: recall and precision, at a `prevalence` if one
    /// is given.
    pub fn precision_recall(&self, prevalence: Option<f64>) -> Vec<Point> {
        let factor = attack_weight(self.attacks, self.benign, prevalence);
        let point = |(attacks, benign): (f64, f64)| {
            let flagged = attacks * factor;
            Point { x: attacks / self.attacks, y: flagged / (flagged + benign) }
        };
        self.cumulated().map(point).collect()
    }

    /// Returns the weights of attacks and benign samples flagged after each step.
    fn cumulated(&self) -> impl Iterator<Item = (f64, f64)> {
        self.steps.iter().scan((0.0, 0.0), |(attacks, benign), step| {
            *attacks += step.attacks;
            *benign += step.benign;
            Some((*attacks, *benign))
        })
    }
}

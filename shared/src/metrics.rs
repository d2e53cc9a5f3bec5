//! How well scores tell attacks from benign acts, and how well probabilities mean what they say.
//!
//! A [`Ranking`] orders [`Sample`]s by their score; its [`Curve`] answers every question about the order (ROC, PR,
//! recall at a rate of false alarms, at a budget of alarms). [`Reliability`] holds probabilities against what came
//! true. How sure a figure is comes from drawing whole clusters anew, people rather than days: [`draw`] and
//! [`Interval`].
//!
//! ```
//! use shared::metrics::{Ranking, Sample};
//!
//! let sample = |score, is_attack| Sample { score, is_attack, weight: 1.0, cluster: 0 };
//! let curve = Ranking::new(vec![sample(3.0, true), sample(2.0, false), sample(1.0, true)]).curve();
//! assert_eq!(curve.roc_auc(), Some(0.5));
//! assert_eq!(curve.recall_at_fpr(0.01), Some(0.5));
//! ```

mod bootstrap;
mod curve;
mod ranking;
mod reliability;

pub use bootstrap::{Interval, draw};
pub use curve::{Curve, Flagged, Point, Step};
pub use ranking::{Ranking, Sample};
pub use reliability::{BINS, Bin, Reliability};

/// Returns the weight of an attack, that of a benign sample being 1, which makes attacks so large a part of all.
///
/// Without a stated prevalence everything weighs what it weighs.
fn attack_weight(attacks: f64, benign: f64, prevalence: Option<f64>) -> f64 {
    prevalence.map_or(1.0, |prevalence| prevalence / (1.0 - prevalence) * benign / attacks)
}

//! Metrics of a detector: how well scores separate attacks from benign samples, and how well probabilities are
//! calibrated.
//!
//! A [`Ranking`] orders [`Sample`]s by their score; its [`Curve`] has all metrics of the order (ROC, precision-recall,
//! recall at a false-positive rate or at an alert budget). [`Reliability`] compares probabilities with the observed
//! shares of attacks. Confidence intervals come from a bootstrap over clusters, users rather than days: [`draw`] and
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

/// Returns the factor for the weights of attacks that makes them the share `prevalence` of all samples; 1 without a
/// `prevalence`.
fn attack_weight(attacks: f64, benign: f64, prevalence: Option<f64>) -> f64 {
    prevalence.map_or(1.0, |prevalence| prevalence / (1.0 - prevalence) * benign / attacks)
}

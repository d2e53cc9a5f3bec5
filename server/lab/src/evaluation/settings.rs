//! The settings of an evaluation.

use serde::Serialize;

/// The settings of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Settings {
    /// Number of alarms a calendar day that analysts look at.
    pub budget: f64,
    /// The share of attacks for which PR-AUC, Brier score and calibration error are stated; `None`: that of the log.
    pub prevalence: Option<f64>,
    /// The first part of the log's user-days, as a share, of which benign ones are not evaluated.
    pub warm_up: f64,
    /// Number of a user's first active days of which benign ones are not evaluated.
    pub active_days: u32,
}

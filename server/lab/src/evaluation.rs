//! Measuring how well a detector finds the attacks in a labelled log.
//!
//! [`scores`] has the scores of the log's events, by a model or from a file. [`evaluation_set`] chooses the user-days
//! and events that count, [`ranking_metrics`] measures their ranking and [`detection`] the delay until attacks are
//! found. [`mod@reference`] is a detector without memory for comparison. [`summary`] and [`html`] present the results.

pub mod detection;
pub mod evaluation_set;
pub mod groups;
pub mod html;
pub mod ranking_metrics;
pub mod reference;
pub mod scores;
pub mod summary;

mod settings;

pub use settings::Settings;

use serde::Serialize;

use self::{
    detection::Detection,
    evaluation_set::EvaluationSet,
    groups::{HistoryMetrics, KindMetrics, by_history, by_kind},
    ranking_metrics::{RankingMetrics, Unit},
    scores::EventScore,
};
use crate::dataset::LabelledLog;

/// The evaluation of a detector on a labelled log.
#[derive(Debug, Serialize)]
pub struct Evaluation {
    /// Number of records of the log.
    pub records: u64,
    /// Number of records that can be read.
    pub readable: usize,
    /// Number of events without a score in a file of scores; they rank lowest.
    pub unscored: usize,
    /// Number of users with evaluated user-days.
    pub users: usize,
    /// Number of calendar days with evaluated user-days.
    pub calendar_days: usize,
    /// The settings of the evaluation.
    pub settings: Settings,
    /// The metrics of the detector.
    #[serde(flatten)]
    pub detector: DetectorMetrics,
    /// The metrics of a forest without memory on the same user-days and events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<DetectorMetrics>,
}

/// The metrics of one detector.
#[derive(Debug, Serialize)]
pub struct DetectorMetrics {
    /// The ranking of user-days.
    pub user_days: RankingMetrics,
    /// The ranking of single events.
    #[serde(rename = "events")]
    pub single_events: RankingMetrics,
    /// The attacks found, and the delay.
    pub detection: Detection,
    /// The metrics of each kind of attack.
    pub kinds: Vec<KindMetrics>,
    /// The metrics of users with longer and shorter histories.
    pub history: Vec<HistoryMetrics>,
}

/// Why a log cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// There are no attacked or no benign user-days.
    #[error(
        "{attacked} attacked and {benign} benign user-days are to be judged, and both are needed; \
         --warm-up and --active-days leave out benign ones"
    )]
    OneClass {
        /// Number of attacked user-days.
        attacked: usize,
        /// Number of benign user-days.
        benign: usize,
    },
    /// The reference detector cannot be trained.
    #[error(transparent)]
    Reference(#[from] reference::ReferenceError),
}

/// Measures how well `scores`, those of the log's events in their order, separate attacks from benign events.
///
/// `unscored` is the number of events without a score. With `with_reference`, a forest without memory is measured too.
pub fn evaluate(
    log: &LabelledLog,
    scores: &[EventScore],
    unscored: usize,
    settings: Settings,
    with_reference: bool,
) -> Result<Evaluation, EvaluationError> {
    let set = EvaluationSet::of(log, scores, &settings);
    check(&set)?;
    let reference = if with_reference { Some(reference::rescore(log, &set)?) } else { None };
    let reference = reference.as_ref().map(|rescored| DetectorMetrics::of(rescored, &settings));
    Ok(Evaluation {
        records: log.records,
        readable: log.events.len(),
        unscored,
        users: set.users,
        calendar_days: set.calendar_days(),
        settings,
        detector: DetectorMetrics::of(&set, &settings),
        reference,
    })
}

/// Fails if the set does not have both attacked and benign user-days.
fn check(set: &EvaluationSet) -> Result<(), EvaluationError> {
    let attacked = set.days.iter().filter(|day| day.is_attacked()).count();
    let benign = set.days.len() - attacked;
    if attacked == 0 || benign == 0 {
        return Err(EvaluationError::OneClass { attacked, benign });
    }
    Ok(())
}

impl DetectorMetrics {
    fn of(set: &EvaluationSet, settings: &Settings) -> Self {
        let user_days = RankingMetrics::of(set, Unit::UserDays, settings);
        let threshold = user_days.threshold_at_1_percent;
        Self {
            single_events: RankingMetrics::of(set, Unit::Events, settings),
            detection: Detection::of(set, threshold, |_| true),
            kinds: by_kind(set, threshold, settings),
            history: by_history(set, threshold),
            user_days,
        }
    }
}

//! How well a detector does on a log of which it is known what was an attack.
//!
//! [`labels`] reads the log and [`scores`] what is said of its events, by the shipped model or by anybody else.
//! [`judged`] chooses the user-days and events that count, [`level`] measures how they are ranked, [`detection`] how
//! soon attacks are seen. [`mod@reference`] is what a detector without a memory would see. [`summary`] and [`page`] tell
//! people.

pub mod detection;
pub mod judged;
pub mod labels;
pub mod level;
pub mod page;
pub mod reference;
pub mod scores;
pub mod summary;

mod groups;

use serde::Serialize;

use self::{
    detection::Detection,
    groups::{History, Kind, by_history, by_kind},
    judged::Judged,
    labels::LabelledLog,
    level::{Level, Unit},
    scores::Score,
};

/// What is measured, and how.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Settings {
    /// Alarms that people look at on a calendar day.
    pub budget: f64,
    /// The share of attacks for which PR-AUC and the figures of probabilities are stated; nothing: that of the log.
    pub prevalence: Option<f64>,
    /// The first part of the log's user-days, in which benign ones are not judged.
    pub warm_up: f64,
    /// A user's first active days, on which benign ones are not judged.
    pub active_days: u32,
}

/// How well a detector does on a log, and another beside it.
#[derive(Debug, Serialize)]
pub struct Evaluation {
    /// Number of records of the log.
    pub records: u64,
    /// Number of records that can be read.
    pub readable: usize,
    /// Number of events of which a file of scores said nothing; they count as the least suspicious.
    pub unscored: usize,
    /// Number of users that are judged.
    pub users: usize,
    /// Number of calendar days that are judged.
    pub calendar_days: usize,
    /// How it was measured.
    pub settings: Settings,
    /// How well the detector does.
    #[serde(flatten)]
    pub detector: Measured,
    /// How well a forest without a memory does on the same user-days and events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<Measured>,
}

/// How well one detector does.
#[derive(Debug, Serialize)]
pub struct Measured {
    /// How well it ranks user-days.
    pub user_days: Level,
    /// How well it ranks events.
    #[serde(rename = "events")]
    pub single_events: Level,
    /// How soon it sees attacks.
    pub detection: Detection,
    /// How well it sees each kind of attack.
    pub kinds: Vec<Kind>,
    /// How it does with users it has known for longer and shorter.
    pub history: Vec<History>,
}

/// Why a log cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// Only one class is there.
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
    /// The reference cannot learn.
    #[error(transparent)]
    Reference(#[from] reference::ReferenceError),
}

/// Measures how well `scores`, those of the log's events in their order, tell attacks from what is benign.
///
/// With `with_reference` a forest without a memory is measured beside them.
pub fn evaluate(
    log: &LabelledLog,
    scores: &[Score],
    unscored: usize,
    settings: Settings,
    with_reference: bool,
) -> Result<Evaluation, EvaluationError> {
    let judged = Judged::of(log, scores, &settings);
    check(&judged)?;
    let reference = if with_reference { Some(reference::rescore(log, &judged)?) } else { None };
    let reference = reference.as_ref().map(|judged| Measured::of(judged, &settings));
    Ok(Evaluation {
        records: log.records,
        readable: log.events.len(),
        unscored,
        users: judged.users,
        calendar_days: judged.calendar_days(),
        settings,
        detector: Measured::of(&judged, &settings),
        reference,
    })
}

/// Makes sure that there is something to tell apart.
fn check(judged: &Judged) -> Result<(), EvaluationError> {
    let attacked = judged.days.iter().filter(|day| day.is_attacked()).count();
    let benign = judged.days.len() - attacked;
    if attacked == 0 || benign == 0 {
        return Err(EvaluationError::OneClass { attacked, benign });
    }
    Ok(())
}

impl Measured {
    fn of(judged: &Judged, settings: &Settings) -> Self {
        let user_days = Level::of(judged, Unit::UserDays, settings);
        let threshold = user_days.threshold_at_1_percent;
        Self {
            single_events: Level::of(judged, Unit::Events, settings),
            detection: Detection::of(judged, threshold, |_| true),
            kinds: by_kind(judged, threshold, settings),
            history: by_history(judged, threshold),
            user_days,
        }
    }
}

//! How much more people to learn from would help.

use serde::Serialize;
use shared::features::FEATURES;

use super::{figures::Figures, strangers::Strangers};
use crate::{
    evaluation::level::Figure,
    training::{
        forest::{GrowError, Lesson, grow_on},
        known::Teaching,
    },
};

/// How many users of a hundred are learnt from.
const PERCENT: [u32; 3] = [10, 25, 50];

/// A forest that was taught by some of the users.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Stage {
    /// How many of a hundred.
    pub(super) percent_of_users: u32,
    /// How many rows they have.
    pub(super) rows: usize,
    /// How well it ranks all rows, each by trees that do not know its user.
    pub(super) pr_auc: Figure,
}

/// Grows forests as the one of a teaching was grown, on ever more of the users; where so few users have too few attacks
/// to grow a forest, the stage is left out. `whole` is the figure of the forest itself.
pub(super) fn curve(
    teaching: &Teaching,
    strangers: &Strangers,
    whole: Figure,
    tell: &dyn Fn(String),
) -> Result<Vec<Stage>, GrowError> {
    let mut stages = Vec::new();
    for percent in PERCENT {
        tell(format!("growing a forest on {percent} % of the users"));
        let is_taught = |lesson: &Lesson| lesson.user % 100 < percent; // numbers of users are hashes
        let grown = match grow_on(&teaching.lessons, FEATURES, &teaching.params, is_taught) {
            Err(GrowError::OneClass) => continue,
            grown => grown?,
        };
        let said = |lesson: &Lesson| grown.unknown(lesson, &lesson.row).map_or(0.0, f64::from);
        let samples = strangers.samples(|row| said(row.lesson), |_| true);
        let rows = teaching.lessons.iter().filter(|lesson| is_taught(lesson)).count();
        let pr_auc = Figures::of(samples, strangers.users).pr_auc;
        stages.push(Stage { percent_of_users: percent, rows, pr_auc });
    }
    stages.push(Stage { percent_of_users: 100, rows: teaching.lessons.len(), pr_auc: whole });
    Ok(stages)
}

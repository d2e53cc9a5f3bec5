//! Rows as those trees see them that do not know their users.

use std::collections::HashMap;

use shared::{calibration::SCORE_PREVALENCE, forest::Isotonic, metrics::Sample};

use crate::training::{
    forest::Lesson,
    known::{Origin, Teaching},
};

/// The rows of a teaching, judged by trees that do not know their users.
pub(super) struct Strangers<'a> {
    pub(super) rows: Vec<Stranger<'a>>,
    /// How many users there are.
    pub(super) users: usize,
}

/// A row, and what is said of it.
pub(super) struct Stranger<'a> {
    pub(super) lesson: &'a Lesson,
    pub(super) origin: &'a Origin,
    /// Number of the user, from 0.
    pub(super) user: usize,
    /// What the trees say, 0 to 1.
    pub(super) said: f64,
    /// How likely an attack is at the share of attacks among all rows, by a curve fitted to the other folds' users.
    pub(super) probability: f64,
    /// How likely it is at the share of attacks that scores are stated for.
    pub(super) score: f64,
}

impl<'a> Strangers<'a> {
    pub(super) fn of(teaching: &'a Teaching) -> Self {
        let mut numbers = HashMap::new();
        let mut rows = Vec::with_capacity(teaching.lessons.len());
        for ((lesson, origin), said) in teaching.lessons.iter().zip(&teaching.origins).zip(&teaching.grown.out_of_bag) {
            let Some(said) = *said else { continue };
            let next = numbers.len();
            let user = *numbers.entry(lesson.user).or_insert(next);
            rows.push(Stranger { lesson, origin, user, said: said.into(), probability: 0.0, score: 0.0 });
        }
        let mut strangers = Self { rows, users: numbers.len() };
        strangers.calibrate(teaching);
        strangers
    }

    /// Says how likely attacks are, by a curve of other users for each fold.
    fn calibrate(&mut self, teaching: &Teaching) {
        let prevalence = Isotonic::fit(&self.samples(|row| row.said, |_| true)).prevalence();
        let fold = |row: &Stranger| teaching.grown.fold(row.lesson);
        let folds = self.rows.iter().map(fold).max().map_or(0, |last| last + 1);
        for left_out in 0..folds {
            let isotonic = Isotonic::fit(&self.samples(|row| row.said, |row| fold(row) != left_out));
            for row in self.rows.iter_mut().filter(|row| fold(row) == left_out) {
                row.probability = isotonic.calibrated(row.said, prevalence);
                row.score = isotonic.calibrated(row.said, SCORE_PREVALENCE);
            }
        }
    }

    /// Returns a value of the rows that count; a row weighs as many of its stream as it stands for.
    pub(super) fn samples(
        &self,
        value: impl Fn(&Stranger) -> f64,
        is_counted: impl Fn(&Stranger) -> bool,
    ) -> Vec<Sample> {
        self.rows.iter().filter(|row| is_counted(row)).map(|row| row.sample(value(row))).collect()
    }
}

impl Stranger<'_> {
    pub(super) fn sample(&self, score: f64) -> Sample {
        let (is_attack, weight) = (self.lesson.is_attack, self.origin.stands_for);
        Sample { score, is_attack, weight, cluster: self.user }
    }

    pub(super) fn is_of(&self, kind: &str) -> bool {
        self.origin.kind.as_deref() == Some(kind)
    }
}

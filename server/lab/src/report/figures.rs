//! How well rows are ranked, and how far probabilities can be believed.

use std::collections::BTreeSet;

use serde::Serialize;
use shared::{
    calibration::{SCORE_AT_PIVOT, SCORE_PREVALENCE},
    metrics::{Curve, Ranking, Reliability, Sample},
};

use super::strangers::{Stranger, Strangers};
use crate::{
    evaluation::level::{Figure, Reliable, brier_and_ece, resampled, with_intervals},
    training::known::Source,
};

/// How well rows are ranked.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Figures {
    /// The share of attacks among what the rows stand for.
    pub(super) share_of_attacks: f64,
    /// Average precision, the area below the precision-recall curve.
    pub(super) pr_auc: Figure,
    /// Chance that an attack's row ranks above a benign one.
    pub(super) roc_auc: Figure,
    /// Share of attacks above what 0.1 % of benign rows pass.
    pub(super) recall_at_0_1_percent: Figure,
    /// Share of attacks above what 1 % of benign rows pass.
    pub(super) recall_at_1_percent: Figure,
}

impl Figures {
    pub(super) fn of(samples: Vec<Sample>, users: usize) -> Self {
        let sum = |is_counted: fn(&Sample) -> bool| -> f64 {
            samples.iter().filter(|sample| is_counted(sample)).map(|sample| sample.weight).sum()
        };
        let share_of_attacks = sum(|sample| sample.is_attack) / sum(|_| true);
        let ranking = Ranking::new(samples);
        let draws = resampled(users, |weights, curve| {
            ranking.resample(weights, curve);
            figures(curve)
        });
        let [pr_auc, roc_auc, recall_at_0_1_percent, recall_at_1_percent] =
            with_intervals(figures(&ranking.curve()), &draws);
        Self { share_of_attacks, pr_auc, roc_auc, recall_at_0_1_percent, recall_at_1_percent }
    }
}

fn figures(curve: &Curve) -> [Option<f64>; 4] {
    [curve.average_precision(None), curve.roc_auc(), curve.recall_at_fpr(0.001), curve.recall_at_fpr(0.01)]
}

/// Figures of some of the rows.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Group {
    /// What they have in common.
    pub(super) name: String,
    /// How many rows there are: of attacks alone where it is a kind of attack.
    pub(super) rows: usize,
    /// Users of those.
    pub(super) users: usize,
    /// How well they are ranked.
    pub(super) figures: Figures,
}

impl Group {
    /// Takes the rows that belong to a group, and ranks them together with others; nothing where there is nothing to
    /// tell apart.
    fn of(
        name: &str,
        strangers: &Strangers,
        belongs: impl Fn(&Stranger) -> bool,
        is_beside: impl Fn(&Stranger) -> bool,
    ) -> Option<Self> {
        let own: Vec<&Stranger> = strangers.rows.iter().filter(|row| belongs(row)).collect();
        let samples = strangers.samples(|row| row.said, |row| belongs(row) || is_beside(row));
        let has = |class: bool| samples.iter().any(|sample| sample.is_attack == class);
        (has(true) && has(false)).then(|| Self {
            name: name.to_owned(),
            rows: own.len(),
            users: own.iter().map(|row| row.user).collect::<BTreeSet<_>>().len(),
            figures: Figures::of(samples, strangers.users),
        })
    }
}

/// Measures the rows of each source.
pub(super) fn by_source(strangers: &Strangers) -> Vec<Group> {
    let group = |source: Source| Group::of(source.name(), strangers, |row| row.origin.source == source, |_| false);
    Source::ALL.into_iter().filter_map(group).collect()
}

/// Measures each kind of attack beside everything benign, in the order of their names.
pub(super) fn by_kind(strangers: &Strangers) -> Vec<Group> {
    let kinds: BTreeSet<&str> = strangers.rows.iter().filter_map(|row| row.origin.kind.as_deref()).collect();
    let group = |kind: &str| Group::of(kind, strangers, |row| row.is_of(kind), |row| !row.lesson.is_attack);
    kinds.into_iter().filter_map(group).collect()
}

/// How far probabilities can be believed, at the share of attacks among the rows.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Probability {
    /// Mean squared difference from what came true.
    pub(super) brier: Figure,
    /// Expected calibration error over bins of equal width.
    pub(super) ece: Figure,
    /// What was said and what came true.
    pub(super) bins: Vec<Reliable>,
}

impl Probability {
    pub(super) fn of(strangers: &Strangers) -> Self {
        let samples = strangers.samples(|row| row.probability, |_| true);
        let [brier, ece] = brier_and_ece(&samples, strangers.users, None);
        let bins = Reliability::of(&samples).bins(None);
        Self { brier, ece, bins: bins.into_iter().flatten().map(Reliable::from).collect() }
    }
}

/// What the default threshold flags.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Confusion {
    /// The probability from which on events are flagged.
    pub(super) threshold: f64,
    /// The share of attacks among all events that it is stated for.
    pub(super) share_of_attacks: f64,
    /// Attacks' events that are flagged.
    pub(super) found: f64,
    /// Attacks' events that are not.
    pub(super) missed: f64,
    /// Benign events that are flagged.
    pub(super) false_alarms: f64,
    /// Benign events that are not.
    pub(super) quiet: f64,
    /// Share of attacks' events that are flagged.
    pub(super) recall: Figure,
    /// Share of benign events that are flagged.
    pub(super) false_alarm_rate: Figure,
}

impl Confusion {
    pub(super) fn of(strangers: &Strangers) -> Self {
        let ranking = Ranking::new(strangers.samples(|row| row.score, |_| true));
        let draws = resampled(strangers.users, |weights, curve| {
            ranking.resample(weights, curve);
            rates(curve)
        });
        let curve = ranking.curve();
        let [recall, false_alarm_rate] = with_intervals(rates(&curve), &draws);
        let flagged = curve.at_least(SCORE_AT_PIVOT);
        let all = curve.at_least(f64::NEG_INFINITY);
        let found = flagged.weight - flagged.benign;
        Self {
            threshold: SCORE_AT_PIVOT,
            share_of_attacks: SCORE_PREVALENCE,
            found,
            missed: all.weight - all.benign - found,
            false_alarms: flagged.benign,
            quiet: all.benign - flagged.benign,
            recall,
            false_alarm_rate,
        }
    }
}

fn rates(curve: &Curve) -> [Option<f64>; 2] {
    let flagged = curve.at_least(SCORE_AT_PIVOT);
    let benign = curve.at_least(f64::NEG_INFINITY).benign;
    [flagged.recall, (benign > 0.0).then(|| flagged.benign / benign)]
}

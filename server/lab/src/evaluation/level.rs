//! How well user-days or events are ranked, and how sure that is.

use rayon::prelude::*;
use serde::Serialize;
use shared::{
    calibration::SCORE_AT_PIVOT,
    metrics::{BINS, Bin, Curve, Interval, Ranking, Reliability, Sample, draw},
};

use super::{Settings, judged::Judged, scores::Score};

/// How often users are drawn anew to say how sure a figure is.
pub(crate) const DRAWS: u64 = 1000;
/// Makes the draws the same every time.
pub(crate) const SEED: u64 = 20;
/// Length of the list that an analyst reads from the top.
const TOP: f64 = 50.0;

/// What is ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// What a user did on a day.
    UserDays,
    /// Single events.
    Events,
}

/// A figure, and where it lies in 95 of 100 draws of users.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figure {
    /// The figure of the whole log.
    pub value: f64,
    /// 2.5 % of draws are below.
    pub low: f64,
    /// 2.5 % of draws are above.
    pub high: f64,
}

/// How well one kind of unit is ranked.
#[derive(Debug, Clone, Serialize)]
pub struct Level {
    /// Number of attacked units.
    pub attacked: usize,
    /// Number of benign units.
    pub benign: usize,
    /// Average precision, the area below the precision-recall curve.
    pub pr_auc: Figure,
    /// Chance that an attacked unit ranks above a benign one.
    pub roc_auc: Figure,
    /// Share of attacked units above the score that 0.1 % of benign ones pass.
    pub recall_at_0_1_percent: Figure,
    /// Share of attacked units above the score that 1 % of benign ones pass.
    pub recall_at_1_percent: Figure,
    /// Share of attacked units among the fifty at the top.
    pub precision_at_50: Figure,
    /// What the daily budget of alarms finds.
    pub budget: Budget,
    /// The score that 1 % of benign units pass.
    pub threshold_at_1_percent: f64,
    /// How far probabilities can be believed, where there are any.
    pub probability: Option<Probability>,
    /// The order at every threshold, to be drawn.
    #[serde(skip)]
    pub curve: Curve,
}

/// What a budget of alarms finds.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Budget {
    /// Alarms a calendar day.
    pub alarms_a_day: f64,
    /// Alarms in all: no more than there are units.
    pub alarms: f64,
    /// Share of attacked units among them.
    pub precision: Figure,
    /// Share of the attacked units that is among them.
    pub recall: Figure,
}

/// How far probabilities can be believed.
#[derive(Debug, Clone, Serialize)]
pub struct Probability {
    /// Mean squared difference from what came true.
    pub brier: Figure,
    /// Expected calibration error over 15 bins of equal width.
    pub ece: Figure,
    /// Mean surprise in nats.
    pub log_loss: f64,
    /// What the default threshold flags.
    pub default_threshold: DefaultThreshold,
    /// What was said and what came true, from the lowest probabilities to the highest.
    pub bins: Vec<Reliable>,
}

/// What the default threshold flags.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct DefaultThreshold {
    /// The probability from which on units are flagged.
    pub threshold: f64,
    /// Flagged units a calendar day.
    pub alarms_a_day: f64,
    /// Those of them that are benign.
    pub false_alarms_a_day: f64,
    /// Share of attacked units among the flagged.
    pub precision: Option<f64>,
    /// Share of attacked units that are flagged.
    pub recall: Option<f64>,
}

/// One bin of probabilities.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Reliable {
    /// Its share of all units.
    pub share: f64,
    /// Mean probability.
    pub said: f64,
    /// Share of attacked units.
    pub came_true: f64,
}

impl Level {
    /// Measures one kind of unit.
    pub(super) fn of(judged: &Judged, unit: Unit, settings: &Settings) -> Self {
        let samples = samples(judged, unit, |score| score.rank);
        let attacked = samples.iter().filter(|sample| sample.is_attack).count();
        let benign = samples.len() - attacked;
        let calendar_days = float(judged.calendar_days());
        let budgeted = settings.budget * calendar_days;
        let alarms = budgeted.min(float(samples.len()));
        let ranking = Ranking::new(samples);
        let curve = ranking.curve();
        let figures = |curve: &Curve| rank_figures(curve, settings.prevalence, budgeted); // a draw may hold more units
        let draws = resampled(judged.users, |weights, curve| {
            ranking.resample(weights, curve);
            figures(curve)
        });
        let [pr_auc, roc_auc, recall_at_0_1_percent, recall_at_1_percent, precision_at_50, precision, recall] =
            with_intervals(figures(&curve), &draws);
        let budget = Budget { alarms_a_day: settings.budget, alarms, precision, recall };
        Self {
            attacked,
            benign,
            pr_auc,
            roc_auc,
            recall_at_0_1_percent,
            recall_at_1_percent,
            precision_at_50,
            budget,
            threshold_at_1_percent: curve.threshold_at_fpr(0.01).unwrap_or(f64::INFINITY),
            probability: Probability::of(judged, unit, settings, calendar_days),
            curve,
        }
    }
}

fn samples(judged: &Judged, unit: Unit, value: fn(&Score) -> f64) -> Vec<Sample> {
    match unit {
        Unit::UserDays => judged.day_samples(value, |_| true),
        Unit::Events => judged.event_samples(value, |_| true),
    }
}

fn rank_figures(curve: &Curve, prevalence: Option<f64>, budgeted: f64) -> [Option<f64>; 7] {
    let budget = curve.top(budgeted);
    [
        curve.average_precision(prevalence),
        curve.roc_auc(),
        curve.recall_at_fpr(0.001),
        curve.recall_at_fpr(0.01),
        curve.top(TOP).precision,
        budget.precision,
        budget.recall,
    ]
}

/// Returns the figures of each draw of users, side by side on the threads of the current pool.
pub(crate) fn resampled<const N: usize>(
    users: usize,
    figures: impl Fn(&[f64], &mut Curve) -> [Option<f64>; N] + Sync,
) -> Vec<[Option<f64>; N]> {
    let numbers = (0..DRAWS).into_par_iter();
    numbers.map_init(Curve::default, |curve, number| figures(&draw(users, SEED, number), curve)).collect()
}

/// Adds to each figure its interval over the draws that have one: a draw may hold no attacked user.
pub(crate) fn with_intervals<const N: usize>(figures: [Option<f64>; N], draws: &[[Option<f64>; N]]) -> [Figure; N] {
    std::array::from_fn(|number| {
        let value = figures[number].unwrap_or(f64::NAN);
        let interval = Interval::of(draws.iter().filter_map(|draw| draw[number]).collect());
        let Interval { low, high } = interval.unwrap_or(Interval { low: value, high: value });
        Figure { value, low, high }
    })
}

/// Returns the Brier score and the calibration error of samples whose scores are probabilities.
pub(crate) fn brier_and_ece(samples: &[Sample], users: usize, prevalence: Option<f64>) -> [Figure; 2] {
    let clusters = Reliability::of_clusters(samples, users);
    let figures = |sums: &Reliability| [sums.brier(prevalence), sums.expected_calibration_error(prevalence)];
    let draws = resampled(users, |weights, _| figures(&Reliability::resample(&clusters, weights)));
    with_intervals(figures(&Reliability::of(samples)), &draws)
}

impl From<Bin> for Reliable {
    fn from(Bin { share, said, came_true }: Bin) -> Self {
        Self { share, said, came_true }
    }
}

impl Probability {
    fn of(judged: &Judged, unit: Unit, settings: &Settings, calendar_days: f64) -> Option<Self> {
        if judged.events.iter().any(|event| event.score.probability.is_none()) {
            return None;
        }
        let samples = samples(judged, unit, |score| score.probability.unwrap_or_default());
        let prevalence = settings.prevalence;
        let whole = Reliability::of(&samples);
        let [brier, ece] = brier_and_ece(&samples, judged.users, prevalence);
        Some(Self {
            brier,
            ece,
            log_loss: whole.log_loss(prevalence)?,
            default_threshold: DefaultThreshold::of(samples, calendar_days),
            bins: whole.bins(prevalence)?.map(Reliable::from).into(),
        })
    }

    /// Returns the bounds of a bin.
    pub fn bounds(bin: usize) -> (f64, f64) {
        (float(bin) / float(BINS), float(bin + 1) / float(BINS))
    }
}

impl DefaultThreshold {
    fn of(samples: Vec<Sample>, calendar_days: f64) -> Self {
        let flagged = Ranking::new(samples).curve().at_least(SCORE_AT_PIVOT);
        Self {
            threshold: SCORE_AT_PIVOT,
            alarms_a_day: flagged.weight / calendar_days,
            false_alarms_a_day: flagged.benign / calendar_days,
            precision: flagged.precision,
            recall: flagged.recall,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of units are exact in 53 bits")]
pub(crate) fn float(number: usize) -> f64 {
    number as f64
}

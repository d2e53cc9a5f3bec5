//! Which way to grow a forest tells attacks best on people it does not know, at times it has not seen.

use std::fmt;

use rand::{SeedableRng as _, seq::index};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use shared::{
    forest::Row,
    metrics::{Ranking, Sample},
};

use super::forest::{Folds, GrowError, Lesson, Params, grow};

/// Users are dealt into so many folds.
const FOLDS: usize = 4;
/// The part of the rows, by time, that a forest learns from; it is judged by later ones.
const EARLIER: f64 = 0.6;
/// Settings are compared as if attacks were this share of all: among the rows there are so many that all do well.
const SHARE_OF_ATTACKS: f64 = 0.01;
/// A setting is given up once it reaches less than this part of what the best one did on the same folds.
const CLEARLY_BEHIND: f64 = 0.9;
/// Folds after which a setting may be given up.
const LEAST_FOLDS: usize = 2;

/// Values to be tried, each with each.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Numbers of trees.
    pub trees: Vec<usize>,
    /// Depths.
    pub depth: Vec<u16>,
    /// Least numbers of rows of a leaf.
    pub least_rows: Vec<usize>,
    /// Numbers of features tried at each split.
    pub tried: Vec<usize>,
    /// Weights of all attacks beside all benign rows.
    pub attack_share: Vec<Option<f64>>,
}

/// What is tried of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// All of it.
    Whole,
    /// So many settings: the base, and others drawn at random.
    Random {
        /// How many.
        settings: usize,
        /// What the draws start from.
        seed: u64,
    },
}

/// A setting that was tried.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trial {
    /// How the forests were grown.
    pub params: Params,
    /// The area below the precision-recall curve on each fold, as far as it was tried, as if one in a hundred were an
    /// attack.
    pub scores: Vec<f64>,
    /// Whether it fell so far behind that the other folds were left out.
    pub is_given_up: bool,
}

impl Trial {
    /// Returns the mean over the folds.
    pub fn mean(&self) -> f64 {
        mean(&self.scores)
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Params { trees, depth, leaves, least_rows, tried, attack_share, .. } = self.params;
        let share = attack_share.map_or_else(|| "as they are".to_owned(), |share| share.to_string());
        write!(
            f,
            "PR-AUC {:.4} on {} folds: {trees} trees, depth {depth}, {leaves} leaves, {least_rows} rows a leaf, {tried} \
             features tried, attacks {share}",
            self.mean(),
            self.scores.len()
        )?;
        if self.is_given_up { f.write_str(", given up") } else { Ok(()) }
    }
}

/// Tries settings, and returns each with its scores: the best first, those that were given up last.
///
/// What the grid does not vary is as in `base`. Each forest learns from the earlier rows of some users and is judged by
/// the later rows of the others. `tell` hears the number of the setting that is next, from 1, and how many there are.
pub fn tune(
    lessons: &[Lesson],
    features: usize,
    grid: &Grid,
    search: Search,
    base: Params,
    tell: &dyn Fn(usize, usize),
) -> Result<Vec<Trial>, GrowError> {
    let splits = splits(lessons);
    if splits.is_empty() {
        return Err(GrowError::OneClass);
    }
    let mut trials: Vec<Trial> = Vec::new();
    let settings = settings(grid, search, base);
    for (number, params) in (1..).zip(&settings) {
        tell(number, settings.len());
        let best = trials.iter().filter(|trial| !trial.is_given_up).max_by(|a, b| a.mean().total_cmp(&b.mean()));
        let trial = attempt(&splits, features, *params, best)?;
        trials.push(trial);
    }
    trials.sort_by(|a, b| a.is_given_up.cmp(&b.is_given_up).then(b.mean().total_cmp(&a.mean())));
    Ok(trials)
}

/// Tries a setting on one fold after the other while it keeps up with the best.
fn attempt(splits: &[Split], features: usize, params: Params, best: Option<&Trial>) -> Result<Trial, GrowError> {
    let mut trial = Trial { params, scores: Vec::new(), is_given_up: false };
    for split in splits {
        trial.scores.push(split.score(features, &params)?);
        let folds = trial.scores.len();
        let is_behind = best.is_some_and(|best| trial.mean() < CLEARLY_BEHIND * mean(&best.scores[..folds]));
        if folds >= LEAST_FOLDS && folds < splits.len() && is_behind {
            trial.is_given_up = true;
            break;
        }
    }
    Ok(trial)
}

/// Rows to learn from, and rows to be judged by.
struct Split {
    known: Vec<Lesson>,
    judged: Vec<Lesson>,
}

impl Split {
    /// Returns the area below the precision-recall curve of a forest that is grown so.
    fn score(&self, features: usize, params: &Params) -> Result<f64, GrowError> {
        let forest = grow(&self.known, features, params)?.forest;
        let rows: Vec<Row> = self.judged.iter().map(|lesson| lesson.row).collect();
        let mut said = vec![0.0; rows.len()];
        forest.probabilities(&rows, &mut said);
        let sample = |(score, lesson): (f64, &Lesson)| Sample {
            score,
            is_attack: lesson.is_attack,
            weight: lesson.weight,
            cluster: 0,
        };
        let samples = said.into_iter().zip(&self.judged).map(sample).collect();
        Ranking::new(samples).curve().average_precision(Some(SHARE_OF_ATTACKS)).ok_or(GrowError::OneClass)
    }
}

/// Splits rows by user and by time; a fold that has not both classes on both sides is left out.
fn splits(lessons: &[Lesson]) -> Vec<Split> {
    let folds = Folds::deal(lessons, FOLDS);
    let Some(boundary) = boundary(lessons) else { return Vec::new() };
    let chosen =
        |is_chosen: &dyn Fn(&Lesson) -> bool| lessons.iter().filter(|lesson| is_chosen(lesson)).cloned().collect();
    let split = |fold: usize| Split {
        known: chosen(&|lesson| folds.of(lesson) != fold && lesson.time < boundary),
        judged: chosen(&|lesson| folds.of(lesson) == fold && lesson.time >= boundary),
    };
    (0..FOLDS).map(split).filter(|split| has_both_classes(&split.known) && has_both_classes(&split.judged)).collect()
}

fn has_both_classes(lessons: &[Lesson]) -> bool {
    [true, false].into_iter().all(|class| lessons.iter().any(|lesson| lesson.is_attack == class))
}

/// Returns the time before which the rows lie that a forest may learn from.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a number of rows"
)]
fn boundary(lessons: &[Lesson]) -> Option<i64> {
    let mut times: Vec<i64> = lessons.iter().map(|lesson| lesson.time).collect();
    times.sort_unstable();
    times.get((times.len() as f64 * EARLIER) as usize).copied()
}

/// Returns the settings to be tried.
fn settings(grid: &Grid, search: Search, base: Params) -> Vec<Params> {
    let mut settings = vec![base];
    vary(&mut settings, &grid.trees, |params, trees| params.trees = trees);
    vary(&mut settings, &grid.depth, |params, depth| params.depth = depth);
    vary(&mut settings, &grid.least_rows, |params, least_rows| params.least_rows = least_rows);
    vary(&mut settings, &grid.tried, |params, tried| params.tried = tried);
    vary(&mut settings, &grid.attack_share, |params, share| params.attack_share = share);
    match search {
        Search::Whole => settings,
        Search::Random { settings: count, seed } => {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let drawn = index::sample(&mut rng, settings.len(), settings.len());
            let others = drawn.into_iter().map(|place| settings[place]).filter(|params| *params != base);
            std::iter::once(base).chain(others).take(count).collect()
        }
    }
}

/// Has each setting with each of the values; without any they stay as they are.
fn vary<T: Copy>(settings: &mut Vec<Params>, values: &[T], set: impl Fn(&mut Params, T)) {
    let with = |mut params: Params, value: T| {
        set(&mut params, value);
        params
    };
    if !values.is_empty() {
        *settings = settings.iter().flat_map(|params| values.iter().map(|value| with(*params, *value))).collect();
    }
}

#[expect(clippy::cast_precision_loss, reason = "folds are few")]
fn mean(scores: &[f64]) -> f64 {
    scores.iter().sum::<f64>() / scores.len() as f64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use shared::forest::STRIDE;

    use super::*;

    const BASE: Params =
        Params { trees: 16, depth: 6, leaves: 64, least_rows: 3, tried: 2, attack_share: None, seed: 1 };

    /// Rows of forty users: it is an attack where two features are both high or both low.
    fn lessons() -> Vec<Lesson> {
        let lesson = |number: u32| {
            let drawn = shared::hash::hash(&number.to_string(), 5).to_le_bytes();
            let mut row = [0; STRIDE];
            row[..3].copy_from_slice(&drawn[..3]);
            let [one, other] = [row[0], row[1]];
            let is_attack = (one > 200 && other > 200) || (one < 50 && other < 50);
            Lesson { row, is_attack, weight: 1.0, user: number % 40, time: i64::from(number * 7919 % 4001) }
        };
        (0..4000).map(lesson).collect()
    }

    fn grid() -> Grid {
        Grid { trees: vec![16], depth: vec![6, 1], least_rows: vec![3, 500], tried: vec![2], attack_share: vec![None] }
    }

    #[test]
    fn the_best_setting_comes_first_and_what_falls_behind_is_given_up() {
        let trials = tune(&lessons(), 3, &grid(), Search::Whole, BASE, &|_, _| ()).expect("both classes");
        assert_eq!(trials.len(), 4);
        assert_eq!((trials[0].params.depth, trials[0].params.least_rows), (6, 3));
        assert!(trials[0].mean() > 0.9, "{}", trials[0].mean());
        assert_eq!(trials[0].scores.len(), FOLDS);
        for behind in &trials[1..] {
            assert!(behind.is_given_up && behind.scores.len() == LEAST_FOLDS, "{behind:?}");
        }
    }

    #[test]
    fn no_forest_is_judged_by_people_or_times_it_knows() {
        let splits = splits(&lessons());
        assert_eq!(splits.len(), FOLDS);
        for Split { known, judged } in &splits {
            let users = |lessons: &[Lesson]| lessons.iter().map(|lesson| lesson.user).collect::<HashSet<_>>();
            assert!(users(known).is_disjoint(&users(judged)));
            assert!(known.iter().map(|lesson| lesson.time).max() < judged.iter().map(|lesson| lesson.time).min());
        }
        let judged: usize = splits.iter().map(|split| split.judged.len()).sum();
        assert_eq!(judged, 1600, "each later row is judged once");
    }

    #[test]
    fn a_random_search_tries_some_of_the_grid_the_same_every_time() {
        let random = |seed| settings(&grid(), Search::Random { settings: 3, seed }, BASE);
        let whole = settings(&grid(), Search::Whole, BASE);
        assert_eq!(random(1), random(1));
        assert_eq!(random(1).len(), 3);
        assert_eq!(random(1)[0], BASE, "what a search is to beat");
        assert!(random(1).iter().all(|params| whole.contains(params)));
        assert_eq!(settings(&grid(), Search::Random { settings: 99, seed: 1 }, BASE).len(), 4);
    }

    #[test]
    fn what_a_grid_does_not_vary_stays() {
        let empty = Grid { trees: vec![], depth: vec![], least_rows: vec![], tried: vec![], attack_share: vec![] };
        assert_eq!(settings(&empty, Search::Whole, BASE), [BASE]);
    }

    #[test]
    fn benign_rows_alone_cannot_be_tuned_on() {
        let benign: Vec<Lesson> = lessons().into_iter().filter(|lesson| !lesson.is_attack).collect();
        assert!(matches!(tune(&benign, 3, &grid(), Search::Whole, BASE, &|_, _| ()), Err(GrowError::OneClass)));
        assert!(matches!(tune(&[], 3, &grid(), Search::Whole, BASE, &|_, _| ()), Err(GrowError::OneClass)));
    }
}

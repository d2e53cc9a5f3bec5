//! Growing a random forest from rows of which it is known whether they are an attack's.
//!
//! The trees are smartcore's: regression trees on labels 0 and 1, whose squared error ranks splits as the Gini index
//! does and whose leaves say the share of attacks. They are grown over bins, so that a [`Forest`] asks exactly what
//! they were taught.

mod folds;
mod prune;
mod taught;
mod trees;

use rayon::prelude::*;
use serde::Serialize;
use shared::forest::{Forest, InvalidForest, ONE, Row};
use smartcore::error::Failed;

pub(crate) use self::folds::Folds;
use self::{taught::Taught, trees::Tree};

/// Trees are grown in so many groups side by side, whatever the number of threads.
const GROUPS: usize = 8;
/// Users are dealt into so many folds; each group of trees is grown without one of them.
const FOLDS: usize = 4;

/// A row to learn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// The bins of its features.
    pub row: Row,
    /// Whether it is an attack's.
    pub is_attack: bool,
    /// How many rows of the log it stands for.
    pub weight: f64,
    /// Number of the user whose it is.
    pub user: u32,
    /// When it happened, in whatever unit the others have.
    pub time: i64,
}

/// How a forest is grown.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Params {
    /// How many trees there are.
    pub trees: usize,
    /// How many splits lie between a root and a leaf at most.
    pub depth: u16,
    /// How many leaves a tree keeps at most.
    pub leaves: u32,
    /// How many drawn rows a leaf has at least.
    pub least_rows: usize,
    /// How many features are tried at each split.
    pub tried: usize,
    /// Weight of all attacks beside that of all benign rows; without it each row has its own.
    pub attack_share: Option<f64>,
    /// What the draws of rows and features start from.
    pub seed: u32,
}

/// A forest, and what it says of people it does not know.
#[derive(Debug, Clone, PartialEq)]
pub struct Grown {
    /// The forest.
    pub forest: Forest,
    /// What those trees say of each row, on average, that were grown without any row of its user; nothing where there
    /// are none. Attacks are drawn so often that hardly a tree lacks one, and the rows of one attack are alike: to be
    /// left out of single draws would be no ignorance.
    pub out_of_bag: Vec<Option<f32>>,
    /// The fold of each user.
    folds: Folds,
    /// The fold of the users that each tree does not know.
    left_out: Vec<usize>,
}

impl Grown {
    /// Returns what those trees say of a `row` on average that know no row of the user whose lesson it is.
    pub fn unknown(&self, lesson: &Lesson, row: &Row) -> Option<f32> {
        let fold = self.folds.of(lesson);
        let (mut sum, mut trees) = (0, 0);
        for (tree, _) in self.left_out.iter().enumerate().filter(|(_, left_out)| **left_out == fold) {
            sum += self.forest.tree_says(tree, row);
            trees += 1;
        }
        (trees > 0).then(|| mean(sum, trees))
    }

    /// Returns the fold of the user whose lesson it is: trees that do not know one user of a fold know none of it.
    pub fn fold(&self, lesson: &Lesson) -> usize {
        self.folds.of(lesson)
    }
}

/// Grows a forest over the first `features` bins of each row: the same one for any number of threads.
pub fn grow(lessons: &[Lesson], features: usize, params: &Params) -> Result<Grown, GrowError> {
    grow_on(lessons, features, params, |_| true)
}

/// Grows a forest that learns from some of the lessons and is asked about all of them.
pub fn grow_on(
    lessons: &[Lesson],
    features: usize,
    params: &Params,
    is_taught: impl Fn(&Lesson) -> bool + Sync,
) -> Result<Grown, GrowError> {
    let folds = Folds::deal(lessons, FOLDS);
    let group = |group: usize| {
        let is_known = |lesson: &&Lesson| folds.of(lesson) != group % FOLDS && is_taught(lesson);
        grow_group(&lessons.iter().filter(is_known).collect::<Vec<_>>(), group, features, params)
    };
    let groups: Vec<Vec<Tree>> = (0..GROUPS).into_par_iter().map(group).collect::<Result<_, GrowError>>()?;
    let left_out: Vec<usize> =
        groups.iter().enumerate().flat_map(|(group, trees)| vec![group % FOLDS; trees.len()]).collect();
    let mut trees: Vec<Tree> = groups.into_iter().flatten().collect();
    trees.par_iter_mut().for_each(|tree| {
        prune::to_leaves(tree, params.leaves);
        tree.count(lessons);
    });
    let forest = Forest::of_trees(&trees.into_iter().map(|tree| tree.nodes).collect::<Vec<_>>())?;
    let mut grown = Grown { forest, out_of_bag: Vec::new(), folds, left_out };
    grown.out_of_bag = lessons.par_iter().map(|lesson| grown.unknown(lesson, &lesson.row)).collect();
    Ok(grown)
}

/// Grows one of the groups of trees on lessons without the users of one fold.
fn grow_group(known: &[&Lesson], group: usize, features: usize, params: &Params) -> Result<Vec<Tree>, GrowError> {
    let trees = params.trees * (group + 1) / GROUPS - params.trees * group / GROUPS;
    if trees == 0 {
        return Ok(Vec::new());
    }
    let taught = Taught::of(known, features, params.attack_share)?;
    // Each tree takes the next seed: groups must not meet.
    let seed = (u64::from(params.seed) << 32) | ((group as u64) << 16);
    Tree::read_all(&taught.fit(trees, seed, params)?)
}

#[expect(clippy::cast_possible_truncation, reason = "the mean of some shares needs no more digits")]
fn mean(sum: u32, trees: u32) -> f32 {
    (f64::from(sum) / f64::from(trees * ONE)) as f32
}

/// Why no forest grew.
#[derive(Debug, thiserror::Error)]
pub enum GrowError {
    /// There is nothing to tell apart.
    #[error("a forest learns from attacks on at least two users and from benign rows, and there are too few")]
    OneClass,
    /// The trainer refused the rows or the parameters.
    #[error("cannot grow a forest: {0}")]
    Trainer(String),
    /// Trees grew that cannot be laid out.
    #[error("cannot lay out the forest: {0}")]
    Layout(#[from] InvalidForest),
}

impl From<Failed> for GrowError {
    fn from(failed: Failed) -> Self {
        Self::Trainer(failed.to_string())
    }
}

#[cfg(test)]
mod tests {
    use shared::{
        forest::STRIDE,
        metrics::{Ranking, Sample},
    };

    use super::*;

    const FEATURES: usize = 6;
    const PARAMS: Params =
        Params { trees: 20, depth: 8, leaves: 1000, least_rows: 5, tried: 2, attack_share: Some(0.3), seed: 7 };

    /// Numbers below 256 that look random, the same every time.
    fn noise(row: u32, feature: u32) -> u32 {
        let mixed = (row * 31 + feature).wrapping_mul(2_654_435_761);
        (mixed ^ (mixed >> 15)).wrapping_mul(2_246_822_519) >> 24
    }

    /// Rows of which one in twenty is an attack's, told by two features together.
    fn lessons(rows: u32) -> Vec<Lesson> {
        let lesson = |number: u32| {
            let is_attack = noise(number, 99) < 13;
            let mut row = [0; STRIDE];
            for (bin, feature) in row.iter_mut().zip(0..6_u32) {
                let moved = u32::from(is_attack && feature < 2) * 60;
                *bin = u8::try_from((noise(number, feature) + moved).min(255)).expect("a byte");
            }
            Lesson { row, is_attack, weight: 1.0, user: number % 50, time: i64::from(number) }
        };
        (0..rows).map(lesson).collect()
    }

    #[test]
    fn our_forest_says_what_smartcores_own_says_of_every_row() {
        let lessons = lessons(3000);
        let taught = Taught::of(&lessons.iter().collect::<Vec<_>>(), FEATURES, PARAMS.attack_share).expect("rows");
        let theirs = taught.fit(PARAMS.trees, 7, &PARAMS).expect("a forest");
        let mut trees = Tree::read_all(&theirs).expect("the expected layout");
        for tree in &mut trees {
            prune::to_leaves(tree, u32::MAX);
        }
        let ours = Forest::of_trees(&trees.into_iter().map(|tree| tree.nodes).collect::<Vec<_>>()).expect("trees");
        let rows: Vec<Row> = lessons.iter().map(|lesson| lesson.row).collect();
        let mut said = vec![0.0; rows.len()];
        ours.probabilities(&rows, &mut said);
        for (ours, theirs) in said.iter().zip(taught.predict(&theirs).expect("a forest that was fitted")) {
            assert!((ours - theirs).abs() < 1e-6, "{ours} for {theirs}");
        }
    }

    #[test]
    fn smartcores_layout_is_what_it_was() {
        let lesson = |number: u8| {
            let mut row = [0; STRIDE];
            row[0] = number * 10;
            Lesson { row, is_attack: number > 3, weight: 1.0, user: 0, time: 0 }
        };
        let lessons: Vec<Lesson> = (0..8).map(lesson).collect();
        let taught = Taught::of(&lessons.iter().collect::<Vec<_>>(), 1, None).expect("rows");
        let params = Params { depth: 1, tried: 1, least_rows: 1, ..PARAMS };
        let forest = taught.fit(1, 1, &params).expect("a forest");
        let stored = serde_json::to_value(&forest).expect("plain data");
        let leaf = |output: f64| {
            serde_json::json!({
                "output": output, "split_feature": 0, "split_value": null, "split_score": null,
                "true_child": null, "false_child": null,
            })
        };
        let root = serde_json::json!({
            "output": 0.75, "split_feature": 0, "split_value": 25.0, "split_score": 1.5,
            "true_child": 1, "false_child": 2,
        });
        let nodes = &stored["forest_regressor"]["trees"][0]["nodes"];
        assert_eq!(nodes, &serde_json::json!([root, leaf(0.0), leaf(1.0)]));
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let lessons = lessons(1000);
        let grown = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| grow(&lessons, FEATURES, &PARAMS)).expect("a forest")
        };
        let one = grown(1);
        assert_eq!(one.forest.trees(), 20);
        for threads in [2, 5] {
            assert_eq!(grown(threads), one);
        }
    }

    #[test]
    fn a_row_out_of_the_bag_is_judged_as_a_strangers_is() {
        let all = lessons(6000);
        let (taught, strangers) = all.split_at(3000);
        let grown = grow(taught, FEATURES, &Params { trees: 80, ..PARAMS }).expect("a forest");
        let precision = |said: Vec<f64>, lessons: &[Lesson]| {
            let sample = |(score, lesson): (f64, &Lesson)| Sample {
                score,
                is_attack: lesson.is_attack,
                weight: 1.0,
                cluster: 0,
            };
            let samples = said.into_iter().zip(lessons).map(sample).collect();
            Ranking::new(samples).curve().average_precision(None).expect("both classes")
        };
        let out_of_bag = grown.out_of_bag.iter().map(|said| f64::from(said.expect("a group without its fold")));
        let own = precision(out_of_bag.collect(), taught);
        let seen = precision(taught.iter().map(|lesson| grown.forest.probability(&lesson.row)).collect(), taught);
        let strange =
            precision(strangers.iter().map(|lesson| grown.forest.probability(&lesson.row)).collect(), strangers);
        assert!((own - strange).abs() < 0.06, "{own} out of the bag, {strange} for strangers");
        assert!(seen > own + 0.06, "{seen} for what was learnt by heart");
    }

    #[test]
    fn trees_have_no_more_leaves_than_they_may_and_count_every_row() {
        let lessons = lessons(3000);
        let grown = grow(&lessons, FEATURES, &Params { leaves: 16, ..PARAMS }).expect("a forest");
        for tree in 0..grown.forest.trees() {
            let nodes: Vec<_> = grown.forest.nodes(tree).collect();
            let leaves = || nodes.iter().filter(|node| node.split.is_none());
            assert!((4..=16).contains(&leaves().count()));
            assert_eq!(leaves().map(|leaf| leaf.cover).sum::<u32>(), 3000);
        }
    }

    #[test]
    fn one_class_teaches_nothing() {
        assert!(matches!(grow(&[], FEATURES, &PARAMS), Err(GrowError::OneClass)));
        let benign: Vec<Lesson> = lessons(200).into_iter().filter(|lesson| !lesson.is_attack).collect();
        assert!(matches!(grow(&benign, FEATURES, &PARAMS), Err(GrowError::OneClass)));
        let of_one = |lesson: Lesson| Lesson { user: 3, ..lesson };
        let attacked_once: Vec<Lesson> = lessons(200).into_iter().map(of_one).collect();
        assert!(matches!(grow(&attacked_once, FEATURES, &PARAMS), Err(GrowError::OneClass)));
    }
}

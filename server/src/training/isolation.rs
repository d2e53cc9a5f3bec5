//! Growing an isolation forest: how few random cuts it takes to part a row from others, without any label.
//!
//! After [Liu, Ting and Zhou](https://doi.org/10.1109/ICDM.2008.17), over bins.

use rand::{Rng as _, SeedableRng as _, seq::index};
use rand_chacha::ChaCha8Rng;
use shared::forest::{Forest, InvalidForest, Row, Split, TreeNode};

/// Rows that a tree is grown on.
const SAMPLE: usize = 256;
/// Cuts after which a row counts as one of many: twice as many rows would take one more.
const DEPTH: u32 = SAMPLE.ilog2();

/// Grows an isolation forest over the first `features` bins of each row.
///
/// What it says of a row is 1 less the mean number of cuts that part it from others, as a share of the most there can
/// be: the higher, the odder.
pub fn grow(rows: &[Row], features: usize, trees: usize, seed: u64) -> Result<Forest, InvalidForest> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut tree = || {
        let drawn = index::sample(&mut rng, rows.len(), SAMPLE.min(rows.len()));
        let sample: Vec<&Row> = drawn.into_iter().map(|place| &rows[place]).collect();
        let mut tree = vec![LEAF];
        part(&mut tree, 0, 0, sample, features, &mut rng);
        tree
    };
    Forest::of_trees(&(0..trees).map(|_| tree()).collect::<Vec<_>>())
}

const LEAF: TreeNode = TreeNode { split: None, value: 0.0, cover: 0 };

/// Parts the rows at a node of a tree by random cuts until each is alone or there were enough.
fn part(tree: &mut Vec<TreeNode>, at: usize, depth: u32, rows: Vec<&Row>, features: usize, rng: &mut ChaCha8Rng) {
    let count = u32::try_from(rows.len()).expect("a sample is small");
    tree[at].cover = count;
    let cut = if depth < DEPTH { cut(&rows, features, rng) } else { None };
    let Some((feature, threshold)) = cut else {
        tree[at].value = 1.0 - (f64::from(depth) + cuts_to_part(count)) / most_cuts();
        return;
    };
    let left = tree.len();
    tree[at].split = Some(Split { feature, threshold, left });
    tree.extend([LEAF, LEAF]);
    let (below, above) = rows.into_iter().partition(|row| row[usize::from(feature)] <= threshold);
    part(tree, left, depth + 1, below, features, rng);
    part(tree, left + 1, depth + 1, above, features, rng);
}

/// Draws one of the features in which rows differ, and a bin between the lowest and the highest.
fn cut(rows: &[&Row], features: usize, rng: &mut ChaCha8Rng) -> Option<(u8, u8)> {
    let ranges = (0..features).filter_map(|feature| {
        let bins = || rows.iter().map(|row| row[feature]);
        let (lowest, highest) = (bins().min()?, bins().max()?);
        (lowest < highest).then_some((feature, lowest..highest))
    });
    let ranges: Vec<_> = ranges.collect();
    if ranges.is_empty() {
        return None;
    }
    let (feature, range) = ranges[rng.random_range(0..ranges.len())].clone();
    Some((u8::try_from(feature).ok()?, rng.random_range(range)))
}

/// Returns how many more cuts part one of so many rows, on average: the depth of a random search tree.
fn cuts_to_part(rows: u32) -> f64 {
    let harmonic: f64 = (1..rows).map(|number| 1.0 / f64::from(number)).sum();
    if rows < 2 { 0.0 } else { 2.0 * harmonic - 2.0 * f64::from(rows - 1) / f64::from(rows) }
}

fn most_cuts() -> f64 {
    let sample = u32::try_from(SAMPLE).expect("a sample is small");
    f64::from(DEPTH) + cuts_to_part(sample)
}

#[cfg(test)]
mod tests {
    use shared::{forest::STRIDE, hash::hash};

    use super::*;

    /// A row whose first four bins lie about the middle.
    fn ordinary(number: u32) -> Row {
        let drawn = hash(&number.to_string(), 3).to_le_bytes();
        let mut row = [0; STRIDE];
        for (bin, drawn) in row.iter_mut().zip(drawn).take(4) {
            *bin = 100 + drawn % 50;
        }
        row
    }

    #[test]
    fn a_row_far_from_all_others_is_the_oddest() {
        let mut rows: Vec<Row> = (0..2000).map(ordinary).collect();
        let forest = grow(&rows, 4, 100, 1).expect("trees that fit");
        let mut odd = ordinary(0);
        odd[..4].copy_from_slice(&[250, 3, 240, 0]);
        let highest = rows.iter().map(|row| forest.probability(row)).fold(0.0, f64::max);
        assert!(forest.probability(&odd) > highest, "{} for {highest}", forest.probability(&odd));
        rows.fill(odd);
        let of_equals = grow(&rows, 4, 10, 1).expect("trees that fit");
        assert!((of_equals.probability(&odd) - f64::from(DEPTH) / most_cuts()).abs() < 1e-6, "never parted");
    }

    #[test]
    fn random_search_trees_are_as_deep_as_they_are() {
        assert_eq!([0, 1, 2, 3].map(cuts_to_part), [0.0, 0.0, 1.0, 2.0 * 1.5 - 4.0 / 3.0]);
        assert!((cuts_to_part(256) - 10.2487).abs() < 1e-4, "{}", cuts_to_part(256));
    }
}

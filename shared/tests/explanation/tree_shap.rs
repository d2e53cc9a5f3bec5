//! TreeSHAP is equal to Shapley values by their definition, and to those of the Python package `shap`.

use serde::Deserialize;
use shared::{
    explanation::TreeShap,
    forest::{BinnedRow, Forest, STRIDE, Split, TreeNode},
    random::SplitMix64,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Size, forest, row};

/// Returns the Shapley values of a game over `players` by their definition: over all coalitions, which are sets of bits.
fn by_definition(players: usize, worth: impl Fn(usize) -> f64) -> Vec<f64> {
    let worths: Vec<f64> = (0..1 << players).map(worth).collect();
    let factorial = |n: usize| (1..=n).map(|k| f64::from(u32::try_from(k).expect("small"))).product::<f64>();
    let value = |player: usize| -> f64 {
        let without = (0..1 << players).filter(|coalition: &usize| coalition & (1 << player) == 0);
        without
            .map(|coalition| {
                let size = coalition.count_ones() as usize;
                let weight = factorial(size) * factorial(players - size - 1) / factorial(players);
                weight * (worths[coalition | 1 << player] - worths[coalition])
            })
            .sum()
    };
    (0..players).map(value).collect()
}

/// Returns the expected value of a tree if only the features in `known` are known to be those of `row`, by covers.
fn expected(tree: &[TreeNode], at: usize, row: &BinnedRow, known: usize) -> f64 {
    let Some(split) = tree[at].split else { return tree[at].value };
    let side = |child: usize| expected(tree, child, row, known);
    if known & (1 << split.feature) != 0 {
        return side(split.left + usize::from(row[usize::from(split.feature)] > split.threshold));
    }
    let [left, right] = [split.left, split.left + 1].map(|child| f64::from(tree[child].cover));
    if left + right == 0.0 {
        return f64::midpoint(side(split.left), side(split.left + 1));
    }
    (left * side(split.left) + right * side(split.left + 1)) / (left + right)
}

/// Returns the mean output for `row` with the features outside `known` from each row of the background.
fn mixed(forest: &Forest, row: &BinnedRow, background: &[BinnedRow], known: usize) -> f64 {
    let output = |reference: &BinnedRow| {
        let pick = |feature: usize| if known & (1 << feature) == 0 { reference[feature] } else { row[feature] };
        forest
            .probability(&std::array::from_fn::<u8, STRIDE, _>(|feature| if feature < 12 { pick(feature) } else { 0 }))
    };
    background.iter().map(output).sum::<f64>() / f64::from(u32::try_from(background.len()).expect("few"))
}

fn most_difference(ours: &[f64], exact: &[f64]) -> f64 {
    ours.iter().zip(exact).map(|(ours, exact)| (ours - exact).abs()).fold(0.0, f64::max)
}

#[test]
fn path_dependent_contributions_are_shapley_values_over_all_subsets() {
    let mut random = SplitMix64::of_state(1);
    for features in [1, 3, 5, 8, 12] {
        for leaves in [2, 9, 40] {
            let forest = forest(&Size { trees: 3, leaves, features }, &mut random);
            let trees: Vec<Vec<TreeNode>> = (0..3).map(|tree| forest.nodes(tree).collect()).collect();
            let row = row(&mut random);
            let worth = |known| trees.iter().map(|tree| expected(tree, 0, &row, known)).sum::<f64>() / 3.0;
            let shap = TreeShap::of(&forest);
            let difference = most_difference(&shap.contributions(&row), &by_definition(features, worth));
            assert!(difference < 1e-12, "{features} features, {leaves} leaves: {difference}");
            assert!((shap.base_value() - worth(0)).abs() < 1e-12);
        }
    }
}

#[test]
fn interventional_contributions_are_shapley_values_over_all_subsets() {
    let mut random = SplitMix64::of_state(2);
    for features in [1, 4, 10] {
        let forest = forest(&Size { trees: 3, leaves: 40, features }, &mut random);
        let background: Vec<BinnedRow> = (0..5).map(|_| row(&mut random)).collect();
        let row = row(&mut random);
        let contributions = TreeShap::of(&forest).contributions_against(&row, &background);
        let exact = by_definition(features, |known| mixed(&forest, &row, &background, known));
        let difference = most_difference(&contributions, &exact);
        assert!(difference < 1e-12, "{features} features: {difference}");
    }
}

#[test]
fn contributions_add_up_to_the_output_of_any_forest() {
    let mut random = SplitMix64::of_state(3);
    for features in [2, 12, 30, 64] {
        let forest = forest(&Size { trees: 20, leaves: 300, features }, &mut random);
        let shap = TreeShap::of(&forest);
        for _ in 0..50 {
            let row = row(&mut random);
            let sum: f64 = shap.contributions(&row).iter().sum();
            let difference = shap.base_value() + sum - forest.probability(&row);
            assert!(difference.abs() < 1e-12, "{features} features: {difference}");
        }
    }
}

#[test]
fn a_feature_that_no_split_asks_for_contributes_nothing() {
    let mut random = SplitMix64::of_state(4);
    let forest = forest(&Size { trees: 5, leaves: 30, features: 7 }, &mut random);
    let (shap, row, background) = (TreeShap::of(&forest), row(&mut random), [row(&mut random)]);
    for contributions in [shap.contributions(&row), shap.contributions_against(&row, &background)] {
        assert!(contributions[..7].iter().any(|contribution| *contribution != 0.0));
        assert_eq!(contributions[7..], [0.0; STRIDE - 7]);
    }
}

/// Feature, threshold, left child of a split (none at a leaf), value, cover.
type Node = (u8, u8, Option<usize>, f64, u32);

/// A forest, rows and the answers of the Python package `shap`; `scripts/parity/shap_reference.py` writes the file.
#[derive(Deserialize)]
struct Fixture {
    trees: Vec<Vec<Node>>,
    rows: Vec<Vec<u8>>,
    background: Vec<Vec<u8>>,
    base_value: f64,
    path_dependent: Vec<Vec<f64>>,
    interventional: Vec<Vec<f64>>,
}

impl Fixture {
    fn forest(&self) -> Forest {
        let node = |(feature, threshold, left, value, cover): &Node| {
            let split = left.map(|left| Split { feature: *feature, threshold: *threshold, left });
            TreeNode { split, value: *value, cover: *cover }
        };
        let trees: Vec<Vec<TreeNode>> = self.trees.iter().map(|tree| tree.iter().map(node).collect()).collect();
        Forest::of_trees(&trees).expect("small trees")
    }
}

fn padded(bins: &[u8]) -> BinnedRow {
    std::array::from_fn(|feature| bins.get(feature).copied().unwrap_or_default())
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn contributions_are_those_of_python_shap() {
    const SINGLE_PRECISION: f64 = 1e-7; // of shap's weights of interventional contributions
    let fixture: Fixture =
        serde_json::from_str(include_str!("../fixtures/tree_shap.json")).expect("the fixture's form");
    let shap = TreeShap::of(&fixture.forest());
    assert!((shap.base_value() - fixture.base_value).abs() < 1e-9);
    let background: Vec<BinnedRow> = fixture.background.iter().map(|row| padded(row)).collect();
    for (at, row) in fixture.rows.iter().enumerate() {
        let row = padded(row);
        let path_dependent = most_difference(&shap.contributions(&row), &fixture.path_dependent[at]);
        assert!(path_dependent < 1e-9, "row {at}: {path_dependent}");
        let against = shap.contributions_against(&row, &background);
        let interventional = most_difference(&against, &fixture.interventional[at]);
        assert!(interventional < SINGLE_PRECISION, "row {at}: {interventional}");
    }
    assert_eq!(fixture.rows.len(), 12);
}

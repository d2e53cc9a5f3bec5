//! Properties of the forest, over arbitrary trees, rows and samples.
#![cfg(not(target_arch = "wasm32"))]

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use proptest::{array::uniform, collection::vec, prelude::*};
use shared::{
    forest::{BinnedRow, Bins, Classifier, Forest, Isotonic, ONE, STRIDE, Split, TreeNode, Unreadable},
    metrics::Sample,
};

const FEATURES: [&str; 3] = ["bits", "hour", "volume"];

/// A tree that is split where `choices` say so, level by level.
fn tree(choices: &[Option<(u8, u8)>], values: &[f64]) -> Vec<TreeNode> {
    let leaf = |at: usize| TreeNode { split: None, value: values[at % values.len()], cover: 1 };
    let mut tree = vec![leaf(0)];
    for (at, choice) in choices.iter().enumerate().take_while(|(at, _)| *at < 100) {
        let Some(grown) = tree.get_mut(at) else { break };
        if let Some((feature, threshold)) = *choice {
            let left = tree.len();
            tree[at].split = Some(Split { feature, threshold, left });
            tree.extend([leaf(left), leaf(left + 1)]);
        } else {
            grown.split = None;
        }
    }
    for at in (0..tree.len()).rev() {
        if let Some(Split { left, .. }) = tree[at].split {
            tree[at].cover = tree[left].cover + tree[left + 1].cover;
        }
    }
    tree
}

fn trees() -> impl Strategy<Value = Vec<Vec<TreeNode>>> {
    let choice = proptest::option::weighted(0.7, (0..3_u8, 0..=254_u8));
    let tree = (vec(choice, 0..60), vec(0.0..=1.0_f64, 1..20)).prop_map(|(choices, values)| tree(&choices, &values));
    vec(tree, 1..30)
}

fn row() -> impl Strategy<Value = BinnedRow> {
    uniform::<_, 3>(any::<u8>()).prop_map(|bins| {
        let mut row = [0; STRIDE];
        row[..3].copy_from_slice(&bins);
        row
    })
}

/// Returns the probability of a row by a plain walk down each tree.
fn plainly(trees: &[Vec<TreeNode>], row: &BinnedRow) -> f64 {
    let of = |tree: &Vec<TreeNode>| {
        let mut at = 0;
        while let Some(Split { feature, threshold, left }) = tree[at].split {
            at = left + usize::from(row[usize::from(feature)] > threshold);
        }
        (tree[at].value * f64::from(ONE)).round()
    };
    let count = u32::try_from(trees.len()).expect("few trees");
    trees.iter().map(of).sum::<f64>() / f64::from(count * ONE)
}

fn classifier(trees: &[Vec<TreeNode>]) -> Classifier {
    let bins = Bins::new(FEATURES.map(|name| (name.to_owned(), vec![0.0, 1.0, 2.0]))).expect("cuts in order");
    Classifier::new(bins, Forest::of_trees(trees).expect("trees that fit"), Isotonic::fit(&[]))
}

proptest! {
    #[test]
    fn one_row_or_many_together_have_the_probability_of_a_plain_walk(trees in trees(), rows in vec(row(), 0..300)) {
        let forest = Forest::of_trees(&trees).expect("trees that fit");
        let mut probabilities = vec![f64::NAN; rows.len()];
        forest.probabilities(&rows, &mut probabilities);
        for (row, probability) in rows.iter().zip(probabilities) {
            prop_assert_eq!(probability, plainly(&trees, row));
            prop_assert_eq!(probability, forest.probability(row));
        }
    }

    #[test]
    fn the_order_of_the_trees_changes_no_bit(trees in trees(), row in row()) {
        let reversed: Vec<_> = trees.iter().rev().cloned().collect();
        let say = |trees: &[Vec<TreeNode>]| Forest::of_trees(trees).expect("trees that fit").probability(&row);
        prop_assert_eq!(say(&trees), say(&reversed));
    }

    #[test]
    fn nodes_are_returned_as_they_were_grown(trees in trees()) {
        let forest = Forest::of_trees(&trees).expect("trees that fit");
        for (number, tree) in trees.iter().enumerate() {
            let returned: Vec<_> = forest.nodes(number).map(|node| (node.split, node.cover)).collect();
            let grown: Vec<_> = tree.iter().map(|node| (node.split, node.cover)).collect();
            prop_assert_eq!(returned, grown);
        }
    }

    #[test]
    fn a_stored_classifier_comes_back_as_it_was(trees in trees()) {
        let classifier = classifier(&trees);
        let read = Classifier::from_bytes(&classifier.to_bytes(), &FEATURES);
        prop_assert_eq!(read.as_ref().map(Classifier::version), Ok(classifier.version()));
        prop_assert_eq!(read, Ok(classifier));
    }

    #[test]
    fn a_damaged_classifier_is_refused(trees in trees(), place: prop::sample::Index, flip in 1_u8.., end: prop::sample::Index) {
        let bytes = classifier(&trees).to_bytes();
        let mut damaged = bytes.clone();
        damaged[place.index(bytes.len())] ^= flip;
        prop_assert!(Classifier::from_bytes(&damaged, &FEATURES).is_err());
        prop_assert!(Classifier::from_bytes(&bytes[..end.index(bytes.len())], &FEATURES).is_err());
    }

    #[test]
    fn any_bytes_are_refused(bytes in vec(any::<u8>(), 0..200)) {
        prop_assert!(Classifier::from_bytes(&bytes, &FEATURES).is_err());
    }

    #[test]
    fn a_higher_output_never_has_a_lower_probability(
        samples in vec((0.0..=1.0_f64, any::<bool>(), 0.1..50.0_f64), 0..300),
        mut raws in vec(0.0..=1.0_f64, 2..50),
        prevalence in 1e-6..0.999_f64,
    ) {
        let sample = |(score, is_attack, weight)| Sample { score, is_attack, weight, cluster: 0 };
        let isotonic = Isotonic::fit(&samples.into_iter().map(sample).collect::<Vec<_>>());
        raws.sort_by(f64::total_cmp);
        let probabilities: Vec<f64> = raws.iter().map(|raw| isotonic.calibrated(*raw, prevalence)).collect();
        prop_assert!(probabilities.is_sorted(), "{:?}", probabilities);
        prop_assert!(probabilities.iter().all(|probability| 0.0 < *probability && *probability < 1.0));
    }
}

#[test]
fn a_classifier_for_other_features_is_refused_by_their_names() {
    let bytes = classifier(&[tree(&[Some((2, 7))], &[0.0, 1.0])]).to_bytes();
    let read = |features: &[&str]| Classifier::from_bytes(&bytes, features).map_err(|error| error.to_string());
    assert!(read(&FEATURES).is_ok());
    assert_eq!(
        read(&["bits", "place", "volume"]),
        Err("the forest asks for the feature \"hour\" where this program has \"place\"".to_owned())
    );
    assert_eq!(
        read(&FEATURES[..2]),
        Err("the forest asks for the feature \"volume\", which this program has not".to_owned())
    );
    assert_eq!(
        read(&["bits", "hour", "volume", "speed"]),
        Err("the forest does not know the feature \"speed\" of this program".to_owned())
    );
}

#[test]
fn another_version_is_refused_with_an_error_of_its_own() {
    let mut bytes = classifier(&[tree(&[], &[0.5])]).to_bytes();
    bytes[4] = 9;
    assert_eq!(Classifier::from_bytes(&bytes, &FEATURES), Err(Unreadable::Version(9)));
    assert_eq!(Classifier::from_bytes(b"PK..", &FEATURES), Err(Unreadable::NoClassifier));
}

/// Pseudo-random numbers, the same every time.
fn noise(at: u32) -> u32 {
    (at.wrapping_mul(2_654_435_761) ^ (at >> 7)).wrapping_mul(2_246_822_519) >> 8
}

#[test]
fn a_forest_of_a_hundred_trees_of_sixty_four_leaves_is_a_small_file() {
    let grow = |number: u32| {
        let draw = |at: u32, below: u32| noise(number * 1000 + at) % below;
        let byte = |drawn: u32| u8::try_from(drawn).expect("below 256");
        let choices: Vec<_> = (0..63).map(|at| Some((byte(draw(at, 45)), byte(draw(at + 200, 255))))).collect();
        let values: Vec<f64> = (0..127).map(|at| f64::from(draw(at + 400, 10_000)) / 10_000.0).collect();
        let mut tree = tree(&choices, &values);
        for at in (0..tree.len()).rev() {
            let of_children = tree[at].split.map(|split| tree[split.left].cover + tree[split.left + 1].cover);
            let at_leaf = 10 + draw(u32::try_from(at).expect("few nodes") + 600, 600);
            tree[at].cover = of_children.unwrap_or(at_leaf);
        }
        tree
    };
    let trees: Vec<_> = (0..100).map(grow).collect();
    let cuts: Vec<f32> = (0_u8..254).map(|cut| f32::from(cut).sqrt()).collect();
    let bins = Bins::new((0..45).map(|feature| (format!("feature_number_{feature}"), cuts.clone())));
    let forest = Forest::of_trees(&trees).expect("trees that fit");
    let classifier = Classifier::new(bins.expect("cuts in order"), forest, Isotonic::fit(&[]));
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&classifier.to_bytes()).expect("memory can be written");
    let size = packed.finish().expect("memory can be written").len();
    assert!(size < 100_000, "{size} bytes of thresholds, features and leaves that follow no pattern");
}

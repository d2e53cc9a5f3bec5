//! Probabilities are equal to the bit natively and in the browser: both are compared with one recorded hash.

use shared::{
    forest::{Bins, Classifier, Forest, Isotonic, Split, TreeNode},
    hash::{Hasher, hash},
    metrics::Sample,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test;

/// Eight pseudo-random bytes, the same every time.
fn noise(number: u32) -> [u8; 8] {
    hash(&number.to_string(), 11).to_le_bytes()
}

/// A tree whose first eight nodes are split.
fn tree(number: u32) -> Vec<TreeNode> {
    let node = |at: u32| {
        let [feature, threshold, value, ..] = noise(number * 100 + at);
        let left = usize::try_from(2 * at + 1).expect("a small number");
        let split = (at < 8).then_some(Split { feature: feature % 3, threshold: threshold % 255, left });
        TreeNode { split, value: f64::from(value) / 255.0, cover: 1 }
    };
    (0..17).map(node).collect()
}

fn classifier() -> Classifier {
    let rows: Vec<[f32; 3]> =
        (0..3000).map(|number| noise(number).first_chunk().expect("bytes").map(f32::from)).collect();
    let rows: Vec<[f32; 3]> = rows.iter().map(|row| row.map(|value| 1.0 / (value + 0.1))).collect();
    let bins = Bins::fit(&["one", "two", "three"], &rows).expect("three features");
    let forest = Forest::of_trees(&(0..20).map(tree).collect::<Vec<_>>()).expect("trees that fit");
    let sample = |row: &[f32; 3]| {
        let score = forest.probability(&bins.row(row));
        Sample { score, is_attack: row[0] + row[1] > 0.05, weight: f64::from(row[2]), cluster: 0 }
    };
    let isotonic = Isotonic::fit(&rows.iter().map(sample).collect::<Vec<_>>());
    Classifier::new(bins, forest, isotonic)
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn probabilities_are_the_recorded_ones_to_the_bit() {
    let classifier = classifier();
    let mut probabilities = Hasher::default();
    for number in 0..5000 {
        let values =
            noise(number + 50_000).first_chunk::<3>().expect("bytes").map(|byte| 1.0 / (f32::from(byte) + 0.3));
        probabilities.number(classifier.probability(&classifier.bins().row(&values), 0.001).to_bits());
    }
    assert_eq!(format!("{:016x}", probabilities.finish()), "fe772f9dc04912eb");
    assert_eq!(classifier.version(), "d27a701ee3b5aae4");
}

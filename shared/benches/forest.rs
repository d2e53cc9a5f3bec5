//! The speed of the forest on one core: rows per second, many together and one by one, for forests of two sizes.

use std::{hint::black_box, time::Instant};

use shared::forest::{BinnedRow, Forest, STRIDE, Split, TreeNode};

const FEATURES: u64 = 45;
const TRAINING_ROWS: u32 = 20_000;
const ROWS: usize = 65_536;
const RUNS: usize = 9;

/// The size of a forest.
struct Size {
    trees: usize,
    depth: u32,
    leaves: usize,
    /// The minimum number of training rows at a leaf.
    least: u32,
}

#[expect(clippy::print_stdout, reason = "a benchmark prints rates")]
fn main() {
    let mut noise = Noise(1);
    let rows: Vec<BinnedRow> = (0..ROWS).map(|_| noise.row()).collect();
    for size in
        [Size { trees: 200, depth: 12, leaves: 400, least: 5 }, Size { trees: 100, depth: 12, leaves: 64, least: 20 }]
    {
        let trees: Vec<_> = (0..size.trees).map(|_| grow(&size, &mut noise)).collect();
        let nodes: usize = trees.iter().map(Vec::len).sum();
        let forest = Forest::of_trees(&trees).expect("trees that fit");
        println!(
            "forest of {} trees, depth up to {}, {} nodes a tree:\n  many rows, one core: {}\n  one by one: {}",
            size.trees,
            size.depth,
            nodes / size.trees,
            rates(&rows, |rows| {
                let mut probabilities = vec![0.0; rows.len()];
                forest.probabilities(rows, &mut probabilities);
                black_box(probabilities);
            }),
            rates(&rows, |rows| rows.iter().for_each(|row| {
                black_box(forest.probability(row));
            })),
        );
    }
}

/// Returns the measured speed as text.
#[expect(clippy::cast_precision_loss, reason = "a number of rows is exact in 53 bits")]
fn rates(rows: &[BinnedRow], judge: impl Fn(&[BinnedRow])) -> String {
    let mut seconds: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            judge(black_box(rows));
            start.elapsed().as_secs_f64() / rows.len() as f64
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    let million = |seconds: f64| 1e-6 / seconds;
    format!(
        "{:.2} M rows/s, {:.2} µs a row (median of {RUNS}; {:.2} to {:.2} M rows/s)",
        million(seconds[RUNS / 2]),
        seconds[RUNS / 2] * 1e6,
        million(seconds[RUNS - 1]),
        million(seconds[0]),
    )
}

/// Grows a tree as on evenly distributed rows: the largest node is split next, at a random threshold.
fn grow(size: &Size, noise: &mut Noise) -> Vec<TreeNode> {
    let mut tree = vec![TreeNode { split: None, value: noise.share(), cover: TRAINING_ROWS }];
    let mut open = vec![(0, 0)]; // nodes that may be split, and their depths
    while tree.len() + 1 < 2 * size.leaves && !open.is_empty() {
        let largest = (0..open.len()).max_by_key(|at| tree[open[*at].0].cover).expect("not empty");
        let (at, depth) = open.swap_remove(largest);
        let cover = tree[at].cover;
        let threshold = noise.byte(255);
        let below = cover * u32::from(threshold) / 255;
        if depth == size.depth || cover < 2 * size.least {
            continue;
        }
        if below < size.least || cover - below < size.least {
            open.push((at, depth)); // another split may do
            continue;
        }
        let left = tree.len();
        tree[at].split = Some(Split { feature: noise.byte(FEATURES), threshold, left });
        for cover in [below, cover - below] {
            open.push((tree.len(), depth + 1));
            tree.push(TreeNode { split: None, value: noise.share(), cover });
        }
    }
    tree
}

/// Pseudo-random numbers, the same in every run (`SplitMix64`).
struct Noise(u64);

impl Noise {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Draws a number below `end`, which is at most 256.
    fn byte(&mut self, end: u64) -> u8 {
        u8::try_from(self.draw() % end).expect("below 256")
    }

    fn share(&mut self) -> f64 {
        f64::from(self.byte(255)) / 255.0
    }

    fn row(&mut self) -> BinnedRow {
        let mut row = [0; STRIDE];
        row[..45].fill_with(|| self.byte(255));
        row
    }
}

//! Prints the shipped forest and, for 1,000 events of a log, the rows that it is asked and their TreeSHAP contributions,
//! as JSON. `scripts/parity` compares them with those of the Python package `shap`.
//!
//! `shap_of_log < LOG`: the log is in order of time.

use std::io;

use serde_json::json;
use shared::{
    engine::InMemoryEngine,
    event::Event,
    explanation::TreeShap,
    features::{self, FEATURES},
    forest::{BinnedRow, Forest, TreeNode},
    formats,
    model::Model,
    profile::Limits,
};

const ROWS: usize = 1000;
const BACKGROUND: usize = 32;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let model = Model::shipped();
    let classifier = model.forest.as_ref().ok_or("the shipped model has no classifier")?;
    let events = formats::read(io::stdin().lock(), None, None).map(|record| record.event);
    let events: Vec<Event> = events.collect::<Result<_, _>>()?;
    let scored = InMemoryEngine::new(model.clone(), Limits::PRODUCT).observe(&events);
    let every = (scored.len() / ROWS).max(1);
    let row = |at: usize| {
        let assessment = &scored[at].assessment;
        classifier.bins().row(&features::of(&assessment.inputs, &assessment.score.signals))
    };
    let rows: Vec<BinnedRow> = (0..scored.len()).step_by(every).take(ROWS).map(row).collect();
    let background = &rows[..BACKGROUND];
    let shap = TreeShap::of(classifier.forest());
    let of_features = |values: &[f64]| values[..FEATURES].to_vec();
    let answer = json!({
        "trees": trees(classifier.forest()),
        "rows": rows.iter().map(|row| row[..FEATURES].to_vec()).collect::<Vec<_>>(),
        "background": background.len(),
        "base_value": shap.base_value(),
        "path_dependent": rows.iter().map(|row| of_features(&shap.contributions(row))).collect::<Vec<_>>(),
        "interventional":
            rows.iter().map(|row| of_features(&shap.contributions_against(row, background))).collect::<Vec<_>>(),
    });
    Ok(serde_json::to_writer(io::stdout().lock(), &answer)?)
}

/// Feature, threshold, left child of a split (none at a leaf), value, cover.
type Node = (u8, u8, Option<usize>, f64, u32);

fn trees(forest: &Forest) -> Vec<Vec<Node>> {
    let node = |node: TreeNode| match node.split {
        Some(split) => (split.feature, split.threshold, Some(split.left), 0.0, node.cover),
        None => (0, 0, None, node.value, node.cover),
    };
    (0..forest.trees()).map(|tree| forest.nodes(tree).map(node).collect()).collect()
}

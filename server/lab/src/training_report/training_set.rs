//! The rows and hyperparameters that a forest was trained with.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::out_of_fold::{OutOfFoldRow, OutOfFoldRows};
use crate::{
    estimate,
    training::{
        attack_classifier::{FIRST_WORLD, Source, TrainingRun},
        forest::ForestParams,
        importance::SEED,
        tune::Trial,
    },
};

/// The rows, seeds and hyperparameters of a training.
#[derive(Debug, Clone, Serialize)]
pub(super) struct TrainingSet {
    /// Number of users.
    pub(super) users: usize,
    /// Number of rows.
    pub(super) rows: usize,
    /// Numbers of rows by source and kind of attack.
    pub(super) rows_by_kind: Vec<RowCount>,
    pub(super) seeds: Seeds,
    pub(super) params: ForestParams,
    /// The settings tried in the search for the hyperparameters, the best first.
    pub(super) trials: Vec<Trial>,
}

/// The number of rows of one source and kind.
#[derive(Debug, Clone, Serialize)]
pub(super) struct RowCount {
    pub(super) source: Source,
    /// The kind of attack; `None` for benign rows.
    pub(super) kind: Option<String>,
    /// Number of rows.
    pub(super) rows: usize,
    /// Number of users of the rows.
    pub(super) users: usize,
    /// Number of rows of their streams that the rows represent.
    pub(super) represents: f64,
}

/// The seeds of random choices; that of the forest is among its hyperparameters.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Seeds {
    /// Seeds of the made-up organisations.
    pub(super) worlds: Vec<u64>,
    /// Seed of the bootstrap.
    pub(super) draws_of_users: u64,
    /// Seed of the permutation of features.
    pub(super) shuffled_features: u64,
}

impl TrainingSet {
    pub(super) fn of(run: &TrainingRun, rows: &OutOfFoldRows) -> Self {
        Self {
            users: rows.users,
            rows: rows.rows.len(),
            rows_by_kind: by_kind(rows),
            seeds: Seeds {
                worlds: (FIRST_WORLD..FIRST_WORLD + run.worlds).collect(),
                draws_of_users: estimate::SEED,
                shuffled_features: SEED,
            },
            params: run.params,
            trials: run.trials.clone(),
        }
    }
}

fn by_kind(rows: &OutOfFoldRows) -> Vec<RowCount> {
    let mut groups: BTreeMap<_, Vec<&OutOfFoldRow>> = BTreeMap::new();
    for row in &rows.rows {
        groups.entry((row.origin.source, row.origin.kind.as_deref())).or_default().push(row);
    }
    let count = |((source, kind), rows): ((Source, Option<&str>), Vec<&OutOfFoldRow>)| RowCount {
        source,
        kind: kind.map(str::to_owned),
        rows: rows.len(),
        users: rows.iter().map(|row| row.user).collect::<BTreeSet<_>>().len(),
        represents: rows.iter().map(|row| row.origin.represents).sum(),
    };
    groups.into_iter().map(count).collect()
}

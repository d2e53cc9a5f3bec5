//! What a forest was taught, and how.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    importance,
    strangers::{Stranger, Strangers},
};
use crate::{
    evaluation::level,
    training::{
        forest::Params,
        known::{FIRST_WORLD, Source, Teaching},
        tune::Trial,
    },
};

/// Numbers of rows and users, seeds and settings.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Taught {
    pub(super) users: usize,
    pub(super) rows: usize,
    /// Rows of each source and kind of attack; without a kind they are benign.
    pub(super) rows_by_kind: Vec<Counted>,
    pub(super) seeds: Seeds,
    pub(super) params: Params,
    /// What was tried to find those, the best first.
    pub(super) trials: Vec<Trial>,
}

/// Rows of one source and kind.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Counted {
    pub(super) source: Source,
    pub(super) kind: Option<String>,
    pub(super) rows: usize,
    pub(super) users: usize,
    /// How many of their streams they stand for.
    pub(super) stands_for: f64,
}

/// What random choices start from; the forest's own seed is among the settings.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Seeds {
    pub(super) worlds: Vec<u64>,
    pub(super) draws_of_users: u64,
    pub(super) shuffled_features: u64,
}

impl Taught {
    pub(super) fn of(teaching: &Teaching, strangers: &Strangers) -> Self {
        Self {
            users: strangers.users,
            rows: strangers.rows.len(),
            rows_by_kind: by_kind(strangers),
            seeds: Seeds {
                worlds: (FIRST_WORLD..FIRST_WORLD + teaching.worlds).collect(),
                draws_of_users: level::SEED,
                shuffled_features: importance::SEED,
            },
            params: teaching.params,
            trials: teaching.trials.clone(),
        }
    }
}

fn by_kind(strangers: &Strangers) -> Vec<Counted> {
    let mut groups: BTreeMap<_, Vec<&Stranger>> = BTreeMap::new();
    for row in &strangers.rows {
        groups.entry((row.origin.source, row.origin.kind.as_deref())).or_default().push(row);
    }
    let counted = |((source, kind), rows): ((Source, Option<&str>), Vec<&Stranger>)| Counted {
        source,
        kind: kind.map(str::to_owned),
        rows: rows.len(),
        users: rows.iter().map(|row| row.user).collect::<BTreeSet<_>>().len(),
        stands_for: rows.iter().map(|row| row.origin.stands_for).sum(),
    };
    groups.into_iter().map(counted).collect()
}

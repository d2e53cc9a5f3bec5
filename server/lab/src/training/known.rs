//! Teaching a forest the kinds of attack that everybody knows: in made-up organisations, in the organisation's own
//! history with attacks put into it, and wherever a log says itself what was one.

mod rows;
mod textbook;

use std::sync::Arc;

use shared::{
    calendar::Day,
    event::Event,
    family::Family,
    features::{self, FEATURES, Features},
    forest::{Bins, Classifier, Isotonic},
    metrics::Sample,
    model::Model,
};

pub use self::rows::{FIRST_WORLD, NoSuchKind, Origin, Source};
use self::rows::{Taken, take};
use super::{
    TrainError,
    forest::{Grown, Lesson, Params, grow},
    tune::{Grid, Search, Trial, tune},
};
use crate::labelled::Labelled;

/// How the forest is grown unless the best way is searched for.
pub const PARAMS: Params =
    Params { trees: 100, depth: 12, leaves: 64, least_rows: 10, tried: 10, attack_share: Some(0.3), seed: 0 };

/// What is searched for the best way: as many settings of the grid, with as few trees as still tell them apart.
pub const SEARCH: Search = Search::Random { settings: 16, seed: 0 };
const SEARCHED_TREES: usize = 40;

fn grid() -> Grid {
    Grid {
        trees: Vec::new(),
        depth: vec![8, 12, 16],
        least_rows: vec![5, 10, 20, 40],
        tried: vec![6, 10, 16],
        attack_share: vec![Some(0.1), Some(0.3), Some(1.0)],
    }
}

/// What a forest is taught from.
#[derive(Clone, Copy)]
pub(super) struct Sources<'a> {
    /// The organisation's own log.
    pub(super) history: &'a [Event],
    /// The day before which nothing in it is taken to be hostile.
    pub(super) before: Day,
    /// All logs.
    pub(super) logs: &'a [Vec<Labelled>],
    /// What the evidence among the features is weighed by.
    pub(super) memory: &'a Arc<Model>,
    /// How many organisations are made up.
    pub(super) worlds: u64,
    /// Families that the forest is not to ask for.
    pub(super) without: &'a [Family],
    /// Kinds of attack that the forest is not taught.
    pub(super) leave_out: &'a [String],
}

/// What a forest was taught, and what it says of it.
#[derive(Debug, Clone)]
pub struct Teaching {
    /// How many organisations were made up.
    pub worlds: u64,
    /// How the forest was grown.
    pub params: Params,
    /// What was tried to find that, the best first; nothing where nothing was searched for.
    pub trials: Vec<Trial>,
    /// The rows.
    pub lessons: Vec<Lesson>,
    /// Where each row comes from.
    pub origins: Vec<Origin>,
    /// The forest.
    pub grown: Grown,
}

/// Teaches a forest; `tell` hears what is being done.
pub(super) fn learn(
    sources: &Sources,
    is_tuned: bool,
    tell: &dyn Fn(String),
) -> Result<(Classifier, Teaching), TrainError> {
    tell("taking rows to learn from".to_owned());
    let taken = take(sources)?;
    let values: Vec<Features> = taken.iter().map(|taken| taken.features).collect();
    let bins = Bins::fit(&features::names(), &values)?;
    let lessons: Vec<Lesson> = taken.iter().map(|taken| lesson(taken, &bins)).collect();
    let origins: Vec<Origin> = taken.into_iter().map(|taken| taken.origin).collect();
    let trials = if is_tuned { search(&lessons, tell)? } else { Vec::new() };
    let params = trials.first().map_or(PARAMS, |best| Params { trees: PARAMS.trees, ..best.params });
    tell(format!("growing {} trees on {} rows", params.trees, lessons.len()));
    let grown = grow(&lessons, FEATURES, &params)?;
    let teaching = Teaching { worlds: sources.worlds, params, trials, lessons, origins, grown };
    let isotonic = Isotonic::fit(&teaching.samples());
    Ok((Classifier::new(bins, teaching.grown.forest.clone(), isotonic), teaching))
}

fn lesson(taken: &Taken, bins: &Bins) -> Lesson {
    Lesson {
        row: bins.row(&taken.features),
        is_attack: taken.origin.kind.is_some(),
        weight: 1.0,
        user: taken.user,
        time: taken.time,
    }
}

fn search(lessons: &[Lesson], tell: &dyn Fn(String)) -> Result<Vec<Trial>, TrainError> {
    let base = Params { trees: SEARCHED_TREES, ..PARAMS };
    Ok(tune(lessons, FEATURES, &grid(), SEARCH, base, &|number, all| {
        tell(format!("trying setting {number} of {all}"));
    })?)
}

impl Teaching {
    /// Returns what the forest says of each row whose user some of its trees do not know, by the number of the row.
    ///
    /// A sample weighs as many rows of its stream as it stands for.
    pub fn samples(&self) -> Vec<Sample> {
        let rows = self.lessons.iter().zip(&self.origins).zip(&self.grown.out_of_bag);
        let sample = |((lesson, origin), said): ((&Lesson, &Origin), &Option<f32>)| {
            let score = (*said)?.into();
            Some(Sample { score, is_attack: lesson.is_attack, weight: origin.stands_for, cluster: 0 })
        };
        rows.filter_map(sample).collect()
    }
}

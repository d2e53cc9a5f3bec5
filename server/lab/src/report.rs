//! How well a forest does on people it does not know: figures, drawings, and a page that shows them.
//!
//! Every row is judged by those trees alone that know no row of its user. Intervals are over draws of users.

mod drawings;
mod figures;
mod importance;
mod learning;
mod page;
mod strangers;
mod taught;

use std::{fs, io, path::Path};

use serde::Serialize;

use self::{
    drawings::Drawings,
    figures::{Confusion, Figures, Group, Probability},
    importance::Importance,
    learning::Stage,
    strangers::Strangers,
    taught::Taught,
};
use crate::{
    card::Card,
    training::{Trained, known::Teaching},
};

/// A report.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The model.
    model: Card,
    /// What the forest was taught, and how.
    taught: Taught,
    /// How well all rows are ranked.
    all: Figures,
    /// How far probabilities can be believed.
    probability: Probability,
    /// What the default threshold flags.
    confusion: Confusion,
    /// How well rows of one source are ranked.
    sources: Vec<Group>,
    /// How well each kind of attack is told from everything benign.
    kinds: Vec<Group>,
    /// How much worse rows are ranked without each feature, the most important first.
    importance: Vec<Importance>,
    /// How well forests do that were taught by some of the users.
    learning_curve: Vec<Stage>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There is no forest to report of.
    #[error("the model does without a forest, and a report is about the forest")]
    NoForest,
    /// A forest for comparison did not grow.
    #[error(transparent)]
    Grow(#[from] crate::training::forest::GrowError),
    /// A file cannot be written.
    #[error("cannot write the report: {0}")]
    Write(#[from] io::Error),
}

/// Measures a forest and writes `metrics.json`, drawings and `index.html` into a folder; `tell` hears what is being
/// done.
pub fn write(trained: &Trained, folder: &Path, tell: &dyn Fn(String)) -> Result<(), ReportError> {
    let teaching = trained.teaching.as_ref().ok_or(ReportError::NoForest)?;
    let strangers = Strangers::of(teaching);
    let report = Report::of(&strangers, teaching, Card::of(&trained.model), tell)?;
    let drawings = Drawings::of(&report, &strangers);
    fs::create_dir_all(folder)?;
    fs::write(folder.join("metrics.json"), serde_json::to_string_pretty(&report).map_err(io::Error::from)? + "\n")?;
    for (name, plot) in drawings.files() {
        fs::write(folder.join(name), plot.file())?;
    }
    fs::write(folder.join("index.html"), page::page(&report, &drawings))?;
    Ok(())
}

impl Report {
    fn of(strangers: &Strangers, teaching: &Teaching, model: Card, tell: &dyn Fn(String)) -> Result<Self, ReportError> {
        tell("measuring".to_owned());
        let all = Figures::of(strangers.samples(|row| row.said, |_| true), strangers.users);
        Ok(Self {
            model,
            taught: Taught::of(teaching, strangers),
            all,
            probability: Probability::of(strangers),
            confusion: Confusion::of(strangers),
            sources: figures::by_source(strangers),
            kinds: figures::by_kind(strangers),
            importance: importance::measure(teaching, strangers),
            learning_curve: learning::curve(teaching, strangers, all.pr_auc, tell)?,
        })
    }
}

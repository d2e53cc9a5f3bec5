//! The report on a training: how well the forest does on users that its trees have not seen, as metrics, plots and a
//! page.
//!
//! Each row is scored only by the trees that were grown without any row of its user. Intervals are over draws of users.

mod forest_metrics;
mod html;
mod importance;
mod learning_curve;
mod metrics;
mod out_of_fold;
mod plots;
mod training_set;

use std::{fs, io, path::Path};

use self::{metrics::TrainingMetrics, out_of_fold::OutOfFoldRows, plots::Plots};
use crate::{
    model_card::ModelCard,
    output_file,
    training::{Trained, forest::GrowError},
};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The model has no forest.
    #[error("the model does without a forest, and a report is about the forest")]
    NoForest,
    /// A forest of the learning curve was not grown.
    #[error(transparent)]
    Grow(#[from] GrowError),
    /// A file cannot be written.
    #[error("cannot write the report: {0}")]
    Write(#[from] io::Error),
}

/// Measures a forest and writes `metrics.json`, plots and `index.html` into a folder.
///
/// `on_progress` is called with a short description of each step.
pub fn write(trained: &Trained, folder: &Path, on_progress: &dyn Fn(String)) -> Result<(), ReportError> {
    let run = trained.run.as_ref().ok_or(ReportError::NoForest)?;
    let rows = OutOfFoldRows::of(run);
    let metrics = TrainingMetrics::of(&rows, run, ModelCard::of(&trained.model), on_progress)?;
    let plots = Plots::of(&metrics, &rows);
    fs::create_dir_all(folder)?;
    let write = |name: &str, content: &str| output_file::write(&folder.join(name), content.as_bytes(), &[]);
    write("metrics.json", &(serde_json::to_string_pretty(&metrics).map_err(io::Error::from)? + "\n"))?;
    for (name, plot) in plots.files() {
        write(name, &plot.file())?;
    }
    write("index.html", &html::page(&metrics, &plots))?;
    Ok(())
}

//! The model that a command judges by.

use std::{fs, path::PathBuf, sync::Arc};

use anyhow::Context as _;
use shared::model::Model;

/// Which model to judge by.
#[derive(Debug, clap::Args)]
pub(super) struct ModelChoice {
    /// Model to judge by, as `uba train` writes it; the one that comes with the program unless said
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
}

impl ModelChoice {
    pub(super) fn load(&self) -> anyhow::Result<Arc<Model>> {
        let Some(path) = &self.model else { return Ok(Model::shipped()) };
        let read = || -> anyhow::Result<Model> { Ok(serde_json::from_slice(&fs::read(path)?)?) };
        Ok(Arc::new(read().with_context(|| format!("cannot read the model {}", path.display()))?))
    }
}

//! Imports of files that are uploaded.

use std::{fs::File, io::Read};

use app::actor::{Actor, Scope};
use shared::error::Error;

use super::Service;
use crate::{
    imports::{ImportJob, ResultFormat, Upload},
    jobs::Progress,
};

impl Service {
    /// Keeps a file to be imported in the background. It blocks while the content comes in.
    pub fn begin_import(&self, actor: &Actor, upload: Upload<impl Read>) -> Result<ImportJob, Error> {
        actor.require(Scope::Ingest)?;
        self.0.imports.begin(upload)
    }

    /// Returns every import that is known, the latest first, with its progress where it is under way.
    pub fn imports(&self, actor: &Actor) -> Result<Vec<(ImportJob, Option<Progress>)>, Error> {
        actor.require(Scope::Read)?;
        Ok(self.0.imports.list())
    }

    /// Returns an import, with its progress where it is under way.
    pub fn import(&self, actor: &Actor, number: u64) -> Result<(ImportJob, Option<Progress>), Error> {
        actor.require(Scope::Read)?;
        self.0.imports.get(number)
    }

    /// Opens what became of each record of an import that has ended.
    pub fn import_results(&self, actor: &Actor, number: u64, format: ResultFormat) -> Result<File, Error> {
        actor.require(Scope::Read)?;
        self.0.imports.results(number, format)
    }

    /// Cancels an import, or removes it and its results where it has ended.
    pub async fn remove_import(&self, actor: &Actor, number: u64) -> Result<(), Error> {
        actor.require(Scope::Ingest)?;
        self.0.imports.remove(number).await
    }
}

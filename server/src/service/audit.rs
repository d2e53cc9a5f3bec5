//! The record of administrative acts.

use app::actor::{Actor, Scope};
use shared::error::Error;

use super::Service;
use crate::{audit::AuditEntry, store::AuditPlace};

/// A part of the record of administrative acts.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditPage {
    /// The acts, the latest first.
    pub acts: Vec<AuditEntry>,
    /// The place before which the record goes on; none if it ends here.
    pub next: Option<AuditPlace>,
}

impl Service {
    /// Returns the latest administrative acts, or those before a place: at most `limit`.
    pub async fn audit(&self, actor: &Actor, before: Option<AuditPlace>, limit: usize) -> Result<AuditPage, Error> {
        actor.require(Scope::Admin)?;
        let (acts, last) = self.0.store.acts(before, limit).await.map_err(|reason| self.unavailable(&reason))?;
        let next = last.filter(|_| acts.len() >= limit);
        Ok(AuditPage { acts, next })
    }
}

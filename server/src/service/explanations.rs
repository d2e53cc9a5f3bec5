//! The explanations of stored events, by the model and the calibration that they were scored by.

mod grounds;
mod input_statistics;

use std::{collections::HashMap, panic::resume_unwind, sync::Arc, time::Instant};

use app::actor::{Actor, Scope};
use shared::{
    control_characters::visible,
    error::Error,
    event::EventKey,
    evidence::EvidenceFile,
    explanation::{Explainer, Explanation},
    scored_event::ScoredEvent,
};
use tokio::{sync::Mutex, task::spawn_blocking};

use self::input_statistics::InputStatistics;
use super::Service;
use crate::{metrics::Stage, store::StoredEvent};

/// The largest number of events of a batch that get a linear model, which takes milliseconds each.
const LINEAR_MODELS: usize = 200;

/// What explanations need beside the events, as it was read or prepared once.
#[derive(Debug, Default)]
pub(super) struct Explanations {
    /// The prepared models, by their versions.
    explainers: Mutex<HashMap<Arc<str>, Arc<Explainer>>>,
    statistics: Mutex<Option<Arc<InputStatistics>>>,
}

impl Service {
    /// Explains events that the actor has sent. Of several, only the first anomalies get a linear model.
    ///
    /// # Errors
    ///
    /// Fails if an event is not stored.
    pub async fn explain(&self, actor: &Actor, keys: Vec<EventKey>) -> Result<Vec<Explanation>, Error> {
        actor.require(Scope::Ingest)?;
        Ok(self.explained(keys).await?.into_iter().map(|(_, explanation)| explanation).collect())
    }

    /// Returns a stored event and the explanation of its score.
    pub async fn event(&self, actor: &Actor, key: EventKey) -> Result<(ScoredEvent, Explanation), Error> {
        actor.require(Scope::Read)?;
        let mut explained = self.explained(vec![key]).await?;
        Ok(explained.pop().expect("one answer an event"))
    }

    /// Returns the evidence of a stored event.
    pub async fn evidence(&self, actor: &Actor, key: EventKey) -> Result<EvidenceFile, Error> {
        actor.require(Scope::Read)?;
        let events = self.stored(&[key]).await?;
        let grounds = self.grounds_of(&events).await.map_err(|reason| self.unavailable(&reason))?;
        let evidence = move || grounds.evidence(&events[0]);
        Ok(spawn_blocking(evidence).await.unwrap_or_else(|error| resume_unwind(error.into_panic())))
    }

    async fn explained(&self, keys: Vec<EventKey>) -> Result<Vec<(ScoredEvent, Explanation)>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let events = self.stored(&keys).await?;
        let grounds = self.grounds_of(&events).await.map_err(|reason| self.unavailable(&reason))?;
        let service = self.clone();
        let work = move || {
            let is_only = events.len() == 1;
            let mut left = LINEAR_MODELS;
            let explained = |event: StoredEvent| {
                let is_modelled = is_only || (event.scored.is_anomaly && left > 0);
                left -= usize::from(is_modelled);
                let started = Instant::now();
                let explanation = grounds.explain(&event, is_modelled);
                service.recorder().record_time(Stage::Explain, started.elapsed());
                (event.scored, explanation)
            };
            events.into_iter().map(explained).collect()
        };
        Ok(spawn_blocking(work).await.unwrap_or_else(|error| resume_unwind(error.into_panic())))
    }

    /// Returns the stored events with these keys, in their order.
    async fn stored(&self, keys: &[EventKey]) -> Result<Vec<StoredEvent>, Error> {
        let mut found: HashMap<EventKey, StoredEvent> = HashMap::new();
        let mut keep = |stored: StoredEvent| {
            found.insert(EventKey::of(&stored.scored.event), stored);
        };
        let mut older = Vec::new();
        {
            // A checkpoint may store recent events meanwhile, so these are read first.
            let state = self.0.pipeline.state();
            for key in keys {
                match state.recent().find(key) {
                    Some(stored) => keep(stored),
                    None => older.push(key.clone()),
                }
            }
        }
        let stored = self.0.store.stored_among(&older).await.map_err(|reason| self.unavailable(&reason))?;
        for stored in stored {
            keep(stored);
        }
        let not_found = |key: &EventKey| Error::NotFound(format!("event {}", visible(&key.id)));
        keys.iter().map(|key| found.get(key).cloned().ok_or_else(|| not_found(key))).collect()
    }
}

//! The explanations of stored events.

use std::{
    collections::HashMap,
    panic::resume_unwind,
    sync::{Arc, OnceLock},
    time::Instant,
};

use app::actor::{Actor, Scope};
use shared::{
    calibration::Calibration,
    control_characters::visible,
    error::Error,
    event::EventKey,
    explanation::{Explainer, Explanation, ExplanationRequest, LimeRequest, Reference, lime::TabularStatistics},
    model::Model,
    scored_event::ScoredEvent,
};
use tokio::{sync::Mutex, task::spawn_blocking};

use super::Service;
use crate::{
    metrics::Stage,
    store::{Store, StoreError, StoredEvent},
};

/// The largest number of events of a batch that get a linear model, which takes milliseconds each.
const LINEAR_MODELS: usize = 200;
/// The smallest number of events whose inputs linear models are drawn from.
const FEWEST_ROWS: usize = 100;
/// The largest number of events whose inputs linear models are drawn from.
const MOST_ROWS: usize = 1000;
/// The name of the setting that keeps the statistics of the inputs of recent events.
const SETTING: &str = "input_statistics";

/// What explanations need beside the events and the engine.
#[derive(Debug, Default)]
pub(super) struct Explanations {
    explainer: OnceLock<Arc<Explainer>>,
    statistics: Mutex<Option<InputStatistics>>,
}

/// The statistics of the inputs of recent events.
#[derive(Debug)]
struct InputStatistics {
    /// The number of stored events when they were taken.
    events: u64,
    statistics: Arc<TabularStatistics>,
}

impl InputStatistics {
    /// Returns whether there are twice as many events as when they were taken.
    fn is_outdated(&self, events: u64) -> bool {
        events / 2 >= self.events
    }
}

/// What the explanations of some events have in common.
struct Common {
    model: Arc<Model>,
    explainer: Arc<Explainer>,
    calibration: Calibration,
    statistics: Option<Arc<TabularStatistics>>,
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

    async fn explained(&self, keys: Vec<EventKey>) -> Result<Vec<(ScoredEvent, Explanation)>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let events = self.stored(&keys).await?;
        let (service, common) = (self.clone(), self.common().await?);
        let work = move || {
            let is_only = events.len() == 1;
            let mut left = LINEAR_MODELS;
            let explained = |event: ScoredEvent| {
                let is_modelled = is_only || (event.is_anomaly && left > 0);
                left -= usize::from(is_modelled);
                let started = Instant::now();
                let explanation = common.explain(&event, is_modelled);
                service.recorder().record_time(Stage::Explain, started.elapsed());
                (event, explanation)
            };
            events.into_iter().map(explained).collect()
        };
        Ok(spawn_blocking(work).await.unwrap_or_else(|error| resume_unwind(error.into_panic())))
    }

    /// Returns the stored events with these keys, in their order.
    async fn stored(&self, keys: &[EventKey]) -> Result<Vec<ScoredEvent>, Error> {
        let mut found: HashMap<EventKey, ScoredEvent> = HashMap::new();
        let mut keep = |StoredEvent { scored, .. }: StoredEvent| {
            found.insert(EventKey::of(&scored.event), scored);
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

    async fn common(&self) -> Result<Common, Error> {
        let statistics = self.input_statistics().await.map_err(|reason| self.unavailable(&reason))?;
        let state = self.0.pipeline.state();
        let engine = state.engine();
        let model = Arc::clone(engine.model());
        let explainer = self.0.explanations.explainer.get_or_init(|| Arc::new(Explainer::of(Arc::clone(&model))));
        Ok(Common { explainer: Arc::clone(explainer), calibration: engine.calibration().clone(), model, statistics })
    }

    /// Returns the statistics of the inputs of recent events; none before there are enough events. They are stored, so
    /// that the same event has the same linear model after a restart, and are taken anew each time the number of events
    /// has doubled.
    async fn input_statistics(&self) -> Result<Option<Arc<TabularStatistics>>, StoreError> {
        let store: &Store = &self.0.store;
        let mut kept = self.0.explanations.statistics.lock().await;
        if kept.is_none() {
            let stored: Option<(u64, TabularStatistics)> = store.setting(SETTING).await?;
            *kept = stored.map(|(events, statistics)| InputStatistics { events, statistics: Arc::new(statistics) });
        }
        let events = self.0.pipeline.state().events();
        if kept.as_ref().is_none_or(|kept| kept.is_outdated(events)) {
            let latest = self.0.pipeline.state().recent().latest(MOST_ROWS);
            if latest.len() >= FEWEST_ROWS {
                let rows: Vec<[f64; _]> = latest.iter().map(|stored| *stored.scored.inputs.values()).collect();
                let statistics = TabularStatistics::fit(&rows);
                store.set(SETTING, &(events, &statistics)).await?;
                *kept = Some(InputStatistics { events, statistics: Arc::new(statistics) });
            }
        }
        Ok(kept.as_ref().map(|kept| Arc::clone(&kept.statistics)))
    }
}

impl Common {
    fn explain(&self, event: &ScoredEvent, is_modelled: bool) -> Explanation {
        let lime = self.statistics.as_deref().filter(|_| is_modelled);
        self.explainer.explain(ExplanationRequest {
            writer: event.writer(),
            is_anomaly: event.is_anomaly,
            calibration: &self.calibration,
            reference: &Reference::of_user(&event.inputs, &self.model),
            lime: lime.map(|statistics| LimeRequest { statistics, runs: 1 }),
            counterfactual: None,
        })
    }
}

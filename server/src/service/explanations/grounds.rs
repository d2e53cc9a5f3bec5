//! What stored events are explained by: models, calibrations and statistics of the time when they were scored.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use shared::{
    calibration::Calibration,
    evidence::{EvidenceFile, EvidenceSource},
    explanation::{Explainer, Explanation, ExplanationRequest, LimeRequest, Reference},
    scored_event::ScoredEvent,
};

use super::{super::Service, InputStatistics};
use crate::store::{StoreError, StoredEvent};

/// What some stored events are explained by.
pub(super) struct Grounds {
    /// By the version of the model; a model that is not kept is missing.
    explainers: HashMap<Arc<str>, Arc<Explainer>>,
    /// By its version; a calibration that is not kept is missing.
    calibrations: HashMap<u64, Arc<Calibration>>,
    in_force: (Arc<Explainer>, Arc<Calibration>),
    statistics: Arc<InputStatistics>,
}

impl Grounds {
    /// Explains the score of an event.
    pub(super) fn explain(&self, event: &StoredEvent, is_modelled: bool) -> Explanation {
        let scored = &event.scored;
        let (explainer, calibration) = self.of_event(scored);
        let statistics = self.statistics.of_event(event.sequence).filter(|_| is_modelled);
        explainer.explain(ExplanationRequest {
            writer: scored.writer(),
            is_anomaly: scored.is_anomaly,
            calibration,
            reference: &Reference::of_user(&scored.inputs, explainer.model()),
            lime: statistics.map(|statistics| LimeRequest { statistics, runs: 1 }),
            counterfactual: None,
        })
    }

    /// Returns the evidence of an event. The profile and the population of its moment are not kept.
    pub(super) fn evidence(&self, event: &StoredEvent) -> EvidenceFile {
        let (explainer, calibration) = self.of_event(&event.scored);
        let statistics = self.statistics.of_event(event.sequence);
        EvidenceFile::of(&event.scored, &EvidenceSource { explainer, calibration, statistics, before: None })
    }

    /// Returns the model and the calibration that scored an event, or those in force if it does not tell or they are not
    /// kept.
    fn of_event(&self, scored: &ScoredEvent) -> (&Explainer, &Calibration) {
        let explainer = self.explainers.get(&scored.model_version).unwrap_or(&self.in_force.0);
        let calibration = scored.calibration_version.and_then(|version| self.calibrations.get(&version));
        (explainer, calibration.unwrap_or(&self.in_force.1))
    }
}

impl Service {
    /// Returns what these events are explained by.
    pub(super) async fn grounds_of(&self, events: &[StoredEvent]) -> Result<Grounds, StoreError> {
        let mut explainers = HashMap::new();
        for version in events.iter().map(|event| &event.scored.model_version).collect::<HashSet<_>>() {
            if let Some(explainer) = self.explainer(version).await? {
                explainers.insert(Arc::clone(version), explainer);
            }
        }
        let versions: HashSet<u64> = events.iter().filter_map(|event| event.scored.calibration_version).collect();
        let mut calibrations = HashMap::new();
        for version in versions {
            if let Some(calibration) = self.calibration(version).await? {
                calibrations.insert(version, calibration);
            }
        }
        let statistics = self.input_statistics().await?;
        let version = Arc::clone(self.0.pipeline.state().model_version());
        let explainer = self.explainer(&version).await?.expect("the model in force is there");
        let calibration = Arc::new(self.0.pipeline.state().engine().calibration().clone());
        Ok(Grounds { explainers, calibrations, in_force: (explainer, calibration), statistics })
    }

    /// Returns the prepared model of a version, if it is in force or kept.
    async fn explainer(&self, version: &Arc<str>) -> Result<Option<Arc<Explainer>>, StoreError> {
        let mut prepared = self.0.explanations.explainers.lock().await;
        if let Some(explainer) = prepared.get(version) {
            return Ok(Some(Arc::clone(explainer)));
        }
        let in_force = {
            let state = self.0.pipeline.state();
            (state.model_version() == version).then(|| Arc::clone(state.engine().model()))
        };
        let model = match in_force {
            Some(model) => Some(model),
            None => self.0.store.model(version).await?.map(Arc::new),
        };
        let explainer = model.map(|model| Arc::new(Explainer::of(model)));
        if let Some(explainer) = &explainer {
            prepared.insert(Arc::clone(version), Arc::clone(explainer));
        }
        Ok(explainer)
    }

    /// Returns the calibration of a version, if it is in force or kept.
    async fn calibration(&self, version: u64) -> Result<Option<Arc<Calibration>>, StoreError> {
        let known = self.0.pipeline.state().calibration(version);
        match known {
            Some(calibration) => Ok(Some(calibration)),
            None => Ok(self.0.store.calibration(version).await?.map(Arc::new)),
        }
    }

    /// Returns the statistics of inputs, after they have followed the events.
    async fn input_statistics(&self) -> Result<Arc<InputStatistics>, StoreError> {
        let mut kept = self.0.explanations.statistics.lock().await;
        let before = match &*kept {
            Some(statistics) => Arc::clone(statistics),
            None => Arc::new(InputStatistics::read(&self.0.store).await?),
        };
        let mut statistics = InputStatistics::clone(&before);
        let has_more = statistics.follow(&self.0.pipeline.state());
        let statistics = if has_more { Arc::new(statistics) } else { before };
        if has_more {
            statistics.write(&self.0.store).await?;
        }
        *kept = Some(Arc::clone(&statistics));
        Ok(statistics)
    }
}

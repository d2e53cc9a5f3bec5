//! What-if: an event that is filled in by hand and scored without being kept, the same on the server and in the browser.

mod scenario;
mod trial;
mod usual;
mod volume;

pub use self::{
    scenario::Scenario,
    trial::{FieldFault, Trial},
    volume::{LAST_STEP, step_of, volume_at},
};

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use shared::{
    engine::Engine,
    event::Event,
    explanation::{Alternatives, Counterfactual, FieldChange, Goal, counterfactual},
    families::Family,
    model::Model,
    population::Population,
    prediction::Prediction,
    profile::Profile,
    scored_event::ScoredEvent,
    travel::Coordinates,
};

use crate::page_types::WhatIf;

/// The data with which the browser scores events of one user, on one resource and at some places, as the server does.
#[derive(Debug, Clone, PartialEq)]
pub struct UserContext {
    user_id: String,
    resource_id: String,
    /// The places that were asked for; those without coordinates are unknown to the server.
    places: HashMap<String, Option<Coordinates>>,
    profile: Profile,
    /// The model in force, and the part of the population that the user's events are scored by.
    engine: Engine,
    threshold: f64,
    model_version: Arc<str>,
}

impl UserContext {
    /// Decodes what the server sent for the user, resource and place of `trial`; none where it cannot be decoded.
    ///
    /// `model` must be the one that `what_if` names.
    pub fn decode(trial: &Trial, what_if: &WhatIf, model: Arc<Model>) -> Option<Self> {
        let population = Population::from_bytes(&BASE64_STANDARD.decode(&what_if.population).ok()?)?;
        Some(Self {
            user_id: trial.user_id.clone(),
            resource_id: trial.resource_id.clone(),
            places: what_if.places.iter().cloned().collect(),
            profile: profile_of(what_if)?,
            engine: Engine::new(model, population),
            threshold: what_if.threshold,
            model_version: what_if.model_version.as_str().into(),
        })
    }

    /// Returns whether the context is of the user, the resource and the place of `trial`, so that it can be scored.
    pub fn covers(&self, trial: &Trial) -> bool {
        let covers_place = trial.location().is_none_or(|place| self.places.contains_key(place));
        self.user_id == trial.user_id && self.resource_id == trial.resource_id && covers_place
    }

    /// Returns the user's profile.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Returns the score from which on an event is an anomaly.
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// Returns the anomaly scores of the event at each hour of its day; none where something is wrong with it.
    pub fn scores_by_hour(&self, trial: &Trial) -> Vec<f64> {
        self.scores((0..24).map(|hour| trial.clone().at_hour(hour)))
    }

    /// Returns the anomaly scores of the event with the volume of each [step](volume_at); none where something is wrong
    /// with it.
    pub fn scores_by_volume(&self, trial: &Trial) -> Vec<f64> {
        self.scores((0..=LAST_STEP).map(|step| trial.clone().with_volume(volume_at(step))))
    }

    fn scores(&self, trials: impl Iterator<Item = Trial>) -> Vec<f64> {
        let score = |trial: Trial| {
            let event = self.located(&trial).ok()?;
            Some(self.engine.assess(&event, &self.profile).assessment.anomaly_score())
        };
        trials.map(score).collect::<Option<_>>().unwrap_or_default()
    }

    /// Returns the event with the coordinates of its place, or all that is wrong with it.
    fn located(&self, trial: &Trial) -> Result<Event, Vec<FieldFault>> {
        let coordinates = trial.location().and_then(|place| self.places.get(place).copied().flatten());
        Ok(Event { coordinates, ..trial.event()? })
    }

    /// Returns the shares of the user's days by hour of the day (UTC).
    pub fn hours(&self) -> [f64; 24] {
        let mut hours = [0.0; 24];
        self.profile.shares(Family::Hour, &self.profile.clock(0)).for_each(|(hour, share)| hours[hour] = share);
        hours
    }

    /// Returns the smallest change that turns the verdict on the event; none if none is found, or if something is wrong
    /// with the event.
    pub fn turned(&self, trial: &Trial) -> Option<Turned> {
        let event = self.located(trial).ok()?;
        let score = |event: &Event| self.engine.score(event, &self.profile).anomaly_score();
        let is_anomaly = score(&event) >= self.threshold;
        let alternatives = Alternatives::of(Goal::against(is_anomaly), &event, &self.profile, &[]);
        let Counterfactual { changes, event, anomaly_score } =
            counterfactual(&event, &alternatives, self.threshold, score)?;
        Some(Turned { changes, trial: trial.changed_to(&event), anomaly_score })
    }

    /// Returns the model, if it is of this version.
    pub fn model(&self, version: &str) -> Option<Arc<Model>> {
        (*self.model_version == *version).then(|| Arc::clone(self.engine.model()))
    }

    /// Scores the event, or returns all that is wrong with it. The profile does not change.
    pub fn score(&self, trial: &Trial) -> Result<Prediction, Vec<FieldFault>> {
        let event = self.located(trial)?;
        let scored = self.engine.assess(&event, &self.profile);
        let time = event.time;
        Ok(ScoredEvent::of(event, &scored, self.threshold, time, &self.model_version).prediction())
    }
}

/// A change that turns the verdict on an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Turned {
    /// The changed fields.
    pub changes: Vec<FieldChange>,
    /// The changed event.
    pub trial: Trial,
    /// The score of the changed event.
    pub anomaly_score: f64,
}

/// Decodes the profile that the server sent; none where it cannot be decoded.
pub fn profile_of(what_if: &WhatIf) -> Option<Profile> {
    Profile::from_bytes(&BASE64_STANDARD.decode(&what_if.profile).ok()?).ok()
}

/// Returns the model that comes with the program, if it is of this version.
pub fn shipped_model(version: &str) -> Option<Arc<Model>> {
    static SHIPPED_VERSION: LazyLock<String> = LazyLock::new(|| Model::shipped().version());
    (*SHIPPED_VERSION == version).then(Model::shipped)
}

#[cfg(test)]
mod tests {
    use super::{trial::tests::filled, *};

    #[test]
    fn a_context_covers_one_user_and_resource_and_some_places() {
        let what_if = WhatIf {
            profile: BASE64_STANDARD.encode(Profile::default().to_bytes()),
            population: BASE64_STANDARD.encode(Population::default().to_bytes()),
            places: vec![("Lima".to_owned(), None)],
            threshold: 0.7,
            last_seen: None,
            model_version: Model::shipped().version(),
        };
        let context = UserContext::decode(&filled(), &what_if, Model::shipped()).expect("can be decoded");
        assert!(context.covers(&filled().at_hour(3)));
        assert!(!context.covers(&Trial { resource_id: "p01/web".to_owned(), ..filled() }));
        let covers_place = |place: &str| context.covers(&Trial { location: place.to_owned(), ..filled() });
        assert_eq!(["", "Lima", "Oslo"].map(covers_place), [true, true, false]);
        assert!(context.score(&filled()).is_ok_and(|prediction| !prediction.is_anomaly), "a first event is ordinary");
        assert_eq!(context.scores_by_hour(&filled()).len(), 24);
        let volumes = context.scores_by_volume(&filled());
        let unknown = context.score(&filled()).map(|prediction| prediction.anomaly_score);
        assert_eq!((volumes.len(), Ok(volumes[0])), (122, unknown));
        assert!(context.scores_by_volume(&Trial::default()).is_empty(), "an event without a user has no score");
        assert_eq!(context.model(&what_if.model_version), Some(Model::shipped()));
        assert_eq!(context.model("another"), None);
        let far = Trial { data_volume_mb: "50000".to_owned(), action_type: "download".to_owned(), ..filled() };
        let strict = UserContext { threshold: context.scores_by_volume(&far)[121], ..context.clone() };
        let turned = strict.turned(&far).expect("a smaller volume has a lower score");
        let score = strict.score(&turned.trial).map(|prediction| prediction.anomaly_score);
        assert_eq!((turned.changes.len(), score), (1, Ok(turned.anomaly_score)));
        let damaged = WhatIf { profile: "?".to_owned(), ..what_if };
        assert_eq!(UserContext::decode(&filled(), &damaged, Model::shipped()), None);
    }

    #[test]
    fn the_shipped_model_is_found_by_its_version_alone() {
        assert_eq!(shipped_model(&Model::shipped().version()), Some(Model::shipped()));
        assert_eq!(shipped_model("another"), None);
    }
}

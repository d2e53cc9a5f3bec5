//! What-if: an event that is filled in by hand and scored without being kept, the same on the server and in the browser.

mod scenario;
mod volume;

pub use self::{
    scenario::Scenario,
    volume::{LAST_STEP, step_of, volume_at},
};

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use shared::{
    engine::Engine,
    event::{Action, CheckedEvent, Device, Event, RawValue, UncheckedEvent, ValidationErrors},
    families::Family,
    model::Model,
    population::Population,
    prediction::Prediction,
    profile::Profile,
    scored_event::ScoredEvent,
    travel::Coordinates,
};
use strum::VariantArray as _;

use crate::page_types::WhatIf;

/// An event as it is filled in: the fields of the API as texts. An empty text is an unknown value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Trial {
    pub user_id: String,
    /// As browsers write it, in UTC: `2026-11-20T09:30`.
    pub timestamp: String,
    pub action_type: String,
    pub resource_id: String,
    pub location: String,
    pub device_type: String,
    pub data_volume_mb: String,
    pub failed_attempts: String,
    pub location_change: String,
}

/// A user whose last event is not older is tried out now.
const RECENT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Any other user is tried out this long after their last event.
const NEXT_DAY: SignedDuration = SignedDuration::from_hours(24);

impl Trial {
    /// Returns whether the form has neither an action nor a time yet; the user may be filled in.
    pub fn is_fresh(&self) -> bool {
        self.action_type.is_empty() && self.timestamp.is_empty()
    }

    /// Fills in what the user usually does: now, or after their last event if that was long ago.
    #[must_use]
    pub fn filled(self, profile: &Profile, last_seen: Option<Timestamp>, now: Timestamp) -> Self {
        let usual = Usual::of(profile);
        let action = usual.action.unwrap_or(Action::Login);
        Self {
            timestamp: default_time(last_seen, now).strftime("%Y-%m-%dT%H:%M").to_string(),
            action_type: action.name().to_owned(),
            location: usual.place,
            device_type: usual.device.map_or("", Device::name).to_owned(),
            ..self
        }
    }

    /// Returns the resource, if one is filled in.
    pub fn resource(&self) -> Option<&str> {
        Some(self.resource_id.trim()).filter(|resource| !resource.is_empty())
    }

    /// Returns the place, if one is filled in.
    pub fn location(&self) -> Option<&str> {
        Some(self.location.trim()).filter(|location| !location.is_empty())
    }

    /// Returns the hour of the day (UTC), if the time has one.
    pub fn hour(&self) -> Option<u8> {
        let (_, time) = self.timestamp.split_once('T')?;
        time.get(..2)?.parse().ok()
    }

    /// Moves the event to another hour of its day.
    #[must_use]
    pub fn at_hour(mut self, hour: u8) -> Self {
        if let Some((day, time)) = self.timestamp.split_once('T') {
            let minutes = time.get(2..).unwrap_or(":00");
            self.timestamp = format!("{day}T{hour:02}{minutes}");
        }
        self
    }

    /// Returns the event, or all that is wrong with it: what a person filled in is never left out.
    pub fn event(&self) -> Result<Event, Vec<String>> {
        let time = match self.timestamp.trim().len() {
            16 => format!("{}:00Z", self.timestamp.trim()),
            19 => format!("{}Z", self.timestamp.trim()),
            _ => self.timestamp.clone(),
        };
        let draft = UncheckedEvent {
            user_id: RawValue::cell(&self.user_id),
            timestamp: RawValue::cell(&time),
            action_type: RawValue::cell(&self.action_type),
            resource_id: RawValue::cell(&self.resource_id),
            location: RawValue::cell(&self.location),
            device_type: RawValue::cell(&self.device_type),
            data_volume_mb: RawValue::cell(&self.data_volume_mb),
            failed_attempts: RawValue::cell(&self.failed_attempts),
            location_change: RawValue::cell(&self.location_change),
            ..UncheckedEvent::default()
        };
        let (event, faults) = match draft.check() {
            Ok(CheckedEvent { event, unread }) => (Some(event), unread),
            Err(ValidationErrors(faults)) => (None, faults),
        };
        let sentences: Vec<_> = faults.iter().map(ToString::to_string).collect();
        event.filter(|_| sentences.is_empty()).ok_or(sentences)
    }
}

fn default_time(last_seen: Option<Timestamp>, now: Timestamp) -> Timestamp {
    match last_seen {
        Some(last) if now.duration_since(last) > RECENT => last.saturating_add(NEXT_DAY).unwrap_or(now),
        _ => now,
    }
}

/// The values that a user has most often.
struct Usual {
    action: Option<Action>,
    place: String,
    device: Option<Device>,
    /// Shares of the user's days by hour.
    hours: Vec<(usize, f64)>,
}

impl Usual {
    fn of(profile: &Profile) -> Self {
        let clock = profile.clock(0);
        let most = |family| most_of(profile.shares(family, &clock));
        Self {
            action: most(Family::Action).map(|action| Action::VARIANTS[action]),
            place: profile.usual_places(&clock).first().map(|(place, _)| (*place).to_owned()).unwrap_or_default(),
            device: most(Family::Device).map(|device| Device::VARIANTS[device]),
            hours: profile.shares(Family::Hour, &clock).collect(),
        }
    }
}

/// Returns the number with the largest share, or none where all shares are zero.
fn most_of(shares: impl Iterator<Item = (usize, f64)>) -> Option<usize> {
    shares.filter(|(_, share)| *share > 0.0).max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(number, _)| number)
}

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

    /// Returns the model, if it is of this version.
    pub fn model(&self, version: &str) -> Option<Arc<Model>> {
        (*self.model_version == *version).then(|| Arc::clone(self.engine.model()))
    }

    /// Judges the event, or returns all that is wrong with it. The profile does not change.
    pub fn judge(&self, trial: &Trial) -> Result<Prediction, Vec<String>> {
        let coordinates = trial.location().and_then(|place| self.places.get(place).copied().flatten());
        let event = Event { coordinates, ..trial.event()? };
        let scored = self.engine.assess(&event, &self.profile);
        let time = event.time;
        Ok(ScoredEvent::of(event, &scored, self.threshold, time, &self.model_version).prediction())
    }
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
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn filled() -> Trial {
        let trial = Trial { user_id: "ann".to_owned(), ..Trial::default() };
        trial.filled(&Profile::default(), None, time("2026-11-20T09:30:59Z"))
    }

    #[test]
    fn what_is_empty_is_unknown() {
        let event = filled().event().expect("the event is whole");
        assert_eq!(event, Event::new(event.user.clone(), time("2026-11-20T09:30:00Z"), Action::Login));
    }

    #[test]
    fn all_that_is_wrong_is_named() {
        let wrong = Trial { data_volume_mb: "much".to_owned(), failed_attempts: "-1".to_owned(), ..Trial::default() };
        let faults = wrong.event().expect_err("much is wrong");
        assert_eq!(faults.len(), 5, "{faults:?}");
        assert!(faults[0].starts_with("user_id is missing"));
    }

    #[test]
    fn who_was_seen_lately_acts_now_and_others_the_day_after_their_last() {
        let now = time("2026-11-20T09:30:00Z");
        assert_eq!(default_time(None, now), now);
        assert_eq!(default_time(Some(time("2026-11-01T00:00:00Z")), now), now);
        assert_eq!(default_time(Some(time("2019-05-01T12:00:00Z")), now), time("2019-05-02T12:00:00Z"));
    }

    #[test]
    fn an_event_moves_to_another_hour_of_its_day() {
        let moved = filled().at_hour(3);
        assert_eq!((moved.timestamp.as_str(), moved.hour()), ("2026-11-20T03:30", Some(3)));
        assert_eq!(Trial::default().at_hour(3), Trial::default(), "without a day there is no hour");
    }

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
        assert!(context.judge(&filled()).is_ok_and(|prediction| !prediction.is_anomaly), "a first event is ordinary");
        assert_eq!(context.model(&what_if.model_version), Some(Model::shipped()));
        assert_eq!(context.model("another"), None);
        let damaged = WhatIf { profile: "?".to_owned(), ..what_if };
        assert_eq!(UserContext::decode(&filled(), &damaged, Model::shipped()), None);
    }

    #[test]
    fn the_shipped_model_is_found_by_its_version_alone() {
        assert_eq!(shipped_model(&Model::shipped().version()), Some(Model::shipped()));
        assert_eq!(shipped_model("another"), None);
    }
}

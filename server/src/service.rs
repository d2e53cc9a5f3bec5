//! What people and programs can do here: the one place that decides who may, and what it means.

mod views;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use app::{
    backend::{Actor, Backend},
    what_if::Scenario,
};
use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::{SignedDuration, Timestamp};
use lab::places::places;
use shared::{
    detector::Scored,
    error::Error,
    event::{Event, UserId},
    prediction::Prediction,
    user_records::PackedUserRecord,
    values::{Path, Paths},
    views::{Dashboard, Loading, Order, UserDetails, UserSummary, WhatIf},
};
use tracing::error;

use crate::{
    auth::Secrets,
    pipeline::{Pipeline, Refusal},
    store::{Store, StoreError},
};

/// Times up to this far ahead of the clock are taken as they are: clocks differ.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// Times further ahead than this are refused; those between are taken as now.
const FUTURE_LIMIT: SignedDuration = SignedDuration::from_hours(24);

/// How many users the dashboard lists.
const DASHBOARD_USERS: usize = 20;
/// How many of the latest events that stood out the dashboard reads; those of one user-day are shown together.
const DASHBOARD_ANOMALIES: usize = 200;
/// How many events a user's page lists.
const TIMELINE_EVENTS: u32 = 100;

/// Everything the server can do.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    store: Arc<Store>,
    pipeline: Pipeline,
    secrets: Secrets,
    threshold: f64,
    model_version: String,
    loaded: AtomicU64,
    to_load: AtomicU64,
}

impl Service {
    /// A service on an open database.
    pub fn new(store: Arc<Store>, pipeline: Pipeline, secrets: Secrets, threshold: f64) -> Self {
        let (loaded, to_load) = (AtomicU64::new(0), AtomicU64::new(0));
        let model_version = pipeline.memory().model().version();
        Self(Arc::new(Inner { store, pipeline, secrets, threshold, model_version, loaded, to_load }))
    }

    /// Judges an event and keeps it.
    pub async fn take(&self, actor: Actor, event: Event) -> Result<Prediction, Error> {
        known(actor)?;
        let event = admit(event, Timestamp::now())?;
        self.0.pipeline.take(event).await.map_err(refused)
    }

    /// Judges events in their order and keeps them; each has an answer of its own.
    pub async fn take_all(&self, actor: Actor, events: Vec<Event>) -> Result<Vec<Result<Prediction, Error>>, Error> {
        known(actor)?;
        let now = Timestamp::now();
        let mut answers: Vec<_> = events.into_iter().map(|event| admit(event, now)).collect();
        let admitted: Vec<Event> = answers.iter().filter_map(|answer| answer.as_ref().ok().cloned()).collect();
        let mut predictions = self.0.pipeline.take_all(admitted).await.into_iter();
        let mut answer = |admitted: Result<Event, Error>| {
            admitted?;
            predictions.next().expect("one answer an event").map_err(refused)
        };
        Ok(answers.drain(..).map(&mut answer).collect())
    }

    /// Returns what the keys and passwords are checked against.
    pub fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }

    /// Returns the version of the model that judges.
    pub fn model_version(&self) -> &str {
        &self.0.model_version
    }

    /// Asks whether the database answers and events are taken.
    pub async fn check(&self) -> Result<(), Error> {
        self.0.store.check().await.map_err(internal)?;
        if self.0.pipeline.is_open() { Ok(()) } else { Err(Error::Unavailable) }
    }

    /// Returns how many events are stored.
    pub fn events(&self) -> u64 {
        self.0.pipeline.memory().events()
    }

    /// Says how far a file has been loaded, to be shown to people.
    pub fn show_loading(&self, Loading { done, total }: Loading) {
        self.0.loaded.store(done, Ordering::Relaxed);
        self.0.to_load.store(total, Ordering::Relaxed);
    }

    fn loading(&self) -> Option<Loading> {
        let (done, total) = (self.0.loaded.load(Ordering::Relaxed), self.0.to_load.load(Ordering::Relaxed));
        (done < total).then_some(Loading { done, total })
    }
}

#[async_trait]
impl Backend for Service {
    async fn dashboard(&self, actor: Actor, order: Order) -> Result<Dashboard, Error> {
        known(actor)?;
        let anomalies = self.0.store.latest_anomalies(DASHBOARD_ANOMALIES).await.map_err(internal)?;
        let memory = self.0.pipeline.memory();
        Ok(Dashboard {
            events: memory.events(),
            users: memory.members().len() as u64,
            threshold: self.0.threshold,
            at_risk: views::at_risk(&memory, Timestamp::now()),
            riskiest: views::riskiest(&memory, order, Timestamp::now(), DASHBOARD_USERS),
            anomalies,
            days: views::last_days(&memory),
            loading: self.loading(),
        })
    }

    async fn riskiest(&self, actor: Actor, order: Order, limit: usize) -> Result<Vec<UserSummary>, Error> {
        known(actor)?;
        Ok(views::riskiest(&self.0.pipeline.memory(), order, Timestamp::now(), limit))
    }

    async fn user(&self, actor: Actor, user_id: &str) -> Result<UserDetails, Error> {
        known(actor)?;
        let user = existing(user_id)?;
        let events = self.0.store.latest_of(&user, TIMELINE_EVENTS).await.map_err(internal)?;
        let memory = self.0.pipeline.memory();
        let member = memory.member(&user).ok_or_else(|| not_found(user_id))?;
        Ok(views::details(&user, &member.unpack(), events, Timestamp::now()))
    }

    async fn what_if(
        &self,
        actor: Actor,
        user_id: &str,
        resource: Option<&str>,
        location: Option<&str>,
    ) -> Result<WhatIf, Error> {
        known(actor)?;
        let memory = self.0.pipeline.memory();
        let member = user_id.parse().ok().and_then(|user: UserId| memory.member(&user));
        let member = member.map(PackedUserRecord::unpack).unwrap_or_default();
        let population = memory.population().extract(&member.profile, &Paths([resource.map(Path::of), None]));
        let own = member.profile.usual_places(&member.profile.clock(0)).into_iter().map(|(name, _)| name);
        let named = own.chain([Scenario::FAR_PLACE]).chain(location);
        Ok(WhatIf {
            profile: BASE64_STANDARD.encode(member.profile.to_bytes()),
            population: BASE64_STANDARD.encode(population.to_bytes()),
            places: named.map(|name| (name.to_owned(), places().coordinates(name))).collect(),
            threshold: self.0.threshold,
            last_seen: member.risk_state.last,
        })
    }

    async fn preview(&self, actor: Actor, event: Event) -> Result<Prediction, Error> {
        known(actor)?;
        let event = places().located(event);
        let memory = self.0.pipeline.memory();
        let profile = memory.member(&event.user).map(PackedUserRecord::profile).unwrap_or_default();
        let scored = Scored::of(&event, &profile, memory.population(), memory.model());
        Ok(Prediction::of(&event, &scored, self.0.threshold, profile.active_days(), Timestamp::now()))
    }

    async fn sign_in(&self, password: &str) -> Result<String, Error> {
        self.0.secrets.session_for(password).ok_or(Error::Unauthenticated)
    }
}

/// Refuses who has not said who they are.
fn known(actor: Actor) -> Result<(), Error> {
    if actor == Actor::Anonymous { Err(Error::Unauthenticated) } else { Ok(()) }
}

/// Takes an event whose clock may differ from ours, within limits.
fn admit(event: Event, now: Timestamp) -> Result<Event, Error> {
    let ahead = event.time.duration_since(now);
    if ahead > FUTURE_LIMIT {
        return Err(Error::Invalid(vec![format!("timestamp is {} hours in the future", ahead.as_hours())]));
    }
    if ahead > CLOCK_TOLERANCE {
        let to_the_ms = Timestamp::from_millisecond(now.as_millisecond()).expect("a time cut to milliseconds");
        return Ok(Event { time: to_the_ms, ..event });
    }
    Ok(event)
}

fn existing(user_id: &str) -> Result<UserId, Error> {
    user_id.parse().map_err(|_| not_found(user_id))
}

fn not_found(user_id: &str) -> Error {
    Error::NotFound(format!("user {user_id}"))
}

fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Busy => Error::Busy,
        Refusal::Unavailable => Error::Unavailable,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it ends here")]
fn internal(reason: StoreError) -> Error {
    error!(%reason, "a request failed");
    Error::Unavailable
}

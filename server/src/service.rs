//! The use cases of pages and API. Each first checks that its actor may do what it does.

mod alert_pages;
mod alerts;
mod channels;
mod events;
mod explanations;
mod imports;
mod measurements;
mod pages;
mod statistics;
mod suppressions;
mod user_list;
mod users;

pub(crate) use self::{alert_pages::title, alerts::DAILY_BUDGET};

pub use self::{
    events::EventPage,
    measurements::Condition,
    statistics::Statistics,
    suppressions::SuppressionPreview,
    users::{UserPage, UserPlace},
};

use self::{explanations::Explanations, user_list::ListedUsers};

use std::sync::Arc;

use app::{
    actor::{Actor, Scope},
    backend::Backend,
    page_types::{
        AlertQueue, AlertView, Dashboard, ImportProgress, NotableDay, Notice, NoticeWithUsers, Order, UserDetails,
        UserList, UserQuery, UserSummary, WhatIf,
    },
    what_if::Scenario,
};
use async_trait::async_trait;
use axum::http::request::Parts;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::{SignedDuration, Timestamp};
use lab::{model_card::ModelCard, place_tables::places};
use shared::{
    alerting::{Act, AlertState},
    control_characters::visible,
    error::Error,
    event::{Action, Event, InvalidUserId, UserId},
    model::Model,
    prediction::Prediction,
    scored_event::ScoredEvent,
    user_records::{UserInMemory, UserRecord},
};
use tokio::sync::broadcast;
use tracing::error;

use crate::{
    alerts::AlertId,
    auth::{self, Authenticator},
    config::RequestRates,
    engine_state::EngineState,
    imports::Imports,
    jobs::{Progress, SharedProgress},
    metrics::Metrics,
    notifications::Channels,
    pipeline::{Committed, Pipeline},
    policy::{LivePolicy, Policy},
    store::{AlertFilter, Store, StoreError},
};

/// A timestamp at most this far ahead of the clock is kept: clocks differ.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// A timestamp further ahead than this is refused. One between the two limits becomes the time of the clock.
const FUTURE_LIMIT: SignedDuration = SignedDuration::from_hours(24);

/// Number of users on the dashboard.
const DASHBOARD_USERS: usize = 20;
/// Number of events with reasons that are read for the notable user-days of the dashboard.
const NOTABLE_EVENTS: usize = 200;
/// Number of notable user-days on the dashboard.
const NOTABLE_DAYS: usize = 8;
/// Number of alerts on a page of the queue.
const QUEUE_ALERTS: usize = 50;
/// Number of events on a user's page.
const TIMELINE_EVENTS: usize = 100;

/// The use cases, and what they need. Its clones share everything.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    store: Arc<Store>,
    pipeline: Pipeline,
    authenticator: Authenticator,
    policy: LivePolicy,
    channels: Channels,
    request_rates: RequestRates,
    imports: Imports,
    model_version: String,
    sample_import: SharedProgress,
    explanations: Explanations,
}

impl Service {
    /// Makes the service of an open database. The pipeline must follow the same policy.
    pub fn new(
        store: Arc<Store>,
        pipeline: Pipeline,
        authenticator: Authenticator,
        policy: LivePolicy,
        channels: Channels,
        request_rates: RequestRates,
        imports: Imports,
    ) -> Self {
        let model_version = pipeline.state().model_version().to_string();
        let (sample_import, explanations) = (SharedProgress::default(), Explanations::default());
        Self(Arc::new(Inner {
            store,
            pipeline,
            authenticator,
            policy,
            channels,
            request_rates,
            imports,
            model_version,
            sample_import,
            explanations,
        }))
    }

    /// Judges an event and keeps it.
    pub async fn ingest(&self, actor: &Actor, event: Event) -> Result<Prediction, Error> {
        actor.require(Scope::Ingest)?;
        let event = clamp_clock_skew(event, Timestamp::now())?;
        Ok(self.0.pipeline.ingest(event).await?)
    }

    /// Judges events in their order and keeps them. Each has an answer of its own.
    ///
    /// # Errors
    ///
    /// Fails as a whole if events were not stored. Those that were do not count again if all are sent again.
    pub async fn ingest_batch(
        &self,
        actor: &Actor,
        events: Vec<Event>,
    ) -> Result<Vec<Result<Prediction, Error>>, Error> {
        actor.require(Scope::Ingest)?;
        let now = Timestamp::now();
        let clamped: Vec<_> = events.into_iter().map(|event| clamp_clock_skew(event, now)).collect();
        let accepted: Vec<Event> = clamped.iter().filter_map(|event| event.as_ref().ok().cloned()).collect();
        let answers = self.0.pipeline.ingest_batch(accepted).await;
        if let Some(reason) = answers.iter().find_map(|answer| answer.as_ref().err()) {
            let stored = answers.iter().filter(|answer| answer.is_ok()).count();
            let detail = format!("{reason}; {stored} of {} events are stored, and do not count twice", answers.len());
            return Err(Error::Unavailable(detail));
        }
        let mut predictions = answers.into_iter().flatten();
        let answer = |event: Result<Event, Error>| {
            event?;
            Ok(predictions.next().expect("one answer an event"))
        };
        Ok(clamped.into_iter().map(answer).collect())
    }

    /// Returns a receiver of every commit from now on. One that falls behind misses commits.
    pub fn subscribe(&self, actor: &Actor) -> Result<broadcast::Receiver<Arc<Committed>>, Error> {
        actor.require(Scope::Read)?;
        Ok(self.0.pipeline.subscribe())
    }

    /// Puts another policy in force, from the next event on.
    pub fn change_policy(&self, actor: &Actor, policy: Policy) -> Result<(), Error> {
        actor.require(Scope::Admin)?;
        self.0.policy.change(policy);
        Ok(())
    }

    /// Returns what finds out who sends a request.
    pub fn authenticator(&self) -> &Authenticator {
        &self.0.authenticator
    }

    /// Returns what collects the measurements of the server.
    pub fn recorder(&self) -> &Metrics {
        self.0.pipeline.metrics()
    }

    /// Returns how often a key, a person and an address may ask.
    pub fn request_rates(&self) -> RequestRates {
        self.0.request_rates
    }

    /// Returns the version of the model in force.
    pub fn model_version(&self) -> &str {
        &self.0.model_version
    }

    /// Returns the description of the model in force, and the threshold.
    pub fn model_card(&self, actor: &Actor) -> Result<(ModelCard, f64), Error> {
        actor.require(Scope::Read)?;
        let state = self.0.pipeline.state();
        Ok((ModelCard::of(state.engine().model()), self.threshold(&state)))
    }

    /// Checks that the database answers and that events are taken.
    pub async fn check(&self) -> Result<(), Error> {
        if let Some(suspension) = self.0.pipeline.suspension() {
            return Err(Error::Unavailable(suspension.to_string()));
        }
        self.0.store.check().await.map_err(|reason| self.unavailable(&reason))
    }

    /// Checks that the database has not found damaged data since the start.
    pub fn check_soundness(&self) -> Result<(), Error> {
        if self.0.store.is_damaged() {
            return Err(Error::Unavailable("the database is damaged; stop the server and run `uba doctor`".to_owned()));
        }
        Ok(())
    }

    /// Returns the number of stored events.
    pub fn events(&self) -> u64 {
        self.0.pipeline.state().events()
    }

    /// Returns the number of stored events that the last checkpoint does not hold.
    pub fn unsaved_events(&self) -> u64 {
        self.0.pipeline.state().unsaved_events()
    }

    /// Returns the progress of the sample log's import, which the dashboard shows.
    pub fn sample_import(&self) -> &SharedProgress {
        &self.0.sample_import
    }

    /// Logs a failure of the database, of which the caller learns no more than that it does not answer.
    fn unavailable(&self, reason: &StoreError) -> Error {
        error!(%reason, "a request failed");
        self.0.store.note_failure(reason);
        Error::unanswered()
    }

    /// Returns a user's record, if the user was ever seen.
    async fn record(&self, user: &UserId) -> Result<Option<UserRecord>, Error> {
        let mut records = self.records(std::slice::from_ref(user)).await?;
        Ok(records.pop().map(|(_, record)| record))
    }

    /// Returns the records of those of the users who were ever seen, in their order. Evicted profiles are read from the
    /// database.
    async fn records(&self, users: &[UserId]) -> Result<Vec<(UserId, UserRecord)>, Error> {
        let in_memory: Vec<(UserId, UserInMemory)> = {
            let state = self.0.pipeline.state();
            users.iter().filter_map(|user| Some((user.clone(), state.users().get(user)?.clone()))).collect()
        };
        let evicted = in_memory.iter().filter(|(_, record)| record.is_evicted()).map(|(user, _)| user.clone());
        let evicted: Vec<UserId> = evicted.collect();
        let mut read = self.0.store.profiles(&evicted).await.map_err(|reason| self.unavailable(&reason))?;
        let with_profile = |(user, record): (UserId, UserInMemory)| {
            let profile = record.profile().or_else(|| read.remove(&user)).unwrap_or_default();
            (user, UserRecord { profile, risk_state: record.risk_state().clone() })
        };
        Ok(in_memory.into_iter().map(with_profile).collect())
    }

    /// Returns the score from which on an event is an anomaly.
    fn threshold(&self, state: &EngineState) -> f64 {
        state.threshold(&self.0.policy.current()).score()
    }

    /// Returns the latest notable user-days, the newest first.
    async fn notable_days(&self) -> Result<Vec<NotableDay>, Error> {
        // A checkpoint may store recent events meanwhile, so these are read first.
        let recent = self.0.pipeline.state().recent().latest_with_reasons(NOTABLE_EVENTS);
        let stored = self.0.store.latest_anomalies(NOTABLE_EVENTS).await.map_err(|reason| self.unavailable(&reason))?;
        let latest = pages::latest(recent, stored, NOTABLE_EVENTS);
        Ok(pages::notable_days(&latest, NOTABLE_DAYS))
    }
}

#[async_trait]
impl Backend for Service {
    async fn dashboard(&self, actor: &Actor, order: Order) -> Result<Dashboard, Error> {
        actor.require(Scope::Read)?;
        let notable_days = self.notable_days().await?;
        let riskiest = self.riskiest(actor, order, DASHBOARD_USERS).await?;
        let progress = self.0.sample_import.unfinished();
        let state = self.0.pipeline.state();
        Ok(Dashboard {
            events: state.events(),
            users: state.users().len() as u64,
            threshold: self.threshold(&state),
            at_risk: pages::at_risk(&state, Timestamp::now()),
            riskiest,
            notices: pages::open_notices(state.notices()),
            notable_days,
            days: pages::last_days(&state),
            import: progress.map(|Progress { done, total }| ImportProgress { done, total }),
        })
    }

    async fn riskiest(&self, actor: &Actor, order: Order, limit: usize) -> Result<Vec<UserSummary>, Error> {
        actor.require(Scope::Read)?;
        Ok(self.users(actor, order, None, limit).await?.users)
    }

    async fn list_users(&self, actor: &Actor, query: UserQuery) -> Result<UserList, Error> {
        actor.require(Scope::Read)?;
        let now = Timestamp::now();
        let ListedUsers { users, matching, pages } = user_list::listed(&self.0.pipeline.state(), &query, now);
        let records = self.records(&users).await?;
        let users = records.iter().map(|(user, record)| pages::summary(user, record, now)).collect();
        Ok(UserList { users, matching: matching as u64, pages: pages as u64 })
    }

    async fn user(&self, actor: &Actor, user_id: &str) -> Result<UserDetails, Error> {
        actor.require(Scope::Read)?;
        let user = self.known_user(user_id)?;
        let recent = self.0.pipeline.state().recent().latest_of(&user, TIMELINE_EVENTS);
        let stored =
            self.0.store.latest_of(&user, TIMELINE_EVENTS).await.map_err(|reason| self.unavailable(&reason))?;
        let events = pages::latest(recent, stored, TIMELINE_EVENTS);
        let record = self.record(&user).await?.ok_or_else(|| Error::NotFound(format!("user {}", visible(user_id))))?;
        let details = pages::details(&user, &record, events, Timestamp::now());
        Ok(pages::with_notices(details, &user, self.0.pipeline.state().notices()))
    }

    async fn notices(&self, actor: &Actor, limit: usize) -> Result<Vec<Notice>, Error> {
        actor.require(Scope::Read)?;
        let state = self.0.pipeline.state();
        let notices = state.notices();
        Ok(notices.newest_first().take(limit).map(|notice| pages::notice(notices, notice)).collect())
    }

    async fn notice(&self, actor: &Actor, number: u64) -> Result<NoticeWithUsers, Error> {
        actor.require(Scope::Read)?;
        let state = self.0.pipeline.state();
        let notices = state.notices();
        let notice = notices.get(number).ok_or_else(|| Error::NotFound(format!("notice {number}")))?;
        Ok(pages::notice_with_users(notices, notice, usize::MAX))
    }

    async fn alert_queue(&self, actor: &Actor, state: &str, after: &str) -> Result<AlertQueue, Error> {
        let state = AlertState::NAMES.into_iter().find(|name| *name == state);
        let after = after.parse().ok(); // what is no id begins at the beginning
        let filter = AlertFilter { state, ..AlertFilter::default() };
        let page = self.alerts(actor, &filter, after, QUEUE_ALERTS).await?;
        let (rule, in_force) = self.alert_threshold(actor)?;
        Ok(AlertQueue {
            alerts: page.alerts.iter().map(alert_pages::summary).collect::<Result<_, _>>()?,
            next: page.next.map(|id| id.to_string()),
            threshold: in_force.score(),
            daily_budget: rule.daily_budget(),
        })
    }

    async fn alert_view(&self, actor: &Actor, id: &str) -> Result<AlertView, Error> {
        alert_pages::view(&self.alert(actor, alert_id(id)?).await?)
    }

    async fn work_on_alert(&self, actor: &Actor, id: &str, acts: Vec<Act>, version: usize) -> Result<(), Error> {
        actor.require(Scope::Triage)?;
        self.act_on_alert(actor, alert_id(id)?, acts, Some(version)).await.map(drop)
    }

    async fn what_if(
        &self,
        actor: &Actor,
        user_id: &str,
        resource: Option<&str>,
        location: Option<&str>,
    ) -> Result<WhatIf, Error> {
        actor.require(Scope::Read)?;
        let user: UserId = user_id.parse().map_err(|error: InvalidUserId| Error::Invalid(vec![error.to_string()]))?;
        let record = self.record(&user).await?.unwrap_or_default();
        let resource = resource.map(Into::into);
        let event = Event { resource, ..Event::new(user, Timestamp::now(), Action::Login) };
        let (population, threshold) = {
            let state = self.0.pipeline.state();
            (state.engine().population().extract(&event, &record.profile), self.threshold(&state))
        };
        let own = record.profile.usual_places(&record.profile.clock(0)).into_iter().map(|(name, _)| name);
        let named = own.chain([Scenario::FAR_PLACE]).chain(location);
        Ok(WhatIf {
            profile: BASE64_STANDARD.encode(record.profile.to_bytes()),
            population: BASE64_STANDARD.encode(population.to_bytes()),
            places: named.map(|name| (name.to_owned(), places().coordinates(name))).collect(),
            threshold,
            last_seen: record.risk_state.last,
            model_version: self.model_version().to_owned(),
        })
    }

    async fn model(&self, actor: &Actor, version: &str) -> Result<Arc<Model>, Error> {
        actor.require(Scope::Read)?;
        if version != self.model_version() {
            return Err(Error::NotFound(format!("model {version}")));
        }
        Ok(Arc::clone(self.0.pipeline.state().engine().model()))
    }

    async fn preview(&self, actor: &Actor, event: Event) -> Result<Prediction, Error> {
        actor.require(Scope::Read)?;
        let event = places().located(event);
        let record = self.record(&event.user).await?.unwrap_or_default();
        let state = self.0.pipeline.state();
        let scored = state.engine().assess(&event, &record.profile);
        let scored = ScoredEvent::of(event, &scored, self.threshold(&state), Timestamp::now(), state.model_version());
        Ok(scored.prediction())
    }

    async fn sign_in(&self, account: &str, password: &str, request: &Parts) -> Result<String, Error> {
        self.0.authenticator.sign_in(account, password, &request.headers, auth::peer(&request.extensions)).await
    }

    async fn change_password(
        &self,
        actor: &Actor,
        current: &str,
        new: String,
        request: &Parts,
    ) -> Result<String, Error> {
        let peer = auth::peer(&request.extensions);
        self.0.authenticator.change_password(actor, current, new, &request.headers, peer).await
    }

    async fn sign_out(&self, request: &Parts) -> Result<String, Error> {
        self.0.authenticator.sign_out(&request.headers).await
    }
}

fn alert_id(id: &str) -> Result<AlertId, Error> {
    id.parse().map_err(|_| Error::NotFound(format!("alert {}", visible(id))))
}

/// Returns a new id, which nothing else has.
fn random_id() -> String {
    format!("{:016x}", rand::random::<u64>())
}

/// Takes an event whose timestamp is a little ahead of our clock as of now, and refuses one that is far ahead.
fn clamp_clock_skew(event: Event, now: Timestamp) -> Result<Event, Error> {
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

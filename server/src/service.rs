//! The use cases of pages and API. Each first checks that its actor may do what it does.

mod alert_pages;
mod alerts;
mod audit;
mod channels;
mod events;
mod explanations;
mod history;
mod imports;
mod intake;
mod measurements;
mod model_facts;
mod pages;
mod statistics;
mod suppressions;
mod user_list;
mod users;

pub(crate) use self::{alert_pages::title, alerts::DAILY_BUDGET};

pub use self::{
    audit::AuditPage,
    events::EventPage,
    measurements::Condition,
    statistics::Statistics,
    suppressions::SuppressionPreview,
    users::{UserPage, UserPlace},
};

use self::explanations::Explanations;

use std::sync::Arc;

use app::{
    actor::{Actor, Scope},
    backend::Backend,
    page_types::{
        AlertQueue, AlertView, Dashboard, ImportProgress, ModelFacts, Notice, NoticeWithUsers, Order, TimelinePage,
        TimelineQuery, UserDetails, UserList, UserQuery, UserSummary, WhatIf,
    },
    what_if::Scenario,
};
use async_trait::async_trait;
use axum::http::request::Parts;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use lab::place_tables::places;
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
    pipeline::Pipeline,
    policy::{LivePolicy, Policy},
    store::{AlertFilter, Store, StoreError},
};

/// Number of users on the dashboard.
const DASHBOARD_USERS: usize = 20;
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

    /// Returns the progress of the demonstration's import, which the dashboard shows.
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
        self.user_list(actor, &query).await
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

    async fn user_history(&self, actor: &Actor, user_id: &str, query: &TimelineQuery) -> Result<TimelinePage, Error> {
        self.history(actor, user_id, query).await
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
        let (resource, place) = (resource.map(Into::into), location.map(Into::into));
        let event = Event { resource, location: place, ..Event::new(user, Timestamp::now(), Action::Login) };
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

    async fn model_facts(&self, actor: &Actor) -> Result<ModelFacts, Error> {
        self.facts_of_model(actor)
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

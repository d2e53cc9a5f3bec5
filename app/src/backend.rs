//! The port between the pages and the server: what people can do here.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::request::Parts;
use shared::{alerting::Act, error::Error, event::Event, model::Model, prediction::Prediction};

use crate::{
    actor::Actor,
    page_types::{
        AlertQueue, AlertView, Dashboard, ModelFacts, Notice, NoticeWithUsers, Order, TimelinePage, TimelineQuery,
        UserDetails, UserList, UserQuery, UserSummary, WhatIf,
    },
};

/// The use cases behind the pages, which the server implements.
///
/// Every method but those of signing in and out and of the own password fails with [`Error::Forbidden`] where the actor
/// lacks the scope.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Returns the content of the dashboard, with its users in an order.
    async fn dashboard(&self, actor: &Actor, order: Order) -> Result<Dashboard, Error>;

    /// Returns the first `limit` users in an order.
    async fn riskiest(&self, actor: &Actor, order: Order, limit: usize) -> Result<Vec<UserSummary>, Error>;

    /// Returns a page of the list of users.
    async fn list_users(&self, actor: &Actor, query: UserQuery) -> Result<UserList, Error>;

    /// Returns the content of a user's page.
    async fn user(&self, actor: &Actor, user_id: &str) -> Result<UserDetails, Error>;

    /// Returns a page of a user's history.
    async fn user_history(&self, actor: &Actor, user_id: &str, query: &TimelineQuery) -> Result<TimelinePage, Error>;

    /// Returns the latest `limit` notices, the newest first.
    async fn notices(&self, actor: &Actor, limit: usize) -> Result<Vec<Notice>, Error>;

    /// Returns a notice with all its users.
    async fn notice(&self, actor: &Actor, number: u64) -> Result<NoticeWithUsers, Error>;

    /// Returns a part of the queue of alerts: those in a state, or all if its name is empty, after an alert or from the
    /// beginning if its id is empty.
    async fn alert_queue(&self, actor: &Actor, state: &str, after: &str) -> Result<AlertQueue, Error>;

    /// Returns an alert in full.
    async fn alert_view(&self, actor: &Actor, id: &str) -> Result<AlertView, Error>;

    /// Does things about an alert as it was shown, with as many acts as `version` says; all of them or none.
    async fn work_on_alert(&self, actor: &Actor, id: &str, acts: Vec<Act>, version: usize) -> Result<(), Error>;

    /// Returns what the browser needs to score events of a user on a resource and at a place. An unknown user has an
    /// empty profile.
    async fn what_if(
        &self,
        actor: &Actor,
        user_id: &str,
        resource: Option<&str>,
        location: Option<&str>,
    ) -> Result<WhatIf, Error>;

    /// Returns the model in force, if that is its version.
    async fn model(&self, actor: &Actor, version: &str) -> Result<Arc<Model>, Error>;

    /// Returns the facts about the model in force.
    async fn model_facts(&self, actor: &Actor) -> Result<ModelFacts, Error>;

    /// Scores an event as if it came now. The event is not kept.
    async fn preview(&self, actor: &Actor, event: Event) -> Result<Prediction, Error>;

    /// Checks the name and the password that a request brings, and returns the cookie of a new session.
    async fn sign_in(&self, account: &str, password: &str, request: &Parts) -> Result<String, Error>;

    /// Gives a person another password, and returns the cookie of a new session; the others end.
    async fn change_password(
        &self,
        actor: &Actor,
        current: &str,
        new: String,
        request: &Parts,
    ) -> Result<String, Error>;

    /// Ends the session of a request, and returns the cookie that makes the browser forget it.
    async fn sign_out(&self, request: &Parts) -> Result<String, Error>;
}

/// The backend, as pages find it in their context.
pub type SharedBackend = Arc<dyn Backend>;

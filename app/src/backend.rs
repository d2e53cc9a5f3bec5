//! What people can do here: the port between the pages and the server.

use std::sync::Arc;

use async_trait::async_trait;
use shared::{
    error::Error,
    event::Event,
    prediction::Prediction,
    views::{Dashboard, Order, UserDetails, UserSummary, WhatIf},
};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Nobody who has said who they are.
    Anonymous,
    /// Somebody who has signed in.
    Person,
    /// A program with a key.
    Program,
}

/// What people can do; the server does it.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Returns the state of things at a glance, users listed by `order`.
    async fn dashboard(&self, actor: Actor, order: Order) -> Result<Dashboard, Error>;

    /// Returns the first users by `order`.
    async fn riskiest(&self, actor: Actor, order: Order, limit: usize) -> Result<Vec<UserSummary>, Error>;

    /// Returns one user in full.
    async fn user(&self, actor: Actor, user_id: &str) -> Result<UserDetails, Error>;

    /// Returns what the browser needs to judge events of a user on a resource and at a place; of a stranger where there
    /// is no such user.
    async fn what_if(
        &self,
        actor: Actor,
        user_id: &str,
        resource: Option<&str>,
        location: Option<&str>,
    ) -> Result<WhatIf, Error>;

    /// Judges an event as if it came now; nothing is kept.
    async fn preview(&self, actor: Actor, event: Event) -> Result<Prediction, Error>;

    /// Checks the password and returns the cookie that says so.
    async fn sign_in(&self, password: &str) -> Result<String, Error>;
}

/// The backend, as pages find it in their context.
pub type SharedBackend = Arc<dyn Backend>;

//! What the page asks on which events are tried out.

use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};
use shared::{prediction::Prediction, views::WhatIf};

#[cfg(feature = "ssr")]
use crate::{
    backend::{Actor, Backend},
    calls::server::{caller, told},
    what_if::Known,
};
use crate::{
    error::UiError,
    what_if::{Scenario, Trial},
};
#[cfg(feature = "ssr")]
use shared::{error::Error, views::Order};

/// An event that is filled in, and how it is judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prepared {
    /// The event.
    pub trial: Trial,
    /// How it is judged, or what is wrong with it.
    pub verdict: Result<Prediction, Vec<String>>,
    /// Ids of users to suggest, the riskiest first.
    pub users: Vec<String>,
}

/// Fills in what was not asked for, and judges the event.
#[server(prefix = "/pages", endpoint = "prepare", input = Json)]
pub async fn prepare(
    /// The event as far as it is filled in.
    asked: Trial,
    /// What is to happen, if not what is filled in.
    scenario: Option<Scenario>,
) -> Result<Prepared, UiError> {
    let (backend, actor) = caller()?;
    prepared(&*backend, actor, asked, scenario).await.map_err(told)
}

/// Judges an event; nothing is kept.
#[server(prefix = "/pages", endpoint = "preview", input = Json)]
pub async fn preview(
    /// The event.
    trial: Trial,
) -> Result<Prediction, UiError> {
    let (backend, actor) = caller()?;
    judged(&*backend, actor, &trial).await.map_err(told)
}

/// Loads what the browser needs to judge a user's events on a resource by itself.
#[server(prefix = "/pages", endpoint = "what_if", input = Json)]
pub async fn load_what_if(
    /// Whose events are judged.
    user_id: String,
    /// What they are done to, if that is known.
    resource: Option<String>,
    /// Where the user is, if that is known.
    location: Option<String>,
) -> Result<WhatIf, UiError> {
    let (backend, actor) = caller()?;
    backend.what_if(actor, &user_id, resource.as_deref(), location.as_deref()).await.map_err(told)
}

/// How many users are suggested.
#[cfg(feature = "ssr")]
const SUGGESTED: usize = 50;

#[cfg(feature = "ssr")]
async fn prepared(
    backend: &dyn Backend,
    actor: Actor,
    mut trial: Trial,
    scenario: Option<Scenario>,
) -> Result<Prepared, Error> {
    let riskiest = backend.riskiest(actor, Order::default(), SUGGESTED).await?;
    let users: Vec<String> = riskiest.into_iter().map(|user| user.user_id).collect();
    if trial.user_id.is_empty() && trial.is_fresh() {
        trial.user_id = users.first().cloned().unwrap_or_default();
    }
    let what_if = backend.what_if(actor, &trial.user_id, trial.resource(), trial.location()).await?;
    let known = Known::read(&trial, &what_if).ok_or(Error::Internal)?;
    if trial.is_fresh() {
        trial = trial.filled(known.profile(), what_if.last_seen, jiff::Timestamp::now());
    }
    if let Some(scenario) = scenario {
        trial = scenario.applied(&trial, known.profile());
    }
    let verdict = match judged(backend, actor, &trial).await {
        Ok(prediction) => Ok(prediction),
        Err(Error::Invalid(faults)) => Err(faults),
        Err(error) => return Err(error),
    };
    Ok(Prepared { trial, verdict, users })
}

#[cfg(feature = "ssr")]
async fn judged(backend: &dyn Backend, actor: Actor, trial: &Trial) -> Result<Prediction, Error> {
    let event = trial.event().map_err(Error::Invalid)?;
    backend.preview(actor, event).await
}

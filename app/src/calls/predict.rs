//! Server functions of the page on which events are tried out.

use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json},
};
use serde::{Deserialize, Serialize};
use shared::{model::Model, prediction::Prediction};

#[cfg(feature = "ssr")]
use crate::{
    actor::Actor,
    backend::Backend,
    calls::request::{caller, set_header, with_status},
    page_types::Order,
    what_if::profile_of,
};
use crate::{
    error::UiError,
    page_types::WhatIf,
    what_if::{FieldFault, Scenario, Trial},
};
#[cfg(feature = "ssr")]
use shared::error::Error;

/// A filled-in event, and its score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prepared {
    /// The event.
    pub trial: Trial,
    /// Its score, or what is wrong with it.
    pub result: Result<Prediction, Vec<FieldFault>>,
    /// The scenario that was chosen, if one was.
    pub scenario: Option<Scenario>,
    /// Ids of users to suggest, the riskiest first.
    pub users: Vec<String>,
}

/// Fills in the empty fields of an event where nothing was filled in yet, applies the scenario, and scores the event.
#[server(prefix = "/pages", endpoint = "prepare", input = Json)]
pub async fn prepare(
    /// The event as far as it is filled in.
    asked: Trial,
    /// The scenario that was chosen, if one was.
    scenario: Option<Scenario>,
) -> Result<Prepared, UiError> {
    let (backend, actor) = caller()?;
    prepared(&*backend, &actor, asked, scenario).await.map_err(with_status)
}

/// Scores an event, which is not kept.
#[server(prefix = "/pages", endpoint = "preview", input = Json)]
pub async fn preview(
    /// The event.
    trial: Trial,
) -> Result<Prediction, UiError> {
    let (backend, actor) = caller()?;
    let faults = |faults: Vec<FieldFault>| Error::Invalid(faults.iter().map(ToString::to_string).collect());
    let event = trial.event().map_err(faults).map_err(with_status)?;
    backend.preview(&actor, event).await.map_err(with_status)
}

/// Loads what the browser needs to score a user's events on a resource and at a place by itself, but for the model.
#[server(prefix = "/pages", endpoint = "what_if", input = Json)]
pub async fn load_what_if(
    /// The user whose events are scored.
    user_id: String,
    /// The resource of the event, if it is known.
    resource: Option<String>,
    /// The place of the event, if it is known.
    location: Option<String>,
) -> Result<WhatIf, UiError> {
    let (backend, actor) = caller()?;
    backend.what_if(&actor, &user_id, resource.as_deref(), location.as_deref()).await.map_err(with_status)
}

/// Loads the model of a version. Its address names the version, so that the browser may keep it for ever.
#[server(prefix = "/pages", endpoint = "model", input = GetUrl)]
pub async fn load_model(
    /// The version of the model in force.
    version: String,
) -> Result<Model, UiError> {
    use axum::http::{HeaderValue, header::CACHE_CONTROL};

    let (backend, actor) = caller()?;
    let model = backend.model(&actor, &version).await.map_err(with_status)?;
    set_header(CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable"));
    Ok(Model::clone(&model))
}

/// How many users are suggested.
#[cfg(feature = "ssr")]
const SUGGESTED: usize = 50;

#[cfg(feature = "ssr")]
async fn prepared(
    backend: &dyn Backend,
    actor: &Actor,
    mut trial: Trial,
    scenario: Option<Scenario>,
) -> Result<Prepared, Error> {
    let riskiest = backend.riskiest(actor, Order::default(), SUGGESTED).await?;
    let users: Vec<String> = riskiest.into_iter().map(|user| user.user_id).collect();
    if trial.user_id.is_empty() && trial.is_fresh() {
        trial.user_id = users.first().cloned().unwrap_or_default();
    }
    let what_if = backend.what_if(actor, &trial.user_id, trial.resource(), trial.location()).await?;
    let profile = profile_of(&what_if).ok_or(Error::Internal)?;
    if trial.is_fresh() {
        trial = trial.filled(&profile, what_if.last_seen, jiff::Timestamp::now());
    }
    if let Some(scenario) = scenario {
        trial = scenario.applied(&trial, &profile);
    }
    let result = match trial.event() {
        Ok(event) => Ok(backend.preview(actor, event).await?),
        Err(faults) => Err(faults),
    };
    Ok(Prepared { trial, result, scenario, users })
}

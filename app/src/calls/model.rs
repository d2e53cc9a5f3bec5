//! Server functions of the page of the model.

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::calls::request::{caller, with_status};
use crate::{error::UiError, page_types::ModelFacts};

/// Loads the facts about the model in force.
#[server(prefix = "/pages", endpoint = "model_facts")]
pub async fn load_model_facts() -> Result<ModelFacts, UiError> {
    let (backend, actor) = caller()?;
    backend.model_facts(&actor).await.map_err(with_status)
}

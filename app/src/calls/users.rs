//! What a user's page asks.

use leptos::prelude::*;
use shared::views::UserDetails;

#[cfg(feature = "ssr")]
use crate::calls::server::{caller, told};
use crate::error::UiError;

/// Loads one user in full.
#[server(prefix = "/pages", endpoint = "user")]
pub async fn load_user(
    /// The user's id.
    id: String,
) -> Result<UserDetails, UiError> {
    let (backend, actor) = caller()?;
    backend.user(actor, &id).await.map_err(told)
}

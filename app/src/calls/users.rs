//! Server functions of a user's page.

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::calls::request::{caller, with_status};
use crate::{error::UiError, page_types::UserDetails};

/// Loads the content of a user's page.
#[server(prefix = "/pages", endpoint = "user")]
pub async fn load_user(
    /// The user's id.
    id: String,
) -> Result<UserDetails, UiError> {
    let (backend, actor) = caller()?;
    backend.user(&actor, &id).await.map_err(with_status)
}

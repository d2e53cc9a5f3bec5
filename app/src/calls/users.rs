//! Server functions of the pages of users.

use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use crate::calls::request::{caller, with_status};
use crate::{
    error::UiError,
    page_types::{UserDetails, UserList, UserQuery},
};

/// Loads the content of a user's page.
#[server(prefix = "/pages", endpoint = "user")]
pub async fn load_user(
    /// The user's id.
    id: String,
) -> Result<UserDetails, UiError> {
    let (backend, actor) = caller()?;
    backend.user(&actor, &id).await.map_err(with_status)
}

/// Loads a page of the list of users.
#[server(prefix = "/pages", endpoint = "users", input = Json)]
pub async fn load_users(
    /// Which users, and in what order.
    query: UserQuery,
) -> Result<UserList, UiError> {
    let (backend, actor) = caller()?;
    backend.list_users(&actor, query).await.map_err(with_status)
}

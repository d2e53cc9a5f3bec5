//! Server functions of the pages of users.

use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::calls::request::{caller, with_status};
use crate::{
    error::UiError,
    page_types::{TimelinePage, TimelineQuery, UserDetails, UserList, UserQuery},
};

/// The content of a user's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserView {
    /// The user, without events.
    pub user: UserDetails,
    /// The page of the history that was asked for.
    pub history: TimelinePage,
    /// Which page that is.
    pub query: TimelineQuery,
}

/// Loads the content of a user's page.
#[server(prefix = "/pages", endpoint = "user", input = Json)]
pub async fn load_user(
    /// The user's id.
    id: String,
    /// Which events.
    query: TimelineQuery,
) -> Result<UserView, UiError> {
    let (backend, actor) = caller()?;
    let user = backend.user(&actor, &id).await.map_err(with_status)?;
    let history = backend.user_history(&actor, &id, &query).await.map_err(with_status)?;
    Ok(UserView { user: UserDetails { timeline: Vec::new(), ..user }, history, query })
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

//! Signing in and out, and the theme.

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::{
    calls::request::{backend, caller, redirect, request, set_header, with_status},
    paths,
};
use crate::{error::UiError, visitor::Theme};

/// Checks the name and the password. A right one gives the browser a session and leads to the page `next`, a wrong one back to the
/// form.
#[server(prefix = "/pages", endpoint = "sign_in")]
pub async fn sign_in(
    /// The name of the account; `admin` where the form has none.
    #[server(default)]
    account: String,
    /// The password of the account.
    password: String,
    /// Path of the page that was asked for.
    #[server(default)]
    next: String,
) -> Result<(), UiError> {
    use axum::http::StatusCode;
    use shared::error::Error;

    let next = local(&next);
    let account = if account.is_empty() { "admin" } else { &account };
    match backend()?.sign_in(account, &password, &request()?).await {
        Ok(cookie) => lead(next, cookie),
        Err(Error::Unauthenticated) => {
            redirect(&paths::sign_in(next, true), StatusCode::SEE_OTHER);
            Ok(())
        }
        Err(error) => Err(with_status(error)),
    }
}

/// Gives the person who has signed in another password, ends their other sessions, and leads back to the form.
#[server(prefix = "/pages", endpoint = "change_password")]
pub async fn change_password(
    /// The current password.
    current: String,
    /// The other one.
    new: String,
) -> Result<(), UiError> {
    use axum::http::StatusCode;
    use shared::error::Error;

    let (backend, actor) = caller()?;
    let outcome = match backend.change_password(&actor, &current, new, &request()?).await {
        Ok(cookie) => return lead(&paths::account("changed"), cookie),
        Err(Error::Unauthenticated) => "wrong",
        Err(Error::Invalid(_)) => "weak",
        Err(Error::Conflict(_)) => "set",
        Err(error) => return Err(with_status(error)),
    };
    redirect(&paths::account(outcome), StatusCode::SEE_OTHER);
    Ok(())
}

/// Ends the session of the browser, and leads to the form in which people sign in.
#[server(prefix = "/pages", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), UiError> {
    let cookie = backend()?.sign_out(&request()?).await.map_err(with_status)?;
    lead("/login", cookie)
}

/// Keeps the theme that a visitor has chosen in a cookie, and leads back to the page on which it was chosen.
#[server(prefix = "/pages", endpoint = "set_theme")]
pub async fn set_theme(
    /// The theme.
    theme: Theme,
) -> Result<(), UiError> {
    use axum::http::{HeaderMap, Uri, header::REFERER};

    let headers: HeaderMap = leptos_axum::extract().await.map_err(UiError::from_server_fn_error)?;
    let page: Option<Uri> = headers.get(REFERER).and_then(|page| page.to_str().ok()?.parse().ok());
    let path = page.as_ref().and_then(Uri::path_and_query).map_or("", |path| path.as_str());
    lead(local(path), theme.cookie())
}

/// Gives the browser a cookie, and leads it to a page.
#[cfg(feature = "ssr")]
fn lead(path: &str, cookie: String) -> Result<(), UiError> {
    use axum::http::{HeaderValue, StatusCode, header::SET_COOKIE};

    let cookie = HeaderValue::try_from(cookie).map_err(|_| shared::error::Error::Internal)?;
    set_header(SET_COOKIE, cookie);
    redirect(path, StatusCode::SEE_OTHER);
    Ok(())
}

/// Returns a path that stays on this server as it is, and the dashboard's path for any other: the form must not lead
/// to another site.
#[cfg(feature = "ssr")]
fn local(path: &str) -> &str {
    let is_local = path.starts_with('/') && !path[1..].starts_with(['/', '\\']) && !path.contains(char::is_control);
    if is_local { path } else { "/dashboard" }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_pages_of_this_server_only() {
        for path in ["/", "/predict?user_id=ann", "/users/ann"] {
            assert_eq!(local(path), path);
        }
        for path in ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/\t/evil.example"] {
            assert_eq!(local(path), "/dashboard", "{path}");
        }
    }
}

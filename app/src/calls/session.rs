//! Signing in.

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::calls::server::{caller, send_to};
use crate::error::UiError;
#[cfg(feature = "ssr")]
use crate::paths::encoded;

/// Checks the password, gives the browser a session and sends it to the page it asked for; with a wrong password,
/// back to the form.
#[server(prefix = "/pages", endpoint = "sign_in")]
pub async fn sign_in(
    /// The password of the pages.
    password: String,
    /// Path of the page that was asked for.
    #[server(default)]
    next: String,
) -> Result<(), UiError> {
    use axum::http::{HeaderValue, StatusCode, header::SET_COOKIE};

    let (backend, _) = caller()?;
    let response = expect_context::<leptos_axum::ResponseOptions>();
    let next = local(&next);
    let Ok(cookie) = backend.sign_in(&password).await else {
        send_to(&to_sign_in(next, true), StatusCode::SEE_OTHER);
        return Ok(());
    };
    let cookie = HeaderValue::try_from(cookie).map_err(|_| shared::error::Error::Internal)?;
    response.insert_header(SET_COOKIE, cookie);
    send_to(next, StatusCode::SEE_OTHER);
    Ok(())
}

/// Returns the address of the form that leads on to the page `next`.
#[cfg(feature = "ssr")]
pub(crate) fn to_sign_in(next: &str, was_wrong: bool) -> String {
    let wrong = if was_wrong { "&wrong=yes" } else { "" };
    format!("/login?next={}{wrong}", encoded(next))
}

/// Returns the path if it stays on this server, else the dashboard's: a link to the form leads nowhere else.
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

    #[test]
    fn the_page_that_was_asked_for_is_kept() {
        assert_eq!(to_sign_in("/predict?user_id=a b", true), "/login?next=%2Fpredict%3Fuser_id%3Da%20b&wrong=yes");
    }
}

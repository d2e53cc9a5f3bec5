//! A failure, in place of what was to be shown.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use shared::error::Error;

use crate::{error::UiError, paths};

/// The failure and a link to what to do next.
#[component]
pub fn Failure(
    /// What failed.
    error: UiError,
) -> impl IntoView {
    let here = use_location().pathname.get_untracked();
    let (title, message, next) = match error {
        UiError::Refused(Error::NotFound(what)) => {
            let next = view! { <a href="/dashboard">"Go to the dashboard"</a> };
            ("Not found", format!("{what} not found"), next.into_any())
        }
        UiError::Refused(Error::Unauthenticated) => {
            let form = paths::sign_in(&here, false);
            let next = view! { <a href=form rel="external">"Sign in"</a> };
            ("Your session has expired", "sign in again to go on".to_owned(), next.into_any())
        }
        other => {
            let request_id = match &other {
                UiError::Failed { request_id, .. } => Some(request_id.clone()),
                _ => None,
            };
            let request_id = request_id.map(|id| view! { <span class="faint">" Request " <code>{id}</code></span> });
            let next = view! { <a href=here rel="external">"Try again"</a> {request_id} };
            ("Couldn't load this page", other.to_string(), next.into_any())
        }
    };

    view! {
        <section class="failure" role="alert">
            <h1>{title}</h1>
            <p>{sentence(&message)}</p>
            <p>{next}</p>
        </section>
    }
}

/// Gives a message a capital and a full stop.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

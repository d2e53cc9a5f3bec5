//! `/account`: the form in which people change their own password.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

#[cfg(feature = "ssr")]
use crate::calls::require_sign_in;

/// The form for another password, which works without JavaScript.
#[component]
pub fn AccountPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if !require_sign_in() {
        return ().into_any();
    }
    let outcome = use_query_map().read_untracked().get("password");
    let told = outcome.as_deref().and_then(told).map(|(class, text)| {
        view! { <p class=class id="outcome" role="alert">{text}</p> }
    });

    view! {
        <Title text="Account"/>
        <section class="login panel">
            <h1>"Change your password"</h1>
            <form method="post" action="/pages/change_password">
                {told}
                <label for="current">"Current password"</label>
                <input id="current" name="current" type="password" autocomplete="current-password" required/>
                <label for="new">"New password"</label>
                <input id="new" name="new" type="password" autocomplete="new-password" minlength="12" required/>
                <button class="primary">"Change"</button>
            </form>
            <p class="hint">"At least 12 characters. It ends your sessions in other browsers."</p>
        </section>
    }
    .into_any()
}

/// Returns the message for the outcome of a change of password, and its CSS class.
fn told(outcome: &str) -> Option<(&'static str, &'static str)> {
    match outcome {
        "changed" => Some(("done", "The password is changed.")),
        "wrong" => Some(("fault", "Incorrect current password.")),
        "weak" => Some(("fault", "Too easy to guess: use 12 characters or more.")),
        "set" => Some(("fault", "The setting UBA_PASSWORD counts: change it there.")),
        _ => None,
    }
}

//! `/login`: the form in which people sign in.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The form for account and password, which works without JavaScript.
#[component]
pub fn LoginPage() -> impl IntoView {
    let query = use_query_map();
    let asked = move |name: &str| query.read_untracked().get(name);
    let next = asked("next").unwrap_or_else(|| "/dashboard".to_owned());
    let wrong = asked("wrong").map(|_| {
        view! {
            <p class="fault" id="fault" role="alert">
                "Incorrect account or password."
            </p>
        }
    });
    let is_wrong = wrong.is_some();

    view! {
        <Title text="Sign in"/>
        <section class="login panel">
            <h1>"Sign in"</h1>
            <form method="post" action="/pages/sign_in">
                {wrong}
                <input type="hidden" name="next" value=next/>
                <label for="account">"Account"</label>
                <input id="account" name="account" value="admin" autocomplete="username" autocapitalize="none" required/>
                <label for="password">"Password"</label>
                <input
                    id="password"
                    name="password"
                    type="password"
                    autocomplete="current-password"
                    required
                    autofocus
                    aria-invalid=is_wrong.then_some("true")
                    aria-describedby=is_wrong.then_some("fault")
                />
                <button class="primary">"Sign in"</button>
            </form>
            <p class="hint">
                "The server printed the password of " <code>"admin"</code> " when it first started. Set "
                <code>"UBA_PASSWORD"</code> " to choose another; " <code>"uba accounts"</code>
                " makes accounts for others."
            </p>
        </section>
    }
}

//! The header and the footer of every page.

use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_location};

/// Beginnings of the paths of pages that need a session.
const SESSION_PAGES: [&str; 4] = ["/dashboard", "/predict", "/users/", "/account"];

/// The name of the product and links to the pages.
#[component]
pub fn Header() -> impl IntoView {
    view! {
        <header class="top">
            <a class="brand" href="/">
                <Mark/>
                "Cloud UBA"
            </a>
            <nav aria-label="Pages">
                <A href="/" exact=true>"Overview"</A>
                <A href="/dashboard">"Dashboard"</A>
                <A href="/predict">"Predict"</A>
            </nav>
            <SignOut/>
        </header>
    }
}

/// The link to the page of the person's account and the button that ends the session, on pages that need a session.
#[component]
fn SignOut() -> impl IntoView {
    let path = use_location().pathname;
    let needs_session = move || path.with(|path| SESSION_PAGES.iter().any(|page| path.starts_with(page)));

    view! {
        <Show when=needs_session>
            <nav aria-label="Your account">
                <A href="/account">"Account"</A>
                <form class="sign-out" method="post" action="/pages/sign_out">
                    <button>"Sign out"</button>
                </form>
            </nav>
        </Show>
    }
}

/// The emblem: a field of dots, one of them lit.
#[component]
fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
            <path class="mark-days" d="M4 4h0M12 4h0M20 4h0M4 12h0M12 12h0M20 12h0M4 20h0M12 20h0"/>
            <path class="mark-alarm" d="M20 20h0"/>
        </svg>
    }
}

/// The licence, and a link to the state of the service.
#[component]
pub fn Footer() -> impl IntoView {
    view! {
        <footer class="bottom">
            <p>"Apache-2.0 or MIT; the embedded SurrealDB is under the Business Source License."</p>
            <a href="/health" rel="external">"State of this server"</a>
        </footer>
    }
}

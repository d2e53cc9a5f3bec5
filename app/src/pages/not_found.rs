//! The page of every path that has none.

use leptos::prelude::*;
use leptos_meta::Title;

/// Says that there is no such page, with the status 404.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }

    view! {
        <Title text="No such page"/>
        <section class="not-found">
            <p class="eyebrow">"404"</p>
            <h1>"Page not found"</h1>
            <p>"The address may be mistyped, or the page has moved."</p>
            <p><a href="/">"Back to the start"</a></p>
        </section>
    }
}

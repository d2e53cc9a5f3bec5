//! `/dashboard`: whom to look at, and why.

mod activity;
mod anomalies;
mod feed;
mod riskiest;
mod tiles;

use std::time::Duration;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use shared::views::{Dashboard, Loading, Order};

use self::{activity::activity, anomalies::anomalies, feed::feed, riskiest::riskiest, tiles::tiles};
#[cfg(feature = "ssr")]
use crate::calls::require_person;
use crate::{
    calls::{DashboardView, load_dashboard},
    components::Failure,
    words::counted,
};

/// How often a page is brought up to date that is still filling.
const REFRESH: Duration = Duration::from_secs(1);

/// The state of things at a glance; while a log is being loaded, it fills before one's eyes.
#[component]
pub fn DashboardPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if !require_person() {
        return ().into_any();
    }
    let query = use_query_map();
    let order = move || query.read().get_str("by").and_then(|by| by.parse::<Order>().ok()).unwrap_or_default();
    let view = Resource::new(order, load_dashboard);
    Effect::new(move |_| {
        let is_filling = view.read().as_ref().is_some_and(|view| matches!(view, Ok(view) if fills(&view.dashboard)));
        if is_filling {
            set_timeout(move || view.refetch(), REFRESH);
        }
    });

    view! {
        <Title text="Dashboard"/>
        <Transition fallback=|| view! { <p class="waiting">"Loading the dashboard…"</p> }>
            {move || Suspend::new(async move {
                match view.await {
                    Ok(view) => view! { <Glance view/> }.into_any(),
                    Err(error) => view! { <Failure error/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// Tells whether more is about to be seen.
fn fills(dashboard: &Dashboard) -> bool {
    dashboard.loading.is_some() || dashboard.events == 0
}

#[component]
fn Glance(view: DashboardView) -> impl IntoView {
    let DashboardView { order, dashboard, events_chart, anomalies_chart } = view;
    // Without JavaScript the browser asks again by itself.
    let refresh = fills(&dashboard)
        .then(|| view! { <noscript inner_html=r#"<meta http-equiv="refresh" content="2">"#></noscript> });
    let progress = dashboard.loading.map(|loading| view! { <Progress loading/> });
    let head = view! {
        {refresh}
        <header class="page-head">
            <h1>"Whom to look at"</h1>
            <p>"Ranked by risk: how rare a user's days were lately. It halves in a week, a service account's in three days."</p>
        </header>
        {progress}
    };
    if dashboard.events == 0 {
        let is_loading = dashboard.loading.is_some();
        return view! { {head} {(!is_loading).then(feed)} }.into_any();
    }

    view! {
        {head}
        {tiles(&dashboard)}
        <div class="glance">
            {riskiest(order, dashboard.riskiest)}
            <div class="glance-side">
                {activity(&dashboard.days, events_chart, anomalies_chart)}
                {anomalies(&dashboard.anomalies)}
            </div>
        </div>
    }
    .into_any()
}

/// How far the sample log is.
#[component]
fn Progress(loading: Loading) -> impl IntoView {
    let Loading { done, total } = loading;

    view! {
        <section class="progress panel" aria-labelledby="loading">
            <p id="loading">
                <strong>"Loading the sample log"</strong>
                " Everything below is true of what is loaded so far."
            </p>
            <progress aria-labelledby="loading" value=done max=total.max(1)></progress>
            <p class="progress-count">{counted(done, "event")} " of " {crate::rarity::grouped(total)}</p>
        </section>
    }
}

//! `/dashboard`: users by risk, activity, and the latest notable user-days.

mod activity;
mod feed;
mod notable_days;
mod notices;
mod riskiest;
mod tiles;

use std::time::Duration;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use shared::{format::grouped, risk::Risk};

use self::{
    activity::activity, feed::feed, notable_days::notable_days, notices::notices, riskiest::riskiest, tiles::tiles,
};
#[cfg(feature = "ssr")]
use crate::calls::require_sign_in;
use crate::{
    calls::{DashboardView, load_dashboard},
    components::Failure,
    page_types::{Dashboard, ImportProgress, Order},
};

/// Pause before a dashboard that is still filling is loaded again.
const REFRESH: Duration = Duration::from_secs(1);

/// The dashboard. While the sample log is being imported, it is loaded again every second.
#[component]
pub fn DashboardPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if !require_sign_in() {
        return ().into_any();
    }
    let query = use_query_map();
    let order = move || query.read().get_str("by").and_then(|by| by.parse::<Order>().ok()).unwrap_or_default();
    let view = Resource::new(order, load_dashboard);
    Effect::new(move |_| {
        let is_filling =
            view.read().as_ref().is_some_and(|view| matches!(view, Ok(view) if needs_refresh(&view.dashboard)));
        if is_filling {
            set_timeout(move || view.refetch(), REFRESH);
        }
    });

    view! {
        <Title text="Dashboard"/>
        <Transition fallback=|| view! { <p class="waiting">"Loading the dashboard…"</p> }>
            {move || Suspend::new(async move {
                match view.await {
                    Ok(view) => view! { <DashboardContent view/> }.into_any(),
                    Err(error) => view! { <Failure error/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// Returns whether the page should load its data again: an import is running, or no event is stored yet.
fn needs_refresh(dashboard: &Dashboard) -> bool {
    dashboard.import.is_some() || dashboard.events == 0
}

/// The dashboard once it is loaded: how to feed the product where there are no events, else all its panels.
#[component]
fn DashboardContent(view: DashboardView) -> impl IntoView {
    let DashboardView { order, dashboard, events_chart, anomalies_chart } = view;
    // Without JavaScript the browser asks again by itself.
    let refresh = needs_refresh(&dashboard)
        .then(|| view! { <noscript inner_html=r#"<meta http-equiv="refresh" content="2">"#></noscript> });
    let progress = dashboard.import.map(|import| view! { <Progress import/> });
    let head = view! {
        {refresh}
        <header class="page-head">
            <h1>"Users to review"</h1>
            <p>
                {format!("Ranked by risk, 0 to 100: how unusual each user's recent days were. Without new activity, risk halves every {} days ({} for service accounts).", Risk::HALF_LIFE_DAYS, Risk::SERVICE_HALF_LIFE_DAYS)}
            </p>
        </header>
        {progress}
    };
    if dashboard.events == 0 {
        let is_importing = dashboard.import.is_some();
        return view! { {head} {(!is_importing).then(feed)} }.into_any();
    }

    let tiles = tiles(&dashboard);

    view! {
        {head}
        {notices(dashboard.notices)}
        {tiles}
        {riskiest(order, dashboard.riskiest)}
        <div class="glance">
            {notable_days(dashboard.notable_days, dashboard.threshold)}
            {activity(&dashboard.days, events_chart, anomalies_chart)}
        </div>
    }
    .into_any()
}

/// The progress of the sample log's import.
#[component]
fn Progress(import: ImportProgress) -> impl IntoView {
    let ImportProgress { done, total } = import;

    view! {
        <section class="progress panel" aria-labelledby="loading">
            <p id="loading">
                <strong>"Loading the sample log"</strong>
                {format!(" Showing the {} of {} events loaded so far.", grouped(done), grouped(total))}
            </p>
            <progress aria-labelledby="loading" value=done max=total.max(1)></progress>
        </section>
    }
}

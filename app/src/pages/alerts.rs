//! `/alerts`: the queue of alerts.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use shared::format::{grouped, plural_s};

#[cfg(feature = "ssr")]
use crate::calls::require_sign_in;
use crate::{
    calls::load_alerts,
    components::{Failure, Moment, SeverityBadge},
    page_types::{AlertQueue, AlertSummary},
    paths,
};

/// The states by which the queue can be narrowed, with their titles.
const STATES: [(&str, &str); 5] = [
    ("open", "Open"),
    ("acknowledged", "Acknowledged"),
    ("in_progress", "In progress"),
    ("closed", "Closed"),
    ("all", "All"),
];

/// The queue of alerts in one state, the latest first.
#[component]
pub fn AlertsPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if !require_sign_in() {
        return ().into_any();
    }
    let query = use_query_map();
    let state = move || query.read().get("state").unwrap_or_else(|| "open".to_owned());
    let after = move || query.read().get("after").unwrap_or_default();
    let queue = Resource::new(
        move || (state(), after()),
        |(state, after)| load_alerts(if state == "all" { String::new() } else { state }, after),
    );

    view! {
        <Title text="Alerts"/>
        <Transition fallback=|| view! { <p class="waiting">"Loading the alerts…"</p> }>
            {move || Suspend::new(async move {
                match queue.await {
                    Ok(queue) => view! { <Queue state=state() queue/> }.into_any(),
                    Err(error) => view! { <Failure error/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// The queue once it is loaded.
#[component]
fn Queue(state: String, queue: AlertQueue) -> impl IntoView {
    let AlertQueue { alerts, next, threshold, daily_budget } = queue;
    let kept = daily_budget.map(|alerts| format!(", which keeps to {alerts} alerts a day"));
    let links = STATES.map(|(name, title)| {
        let current = (name == state).then_some("page");
        view! { <a href=paths::alerts(name, None) aria-current=current>{title}</a> }
    });
    let none = alerts.is_empty().then(|| view! { <p class="empty">"There are no such alerts."</p> });
    let more = next.map(|next| view! { <a class="more" href=paths::alerts(&state, Some(&next))>"Earlier alerts"</a> });

    view! {
        <header class="page-head">
            <h1>"Alerts"</h1>
            <p>
                "An alert stands for a user's anomalies of one day, or for a risk that has become high. Anomalies have a score of at least "
                {format!("{threshold:.3}")} {kept} "."
            </p>
        </header>
        <section class="panel" aria-label="Alerts">
            <nav class="states" aria-label="States">{links}</nav>
            <ol class="alerts">{alerts.into_iter().map(item).collect::<Vec<_>>()}</ol>
            {none}
            {more}
        </section>
    }
}

/// Shows one alert of the queue.
fn item(alert: AlertSummary) -> impl IntoView {
    let state = alert.verdict.map_or(alert.state, |verdict| format!("closed: {}", verdict.name()));
    let worked_on = alert.assignee.map(|name| format!(" · {name}"));

    view! {
        <li>
            <p class="alert-head">
                <SeverityBadge severity=alert.severity/>
                <a href=paths::of_alert(&alert.id, "")>{alert.sentence}</a>
            </p>
            <p class="faint">
                <a href=paths::of_user(&alert.user_id)>{alert.user_id.clone()}</a>
                " · " <Moment at=alert.first_seen/> " · " {grouped(alert.events)} " event" {plural_s(alert.events)} " · "
                {state.replace('_', " ")} {worked_on}
            </p>
        </li>
    }
}

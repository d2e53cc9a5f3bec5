//! `/users/{id}`: the risk of a user, its reasons, and the history of events.

mod contributions;
mod facts;
mod hours;
mod sessions;
mod timeline;

use jiff::Timestamp;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    hooks::{use_params_map, use_query_map},
    params::ParamsMap,
};
use shared::{calendar::second_of, severity::Severity};

use self::{contributions::contributions, facts::facts, timeline::timeline};
#[cfg(feature = "ssr")]
use crate::calls::require_sign_in;
use crate::{
    calls::{UserView, load_user},
    components::{Failure, Moment, SeverityBadge, sparkline},
    format::change,
    page_types::{HistoryPlace, Notice, TimelineQuery, UserSummary},
    paths,
    risk_level::risk_level,
};

/// The risk and its reasons, then usual values beside the latest events.
#[component]
pub fn UserPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if !require_sign_in() {
        return ().into_any();
    }
    let params = use_params_map();
    let id = move || params.read().get("id").unwrap_or_default();
    let address = use_query_map();
    let at = move || address.read().get("at").and_then(|at| at.parse::<Timestamp>().ok());
    let query = move || asked(&address.read(), at());
    let view = Resource::new(move || (id(), query()), |(id, query)| load_user(id, query));

    view! {
        <Title text=id/>
        <Suspense fallback=|| view! { <p class="waiting">"Loading the user…"</p> }>
            {move || Suspend::new(async move {
                match view.await {
                    Ok(view) => view! { <Details view at=at()/> }.into_any(),
                    Err(error) => view! { <Failure error/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// Reads the page of the history from an address: the one that begins with the event at a time, or the one that is named.
fn asked(address: &ParamsMap, at: Option<Timestamp>) -> TimelineQuery {
    let show = address.get("show").and_then(|show| show.parse().ok()).unwrap_or_default();
    let named = || paths::history_place(address.get_str("before")?);
    let before = at.map(|at| HistoryPlace { time_ms: 1000 * (second_of(at) + 1), sequence: 0 }).or_else(named);
    TimelineQuery { show, before }
}

#[component]
fn Details(view: UserView, at: Option<Timestamp>) -> impl IntoView {
    let UserView { user, history, query } = view;
    let trial = paths::of_trial(&user.summary.user_id);
    let timeline = timeline(&user, history, &query, at).into_any();
    let kind = user.summary.is_service_account.then(|| view! { <p class="user-kind">"Service account"</p> });

    view! {
        <header class="page-head user-head">
            <div>
                <p class="eyebrow"><a href="/users">"Users"</a></p>
                <h1>{user.summary.user_id.clone()}</h1>
                {kind}
            </div>
            <a class="button" href=trial>"Simulate an event"</a>
        </header>
        <div class="user">
            <div class="user-summary">
                <Why summary=user.summary.clone() notices=user.notices.clone()/>
                {contributions(&user.summary, user.contributions.clone())}
                {facts(user).into_any()}
            </div>
            {timeline}
        </div>
    }
}

/// The risk with its course, the event that contributes most to it, and what many others did alike on days that stood
/// out. Reasons are told only where there is a risk that they are the reasons for.
#[component]
fn Why(summary: UserSummary, notices: Vec<Notice>) -> impl IntoView {
    let alike: Vec<_> = notices
        .into_iter()
        .map(|notice| view! { <p class="user-notice">"One of many: " {notice.sentence} "."</p> })
        .collect();
    let level = risk_level(summary.risk);
    let badge = level.map(|severity| view! { <SeverityBadge severity/> });
    let why = level.map(|_| why(&summary));

    view! {
        <section class="panel user-why" aria-labelledby="risk">
            <h2 class="label" id="risk">"Risk now"</h2>
            <p class="user-risk"><span class="user-risk-number">{format!("{:.0}", summary.risk)}</span> " of 100" {badge}</p>
            {sparkline(&summary.risk_history, level.map_or("", Severity::name))}
            <p class="sparkline-ends"><span>"30 days ago"</span> <span>"now"</span></p>
            <p class="faint">{change(summary.gain)} " in the last 7 days"</p>
            {why}
            {alike}
        </section>
    }
}

fn why(summary: &UserSummary) -> impl IntoView + use<> {
    let mut reasons = summary.reasons.iter().cloned();
    let first = reasons.next().unwrap_or_else(|| "Several mildly unusual days".to_owned());
    let others: Vec<_> = reasons.map(|reason| view! { <li>{reason}</li> }).collect();
    let peak = summary.peak.map(|peak| {
        let event = paths::of_event(&summary.user_id, peak);
        view! { <p class="faint">"Most unusual event: " <a href=event><Moment at=peak/> " UTC"</a></p> }
    });

    view! {
        <p class="user-reason">{first}</p>
        <ul class="user-reasons">{others}</ul>
        {peak}
    }
}

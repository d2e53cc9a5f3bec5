//! `/users/{id}`: the risk of a user, its reasons, and the latest events.

mod contributions;
mod facts;
mod hours;
mod sessions;
mod timeline;

use jiff::Timestamp;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use shared::severity::Severity;

use self::{contributions::contributions, facts::facts, timeline::timeline};
#[cfg(feature = "ssr")]
use crate::calls::require_sign_in;
use crate::{
    calls::load_user,
    components::{Failure, Moment, SeverityBadge, sparkline},
    format::change,
    page_types::{Notice, UserDetails, UserSummary},
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
    let user = Resource::new(id, load_user);
    let query = use_query_map();
    let at = move || query.read().get("at").and_then(|at| at.parse::<Timestamp>().ok());

    view! {
        <Title text=id/>
        <Suspense fallback=|| view! { <p class="waiting">"Loading the user…"</p> }>
            {move || Suspend::new(async move {
                match user.await {
                    Ok(user) => view! { <Details user at=at()/> }.into_any(),
                    Err(error) => view! { <Failure error/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Details(user: UserDetails, at: Option<Timestamp>) -> impl IntoView {
    let trial = paths::of_trial(&user.summary.user_id);
    let timeline = timeline(&user.timeline, at);
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
                {facts(user)}
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

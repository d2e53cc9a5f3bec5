//! `/users/{id}`: the risk of a user, its reasons, and the latest events.

mod contributions;
mod facts;
mod hours;
mod sessions;
mod timeline;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use self::{contributions::contributions, facts::facts, timeline::timeline};
#[cfg(feature = "ssr")]
use crate::calls::require_sign_in;
use crate::{
    calls::load_user,
    components::{Failure, Meter, Moment},
    format::change,
    page_types::{Notice, UserDetails, UserSummary},
    paths,
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

    view! {
        <Title text=id/>
        <Suspense fallback=|| view! { <p class="waiting">"Loading the user…"</p> }>
            {move || Suspend::new(async move {
                match user.await {
                    Ok(user) => view! { <Details user/> }.into_any(),
                    Err(error) => view! { <Failure error/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Details(user: UserDetails) -> impl IntoView {
    let trial = paths::of_trial(&user.summary.user_id);
    let timeline = timeline(&user.timeline);
    let kind = user.summary.is_service_account.then(|| view! { <p class="user-kind">"Service account"</p> });

    view! {
        <header class="page-head user-head">
            <div>
                <p class="eyebrow"><a href="/dashboard">"Users"</a></p>
                <h1>{user.summary.user_id.clone()}</h1>
                {kind}
            </div>
            <a class="button" href=trial>"Simulate an event"</a>
        </header>
        <Why summary=user.summary.clone() notices=user.notices.clone()/>
        {contributions(&user.summary, user.contributions.clone())}
        <div class="user">
            {facts(user)}
            {timeline}
        </div>
    }
}

/// The risk, the moment that contributes most to it, and what many others did alike on days that stood out.
#[component]
fn Why(summary: UserSummary, notices: Vec<Notice>) -> impl IntoView {
    let alike: Vec<_> = notices
        .into_iter()
        .map(|notice| view! { <p class="user-notice">"One of many: " {notice.sentence} "."</p> })
        .collect();
    let peak = summary.peak.map(|peak| view! { <p class="faint">"Most unusual event: " <Moment at=peak/> " UTC"</p> });
    let mut reasons = summary.reasons.into_iter();
    let first = reasons.next().unwrap_or_else(|| "No recent unusual activity".to_owned());
    let others: Vec<_> = reasons.map(|reason| view! { <li>{reason}</li> }).collect();

    view! {
        <section class="panel user-why" aria-labelledby="why">
            <div class="user-risk">
                <h2 class="label">"Risk now"</h2>
                <p class="user-risk-number">{format!("{:.0}", summary.risk)} <span>" of 100"</span></p>
                <Meter part=Signal::stored(summary.risk / 100.0)/>
                <p class="faint user-gain">{change(summary.gain)} " in the last 7 days"</p>
            </div>
            <div>
                <h2 class="label" id="why">"Why"</h2>
                <p class="user-reason">{first}</p>
                <ul class="user-reasons">{others}</ul>
                {peak}
                {alike}
            </div>
        </section>
    }
}

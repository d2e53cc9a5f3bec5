//! `/alerts/{id}`: one alert, and the form in which people work on it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use shared::format::{grouped, plural_s};

#[cfg(feature = "ssr")]
use crate::calls::require_sign_in;
use crate::{
    calls::load_alert,
    components::{Failure, Moment, SeverityBadge},
    page_types::{AlertAct, AlertView},
    paths,
};

/// What can become of an alert, with the words of the form. The form has no state that the alert has already.
const CHOICES: [(&str, &str); 6] = [
    ("acknowledged", "Acknowledged: I have seen it"),
    ("in_progress", "In progress"),
    ("open", "Open: back into the queue"),
    ("true_positive", "Closed: an attack or a misuse"),
    ("benign", "Closed: benign"),
    ("expected", "Closed: expected, such as planned work"),
];

/// One alert: what happened, what was done about it, and a form that works without JavaScript.
#[component]
pub fn AlertPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if !require_sign_in() {
        return ().into_any();
    }
    let params = use_params_map();
    let outcome = use_query_map().read_untracked().get("outcome");
    let alert = Resource::new(move || params.read().get("id").unwrap_or_default(), load_alert);

    view! {
        <Title text="Alert"/>
        <Transition fallback=|| view! { <p class="waiting">"Loading the alert…"</p> }>
            {move || {
                let told = outcome.as_deref().and_then(told);
                Suspend::new(async move {
                    match alert.await {
                        Ok(alert) => view! { <AlertContent alert told/> }.into_any(),
                        Err(error) => view! { <Failure error/> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}

/// The alert once it is loaded.
#[component]
fn AlertContent(
    /// The alert.
    alert: AlertView,
    /// What became of what the person did, with its CSS class.
    told: Option<(&'static str, &'static str)>,
) -> impl IntoView {
    let AlertView { summary, reasons, history, version } = alert;
    let told = told.map(|(class, text)| view! { <p class=class id="outcome" role="alert">{text}</p> });
    let reasons: Vec<_> = reasons.into_iter().map(|reason| view! { <li>{reason}</li> }).collect();
    let history: Vec<_> = history.into_iter().map(entry).collect();

    view! {
        <header class="page-head">
            <h1>{summary.sentence}</h1>
            <p>
                <SeverityBadge severity=summary.severity/> " · "
                <a href=paths::of_user(&summary.user_id)>{summary.user_id.clone()}</a>
                {format!(" · {} event{} · score {:.3} · ", grouped(summary.events), plural_s(summary.events), summary.anomaly_score)}
                <Moment at=summary.first_seen/> " to " <Moment at=summary.last_seen/>
            </p>
        </header>
        <div class="alert-parts">
            <section class="panel" aria-labelledby="reasons">
                <h2 id="reasons">"Why"</h2>
                <ol>{reasons}</ol>
            </section>
            <section class="panel" aria-labelledby="work">
                <h2 id="work">"What to do about it"</h2>
                {told}
                <form class="alert-form" method="post" action="/pages/act_on_alert">
                    <input type="hidden" name="id" value=summary.id/>
                    <input type="hidden" name="version" value=version/>
                    <label for="state">"State"</label>
                    <select id="state" name="state">
                        <option value="">{format!("No change ({})", summary.state.replace('_', " "))}</option>
                        {CHOICES.map(|(name, words)| view! { <option value=name>{words}</option> })}
                    </select>
                    <label for="assignee">"Assignee"</label>
                    <input id="assignee" name="assignee" maxlength="256" value=summary.assignee/>
                    <label for="note">"Note"</label>
                    <textarea id="note" name="note" rows="3" maxlength="4000"></textarea>
                    <button class="primary">"Save"</button>
                </form>
            </section>
            <section class="panel" aria-labelledby="history">
                <h2 id="history">"History"</h2>
                <ol class="alert-history">{history}</ol>
                <p class="faint">"Raised for the event of " <Moment at=summary.first_seen/> "."</p>
            </section>
        </div>
    }
}

fn entry(AlertAct { time, by, what }: AlertAct) -> impl IntoView {
    view! { <li><span class="faint"><Moment at=time/> " · " {by} ": "</span> {what}</li> }
}

/// Returns the message for the outcome of an act, and its CSS class.
fn told(outcome: &str) -> Option<(&'static str, &'static str)> {
    match outcome {
        "done" => Some(("done", "Saved.")),
        "changed" => Some(("fault", "Somebody else has worked on this alert meanwhile: look at it again.")),
        "state" => {
            Some(("fault", "An alert in this state cannot become that: a closed one is first in progress again."))
        }
        "long" => Some(("fault", "That is too long: a note has at most 4,000 characters, a name 256.")),
        _ => None,
    }
}

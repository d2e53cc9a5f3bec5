//! `/predict`: tries out an event, which is not kept.

mod form;
mod sliders;
mod verdict;

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use shared::prediction::Prediction;

use self::{form::trial_form, sliders::sliders, verdict::verdict};
#[cfg(feature = "ssr")]
use crate::calls::require_sign_in;
use crate::{
    calls::{Prepared, load_model, load_what_if, prepare},
    components::Failure,
    what_if::{Scenario, Trial, UserContext, shipped_model},
};

/// The form, filled in as the address says, and the verdict. In the browser every change is judged at once.
#[component]
pub fn PredictPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if !require_sign_in() {
        return ().into_any();
    }
    let query = use_query_map();
    let prepared =
        Resource::new(move || asked(&query.read()), |(trial, scenario)| async move { prepare(trial, scenario).await });

    view! {
        <Title text="Predict"/>
        <header class="page-head">
            <h1>"What would it make of this?"</h1>
            <p>"Make up an event and see how it would be judged, now. Trying stores nothing and teaches nothing."</p>
        </header>
        <Suspense fallback=|| view! { <p class="waiting">"Loading…"</p> }>
            {move || Suspend::new(async move {
                match prepared.await {
                    Ok(prepared) => view! { <WhatIfPanel prepared/> }.into_any(),
                    Err(error) => view! { <Failure error/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// Reads the event and the scenario from the query of an address.
fn asked(query: &ParamsMap) -> (Trial, Option<Scenario>) {
    let text = |name: &str| query.get(name).unwrap_or_default();
    let trial = Trial {
        user_id: text("user_id"),
        timestamp: text("timestamp"),
        action_type: text("action_type"),
        resource_id: text("resource_id"),
        location: text("location"),
        device_type: text("device_type"),
        data_volume_mb: text("data_volume_mb"),
        failed_attempts: text("failed_attempts"),
        location_change: text("location_change"),
    };
    (trial, query.get_str("scenario").and_then(|name| name.parse().ok()))
}

/// A verdict, and whether it still belongs to the form.
#[derive(Debug, Clone, PartialEq)]
struct LiveVerdict {
    /// How the event is judged, or all that is wrong with it.
    verdict: Result<Prediction, Vec<String>>,
    /// Whether the verdict is of the form as it is now, made in this browser.
    is_live: bool,
}

/// The form, the sliders, and the verdict that follows both.
#[component]
fn WhatIfPanel(prepared: Prepared) -> impl IntoView {
    let Prepared { trial, verdict: first, users } = prepared;
    let trial = RwSignal::new(trial);
    let context = user_context(trial);
    let live = Memo::new(move |before: Option<&LiveVerdict>| {
        let (trial, context) = (trial.read(), context.read());
        match context.as_ref().filter(|context| context.covers(&trial)) {
            Some(context) => LiveVerdict { verdict: context.judge(&trial), is_live: true },
            None => LiveVerdict { verdict: before.map_or(&first, |before| &before.verdict).clone(), is_live: false },
        }
    });
    let threshold = Signal::derive(move || context.read().as_ref().map(UserContext::threshold));

    view! {
        <div class="laboratory">
            {trial_form(trial, context, users)}
            <div class="laboratory-side">
                {verdict(live, threshold)}
                {sliders(trial, Signal::derive(move || live.read().is_live))}
            </div>
        </div>
    }
}

/// Returns what scoring the event takes. It is loaded again when the user, the resource or the place changes to one
/// that it does not cover.
fn user_context(trial: RwSignal<Trial>) -> RwSignal<Option<UserContext>> {
    let context = RwSignal::new(None::<UserContext>);
    let subject = Memo::new(move |_| {
        let trial = trial.read();
        (trial.user_id.clone(), trial.resource_id.clone(), trial.location.clone())
    });
    Effect::new(move |_| {
        let (user_id, resource_id, location) = subject.get();
        let subject = Trial { user_id, resource_id, location, ..Trial::default() };
        if context.read_untracked().as_ref().is_some_and(|context| context.covers(&subject)) {
            return;
        }
        spawn_local(async move {
            if let Some(loaded) = load_context(&subject, context).await {
                context.try_set(Some(loaded)); // the page may have been left meanwhile
            }
        });
    });
    context
}

/// Loads what scoring events like `subject` takes. The model is loaded only if its version is neither that of the
/// shipped one nor that of the `last` context.
async fn load_context(subject: &Trial, last: RwSignal<Option<UserContext>>) -> Option<UserContext> {
    let (resource, location) = (subject.resource().map(str::to_owned), subject.location().map(str::to_owned));
    let what_if = load_what_if(subject.user_id.clone(), resource, location).await.ok()?;
    let version = &what_if.model_version;
    let loaded_before = || last.try_read_untracked()?.as_ref()?.model(version);
    let model = match shipped_model(version).or_else(loaded_before) {
        Some(model) => model,
        None => Arc::new(load_model(version.clone()).await.ok()?),
    };
    UserContext::decode(subject, &what_if, model)
}

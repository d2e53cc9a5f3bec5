//! `/predict`: simulates an event, which is not kept.

mod counterfactual;
mod curve;
mod form;
mod live;
mod result;
mod sliders;
mod why;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use shared::calibration::DEFAULT_THRESHOLD;

use self::{
    form::{scenarios, trial_form},
    live::{Live, follow_with_address},
    result::result,
    sliders::sliders,
    why::why,
};
#[cfg(feature = "ssr")]
use crate::calls::require_sign_in;
use crate::{
    calls::{Prepared, prepare},
    components::Failure,
    what_if::{Scenario, Trial, UserContext},
};

/// The form, filled in as the address says, and the score. In the browser every change is scored at once.
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
        <Title text="Simulate"/>
        <header class="page-head">
            <h1>"Simulate an event"</h1>
            <p>"See how an event would score right now. Nothing is stored or learned."</p>
        </header>
        <Suspense fallback=|| view! { <p class="waiting">"Loading…"</p> }>
            {move || Suspend::new(async move {
                match prepared.await {
                    Ok(prepared) => view! { <Simulation prepared/> }.into_any(),
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

/// The form, the sliders, and the result that follows both.
#[component]
fn Simulation(prepared: Prepared) -> impl IntoView {
    let Prepared { trial, result: first, scenario, users } = prepared;
    let first_trial = trial.clone();
    let trial = RwSignal::new(trial);
    let live = Live::of(trial, first);
    let context = live.context;
    let chosen = Memo::new(move |_| {
        let trial = trial.read();
        match context.read().as_ref().filter(|context| context.covers(&trial)) {
            Some(context) => {
                Scenario::ALL.into_iter().find(|scenario| scenario.applied(&trial, context.profile()) == *trial)
            }
            None => scenario.filter(|_| *trial == first_trial),
        }
    });
    let threshold = Signal::derive(move || context.read().as_ref().map_or(DEFAULT_THRESHOLD, UserContext::threshold));
    follow_with_address(trial);

    view! {
        {scenarios(trial, context, chosen).into_any()}
        <div class="laboratory">
            {trial_form(trial, live.result, users).into_any()}
            <section
                class="panel result"
                aria-labelledby="result"
                aria-busy=move || (!live.result.read().is_current).to_string()
                data-score=move || live.result.read().score()
                data-user=move || live.result.read().user()
                data-live=move || live.result.read().is_live.to_string()
            >
                {result(live, threshold).into_any()}
                {sliders(trial, live, threshold).into_any()}
            </section>
        </div>
        {why(trial, live).into_any()}
    }
}

//! `/predict`: an event is tried out; nothing is stored.

mod form;
mod sliders;
mod verdict;

use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use shared::prediction::Prediction;

use self::{form::trial_form, sliders::sliders, verdict::verdict};
#[cfg(feature = "ssr")]
use crate::calls::require_person;
use crate::{
    calls::{Prepared, load_what_if, prepare},
    components::Failure,
    what_if::{Known, Scenario, Trial},
};

/// The form as the address fills it in, and the judgement; in the browser every change is judged at once.
#[component]
pub fn PredictPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if !require_person() {
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
                    Ok(prepared) => view! { <Laboratory prepared/> }.into_any(),
                    Err(error) => view! { <Failure error/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// Reads what an address asks for.
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

/// How an event is judged, and where.
#[derive(Debug, Clone, PartialEq)]
struct Judged {
    /// The judgement, or all that is wrong with the event.
    verdict: Result<Prediction, Vec<String>>,
    /// Whether it is of what the form says now, and was made here.
    is_live: bool,
}

/// The form, the sliders and the judgement, which follows both.
#[component]
fn Laboratory(prepared: Prepared) -> impl IntoView {
    let Prepared { trial, verdict: first, users } = prepared;
    let trial = RwSignal::new(trial);
    let known = what_is_known(trial);
    let judged = Memo::new(move |before: Option<&Judged>| {
        let (trial, known) = (trial.read(), known.read());
        match known.as_ref().filter(|known| known.is_of(&trial)) {
            Some(known) => Judged { verdict: known.judge(&trial), is_live: true },
            None => Judged { verdict: before.map_or(&first, |before| &before.verdict).clone(), is_live: false },
        }
    });
    let threshold = Signal::derive(move || known.read().as_ref().map(Known::threshold));

    view! {
        <div class="laboratory">
            {trial_form(trial, known, users)}
            <div class="laboratory-side">
                {verdict(judged, threshold)}
                {sliders(trial, Signal::derive(move || judged.read().is_live))}
            </div>
        </div>
    }
}

/// Loads what it takes to judge events here, anew when another user or resource or a place of which nothing is known is chosen.
fn what_is_known(trial: RwSignal<Trial>) -> RwSignal<Option<Known>> {
    let known = RwSignal::new(None::<Known>);
    let subject = Memo::new(move |_| {
        let trial = trial.read();
        (trial.user_id.clone(), trial.resource_id.clone(), trial.location.clone())
    });
    Effect::new(move |_| {
        let (user_id, resource_id, location) = subject.get();
        let of = Trial { user_id, resource_id, location, ..Trial::default() };
        if known.read_untracked().as_ref().is_some_and(|known| known.is_of(&of)) {
            return;
        }
        spawn_local(async move {
            let (resource, location) = (of.resource().map(str::to_owned), of.location().map(str::to_owned));
            let what_if = load_what_if(of.user_id.clone(), resource, location).await;
            if let Some(loaded) = what_if.ok().and_then(|what_if| Known::read(&of, &what_if)) {
                known.try_set(Some(loaded)); // the page may have been left meanwhile
            }
        });
    });
    known
}

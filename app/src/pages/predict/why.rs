//! Why the event has its score, and what would turn the verdict.

use leptos::prelude::*;
use shared::prediction::Prediction;

use super::{
    counterfactual::counterfactual,
    live::{Live, LiveResult},
};
use crate::{
    components::waterfall,
    what_if::{Trial, UserContext},
};

/// The reasons step by step, and the smallest change that turns the verdict.
pub(super) fn why(trial: RwSignal<Trial>, live: Live) -> impl IntoView {
    let reasons = move || {
        let LiveResult { result, is_current, .. } = live.result.get();
        let hours = live.context.read().as_ref().map(UserContext::hours);
        let prediction = result.ok().filter(|_| is_current || live.failure.read().is_none())?;
        Some(view! { <Reasons prediction hours/> })
    };

    view! {
        <section class="panel why-panel" aria-labelledby="why" class:stale=move || !live.result.read().is_current>
            <h2 id="why">"Why"</h2>
            {reasons}
            {counterfactual(trial, live)}
        </section>
    }
}

#[component]
fn Reasons(prediction: Prediction, hours: Option<[f64; 24]>) -> impl IntoView {
    let steps = waterfall(&prediction, hours);
    let ordinary = steps.is_none().then(|| {
        view! { <p class="hint">"Nothing about this event is unusual for this user."</p> }
    });
    let disagreements: Vec<_> =
        prediction.disagreements.iter().map(|disagreement| view! { <li>{disagreement.sentence()}</li> }).collect();
    let differs = (!disagreements.is_empty()).then(|| {
        view! {
            <h3 class="label">"The log says something different"</h3>
            <ul class="disagreements">{disagreements}</ul>
        }
    });

    view! { {steps} {ordinary} {differs} }
}

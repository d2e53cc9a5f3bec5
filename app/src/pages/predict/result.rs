//! The result: the score of the event, or what is wrong with it.

use leptos::prelude::*;
use shared::{
    format::{one_in, percent},
    prediction::Prediction,
};

use super::{
    form::label_of,
    live::{Live, LiveResult},
};
use crate::{
    components::{Meter, SeverityBadge},
    error::UiError,
    what_if::FieldFault,
};

/// The score of the event as it is now. While it is being made, the last one is dimmed; where that fails, it is gone.
pub(super) fn result(live: Live, threshold: Signal<f64>) -> impl IntoView {
    let state = move || match live.result.read() {
        result if result.is_current => "",
        _ if live.failure.read().is_some() => "",
        _ => "Updating…",
    };
    let is_stale = move || !live.result.read().is_current;

    view! {
        <h2 class="label" id="result">"Result" <span class="result-state" role="status">{state}</span></h2>
        <div class="result-summary" class:stale=is_stale>
            {move || {
                let LiveResult { result, is_current, .. } = live.result.get();
                match (result, live.failure.get()) {
                    (_, Some(error)) if !is_current => view! { <NotUpdated live error/> }.into_any(),
                    (Ok(prediction), _) => view! { <Summary prediction threshold=threshold.get()/> }.into_any(),
                    (Err(faults), _) => view! { <Faults faults/> }.into_any(),
                }
            }}
        </div>
    }
}

/// The rarity, the score and its verdict. It has the same height for every event, so that what follows stays in place.
#[component]
fn Summary(prediction: Prediction, threshold: f64) -> impl IntoView {
    let Prediction { anomaly_score, is_anomaly, severity, .. } = prediction;
    let verdict = if is_anomaly { "Anomaly" } else { "Below the alert threshold" };
    let badge = is_anomaly.then(|| view! { <SeverityBadge severity/> });
    let colour = if is_anomaly { severity.name() } else { "" };

    view! {
        <p class="result-rarity">{one_in(prediction.p_value)}</p>
        <p class="result-head">
            <span class="result-word">{verdict}</span>
            {badge}
            <span class="result-score">"score " {format!("{anomaly_score:.3}")}</span>
        </p>
        <Meter part=Signal::stored(anomaly_score) colour=Signal::stored(colour) mark=Some(threshold)/>
        <p class="meter-ends"><span>"usual"</span> <span>{format!("alert at {threshold:.2}")}</span></p>
    }
}

/// The numbers beside the score.
pub(super) fn numbers(live: Live) -> impl IntoView {
    let of = move |number: fn(&Prediction) -> String| {
        move || live.result.read().result.as_ref().ok().map_or_else(|| "\u{2013}".to_owned(), number)
    };

    view! {
        <dl class="numbers" class:stale=move || !live.result.read().is_current>
            <div><dt>"User risk afterwards"</dt><dd>{of(|of| format!("{:.0} of 100", of.user_risk))}</dd></div>
            <div><dt>"Confidence in the verdict"</dt><dd>{of(|of| percent(of.confidence))}</dd></div>
            <div><dt>"Days of history"</dt><dd>{of(|of| of.active_days.to_string())}</dd></div>
        </dl>
    }
}

/// All that is wrong with an event that has no score.
#[component]
fn Faults(faults: Vec<FieldFault>) -> impl IntoView {
    if faults.iter().all(|fault| fault.detail.starts_with("is missing")) {
        let names: Vec<_> = faults.iter().map(|fault| label_of(&fault.field)).collect();
        return view! { <p class="hint">{format!("To see a score, fill in: {}.", names.join(", "))}</p> }.into_any();
    }
    let faults: Vec<_> = faults
        .into_iter()
        .map(|FieldFault { field, detail }| view! { <li>{label_of(&field)} " " {detail} "."</li> })
        .collect();

    view! {
        <p>"The event has no score yet:"</p>
        <ul class="faults">{faults}</ul>
    }
    .into_any()
}

/// Why there is no score of the event as it is now.
#[component]
fn NotUpdated(live: Live, error: UiError) -> impl IntoView {
    view! {
        <div role="alert">
            <p class="fault">{format!("Couldn't score this event: {error}.")}</p>
            <button type="button" on:click=move |_| live.retry()>"Try again"</button>
        </div>
    }
}

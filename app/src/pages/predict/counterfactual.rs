//! The smallest change of the event that turns its verdict.

use leptos::prelude::*;
use shared::explanation::FieldChange;

use super::live::Live;
use crate::what_if::{Trial, Turned};

/// What was found: for which event, and the change, if there is one.
type Found = (Trial, Option<Turned>);

/// A button that searches for the change, and the change with a button that fills it in. The search takes some hundred
/// scores, so it waits to be asked for.
pub(super) fn counterfactual(trial: RwSignal<Trial>, live: Live) -> impl IntoView {
    let (found, set_found) = signal(None::<Found>);
    let search = move |_| {
        let now = trial.get_untracked();
        let turned = live.context.with_untracked(|context| context.as_ref().and_then(|context| context.turned(&now)));
        set_found.set(Some((now, turned)));
    };
    let is_awake = move || live.result.read().is_live && live.result.read().result.is_ok();
    let shown = move || {
        let (_, turned) = found.get().filter(|(of, _)| *of == *trial.read())?;
        Some(match turned {
            Some(turned) => change(trial, turned).into_any(),
            None => view! { <p class="hint">"No change of up to three fields turns it."</p> }.into_any(),
        })
    };

    view! {
        <div class="counterfactual">
            <button type="button" disabled=move || !is_awake() on:click=search>"What would turn the verdict?"</button>
            <div role="status">{shown}</div>
        </div>
    }
}

fn change(trial: RwSignal<Trial>, turned: Turned) -> impl IntoView {
    let Turned { changes, trial: other, anomaly_score } = turned;
    let changes: Vec<_> = changes
        .into_iter()
        .map(|FieldChange { from, to, .. }| view! { <li>{from} " → " <strong>{to}</strong></li> })
        .collect();

    view! {
        <ul class="changes">{changes}</ul>
        <p class="faint">{format!("It would score {anomaly_score:.3}.")}</p>
        <button type="button" on:click=move |_| trial.set(other.clone())>"Try it"</button>
    }
}

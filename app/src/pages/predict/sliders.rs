//! Sliders that change one value of the event, each below the scores that its values would have.

use std::time::Duration;

use leptos::prelude::*;
use shared::format;

use super::{
    curve::{Curve, curve},
    live::Live,
    result::numbers,
};
use crate::what_if::{LAST_STEP, Trial, step_of, volume_at};

/// The pause after the last change, after which the curves follow: they take some hundred scores.
const CURVES_PAUSE: Duration = Duration::from_millis(120);

/// Sliders for the hour and the volume, disabled until the browser can score by itself, and the numbers beside the score.
pub(super) fn sliders(trial: RwSignal<Trial>, live: Live, threshold: Signal<f64>) -> impl IntoView {
    let hour = Signal::derive(move || u16::from(trial.read().hour().unwrap_or_default()));
    let step = Signal::derive(move || step_of(trial.read().volume_mb()));
    let is_awake = Signal::derive(move || live.result.read().is_live);
    let (hours, volumes) = curves(trial, live);

    view! {
        <div class="sliders">
            <noscript><p class="hint">"The sliders need JavaScript. The form does the same."</p></noscript>
            <Slider
                id="hour" label="Hour of day (UTC)" last=23 at=hour text=hour_text is_awake threshold scores=hours
                ends=["00:00", "12:00", "23:00"]
                moved=move |to| trial.update(|trial| {
                    *trial = std::mem::take(trial).at_hour(u8::try_from(to).unwrap_or_default());
                })
            />
            <Slider
                id="volume" label="Data volume" last=LAST_STEP at=step text=volume_text is_awake threshold scores=volumes
                ends=["unknown", "100 MB", "100 GB"]
                moved=move |to| trial.update(|trial| *trial = std::mem::take(trial).with_volume(volume_at(to)))
            />
        </div>
        {numbers(live)}
    }
}

fn hour_text(hour: u16) -> String {
    format!("{hour:02}:00")
}

fn volume_text(step: u16) -> String {
    volume_at(step).map_or_else(|| "unknown".to_owned(), format::volume)
}

/// Returns the scores of the event at each hour and with each volume, soon after each change.
fn curves(trial: RwSignal<Trial>, live: Live) -> (ReadSignal<Vec<f64>>, ReadSignal<Vec<f64>>) {
    let ((hours, set_hours), (volumes, set_volumes)) = (signal(Vec::new()), signal(Vec::new()));
    let mut draw = debounce(CURVES_PAUSE, move |()| {
        let Some(trial) = trial.try_get_untracked() else { return }; // the page was left
        live.context.with_untracked(|context| {
            if let Some(context) = context.as_ref().filter(|context| context.covers(&trial)) {
                set_hours.set(context.scores_by_hour(&trial));
                set_volumes.set(context.scores_by_volume(&trial));
            }
        });
    });
    Effect::new(move |_| {
        trial.track();
        live.context.track();
        draw(());
    });
    (hours, volumes)
}

/// One slider with its value, below the scores of all its values.
#[component]
fn Slider(
    id: &'static str,
    label: &'static str,
    last: u16,
    at: Signal<u16>,
    text: fn(u16) -> String,
    is_awake: Signal<bool>,
    threshold: Signal<f64>,
    scores: ReadSignal<Vec<f64>>,
    ends: [&'static str; 3],
    moved: impl Fn(u16) + Send + 'static,
) -> impl IntoView {
    let now = move || text(at.get());
    let extremes = move || Curve::of(&scores.read(), threshold.get()).extremes(text);

    view! {
        <div class="slider">
            <label for=id>{label}</label>
            <output for=id aria-live="off">{now}</output>
            {curve(scores, at, last, threshold)}
            <input
                id=id
                type="range"
                min="0"
                max=last
                autocomplete="off"
                disabled=move || !is_awake.get()
                value=at.get_untracked()
                prop:value=move || at.get().to_string()
                aria-valuetext=now
                aria-describedby=format!("{id}-scores")
                on:input:target=move |event| moved(event.target().value().parse().unwrap_or_default())
            />
            <p class="slider-ends" aria-hidden="true">{ends.map(|end| view! { <span>{end}</span> })}</p>
            <p class="faint slider-extremes" id=format!("{id}-scores")>{extremes}</p>
        </div>
    }
}

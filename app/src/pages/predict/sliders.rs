//! Sliders that change one value of the event.

use leptos::prelude::*;
use shared::format;

use crate::what_if::{LAST_STEP, Trial, step_of, volume_at};

/// Sliders for the hour and the volume, disabled until the browser can judge by itself.
pub(super) fn sliders(trial: RwSignal<Trial>, is_awake: Signal<bool>) -> impl IntoView {
    let hour = Signal::derive(move || trial.read().hour().unwrap_or_default());
    let volume = Signal::derive(move || trial.read().data_volume_mb.trim().parse::<f64>().ok());
    let step = Signal::derive(move || volume.get().map_or(0, step_of));
    let hour_text = move || format!("{:02} h UTC", hour.get());
    let volume_text = move || volume.get().map_or_else(|| "unknown".to_owned(), format::volume);

    view! {
        <section class="panel sliders" aria-labelledby="sliders">
            <h2 id="sliders">"What if"</h2>
            <p class="hint">"Each move is judged in your browser, without asking the server."</p>
            <noscript>"The sliders need JavaScript. The form does the same."</noscript>
            <Slider id="hour" label="Hour of day" last=23 at=Signal::derive(move || u16::from(hour.get()))
                text=Signal::derive(hour_text) is_awake
                moved=move |to| trial.update(|trial| {
                    *trial = std::mem::take(trial).at_hour(u8::try_from(to).unwrap_or_default());
                })/>
            <Slider id="volume" label="Data volume" last=LAST_STEP at=step text=Signal::derive(volume_text) is_awake
                moved=move |to| trial.update(|trial| trial.data_volume_mb = volume_at(to).to_string())/>
        </section>
    }
}

/// One slider with its value.
#[component]
fn Slider(
    id: &'static str,
    label: &'static str,
    last: u16,
    at: Signal<u16>,
    text: Signal<String>,
    is_awake: Signal<bool>,
    moved: impl Fn(u16) + Send + 'static,
) -> impl IntoView {
    view! {
        <div class="slider">
            <label for=id>{label}</label>
            <output for=id aria-live="off">{text}</output>
            <input
                id=id
                type="range"
                min="0"
                max=last
                autocomplete="off"
                disabled=move || !is_awake.get()
                value=at.get_untracked()
                prop:value=move || at.get().to_string()
                aria-valuetext=text
                on:input:target=move |event| moved(event.target().value().parse().unwrap_or_default())
            />
        </div>
    }
}

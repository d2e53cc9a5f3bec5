//! A slider for the return period from which on a user-day raises an alert.

use leptos::prelude::*;
use shared::format::grouped;

use super::{
    SeverityBadge,
    user_day_field::{DAYS, PEOPLE, UserDayField, expected_alerts},
};
use crate::return_period::ReturnPeriod;

/// A slider from one user-day in 10 to one in 10,000, with the score, the severity and the number of alerts.
///
/// The slider is disabled until the page is hydrated; a table says the same without it.
#[component]
pub fn AlertChooser() -> impl IntoView {
    let (step, set_step) = signal(DEFAULT_STEP);
    let alert = Signal::derive(move || ReturnPeriod::at_step(step.get()));
    let (is_awake, set_awake) = signal(false);
    Effect::new(move |_| set_awake.set(true));

    view! {
        <div class="chooser">
            <div class="chooser-choice">
                <label for="rarity">"Raise an alert for one user-day in"</label>
                <output class="chooser-rarity" for="rarity" aria-live="off">{move || grouped(alert.get().user_days())}</output>
                <input
                    id="rarity"
                    type="range"
                    min="0"
                    max=ReturnPeriod::LAST_STEP
                    autocomplete="off"
                    disabled=move || !is_awake.get()
                    prop:value=move || step.get().to_string()
                    value=DEFAULT_STEP
                    aria-valuetext=move || format!("one user-day in {}", grouped(alert.get().user_days()))
                    on:input:target=move |event| set_step.set(event.target().value().parse().unwrap_or(DEFAULT_STEP))
                />
                <div class="chooser-ends" aria-hidden="true">
                    <span>"10 · more alerts"</span>
                    <span>"10,000 · fewer alerts"</span>
                </div>
                <noscript>"The slider needs JavaScript. The table below says the same."</noscript>
                <Outcome alert/>
            </div>
            <figure>
                <figcaption>
                    <strong>{move || expected_alerts(alert.get())}</strong>
                    {format!(" to expect from {PEOPLE} people in {DAYS} working days. Each dot is one person's day.")}
                </figcaption>
                <UserDayField alert/>
            </figure>
        </div>
        <ScaleTable/>
    }
}

/// The step of one user-day in 100, whose score is the default threshold.
const DEFAULT_STEP: u16 = 100;

/// The score and severity of a user-day that just raises an alert.
#[component]
fn Outcome(alert: Signal<ReturnPeriod>) -> impl IntoView {
    let severity = Signal::derive(move || alert.get().severity());

    view! {
        <dl class="outcome">
            <div>
                <dt><code>"anomaly_score"</code></dt>
                <dd class="outcome-score">{move || format!("{:.3}", alert.get().score())}</dd>
            </div>
            <div>
                <dt>"Severity"</dt>
                <dd><SeverityBadge severity/></dd>
            </div>
        </dl>
        <svg class="meter" viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true">
            <rect class="meter-all" width="1000" height="16"/>
            <rect
                class=move || format!("meter-part {}", severity.get().name())
                width=move || format!("{:.0}", 1000.0 * alert.get().score())
                height="16"
            />
        </svg>
    }
}

/// The scale in round numbers.
#[component]
fn ScaleTable() -> impl IntoView {
    let rows = [10, 100, 1000, 10_000].map(|user_days| {
        let period = ReturnPeriod::from(user_days);
        view! {
            <tr>
                <th scope="row">"1 user-day in " {grouped(user_days)}</th>
                <td>{format!("{:.3}", period.score())}</td>
                <td><SeverityBadge severity=period.severity()/></td>
            </tr>
        }
    });

    view! {
        <table class="scale">
            <caption>"The scale in round numbers"</caption>
            <thead>
                <tr>
                    <th scope="col">"How rare"</th>
                    <th scope="col">"Score"</th>
                    <th scope="col">"Severity"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

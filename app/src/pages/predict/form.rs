//! The form in which an event is filled in.

use leptos::prelude::*;
use shared::event::{Action, Device};
use strum::VariantArray as _;

use crate::what_if::{Scenario, Trial, UserContext};

/// A form of every field, with scenarios that fill it in. Without JavaScript it is sent to the server.
pub(super) fn trial_form(
    trial: RwSignal<Trial>,
    context: RwSignal<Option<UserContext>>,
    users: Vec<String>,
) -> impl IntoView {
    let suggestions = users.into_iter().map(|user| view! { <option value=user></option> }).collect_view();
    let actions = Action::VARIANTS.iter().map(|action| action.name()).collect();
    let answers = vec!["", "yes", "no"];
    let devices = [""].into_iter().chain(Device::VARIANTS.iter().map(|device| device.name())).collect();

    view! {
        <form class="trial panel" method="get" action="/predict" aria-label="Event">
            <Scenarios trial context/>
            <datalist id="users">{suggestions}</datalist>
            <div class="fields">
                <Text trial name="user_id" label="User" list="users" kind="search" field=|trial| &mut trial.user_id is_slow=true/>
                <Text trial name="timestamp" label="Time (UTC)" kind="datetime-local" field=|trial| &mut trial.timestamp/>
                <Choice trial name="action_type" label="Act" choices=actions field=|trial| &mut trial.action_type/>
                <Text trial name="resource_id" label="Resource" hint="p06/web/src" field=|trial| &mut trial.resource_id is_slow=true/>
                <Text trial name="location" label="Place" hint="unknown" field=|trial| &mut trial.location/>
                <Choice trial name="device_type" label="Device" choices=devices field=|trial| &mut trial.device_type/>
                <Text trial name="data_volume_mb" label="Data (MB)" kind="number" hint="unknown" field=|trial| &mut trial.data_volume_mb/>
                <Text trial name="failed_attempts" label="Failed attempts" kind="number" hint="unknown" field=|trial| &mut trial.failed_attempts/>
                <Choice trial name="location_change" label="Moved since the last event" choices=answers field=|trial| &mut trial.location_change/>
            </div>
            <button class="primary">"Judge this event"</button>
        </form>
    }
}

/// Buttons that fill in an event: in the browser once it has the user's profile, else on the server.
#[component]
fn Scenarios(trial: RwSignal<Trial>, context: RwSignal<Option<UserContext>>) -> impl IntoView {
    let buttons = Scenario::ALL.map(|scenario| {
        let apply = move |click: leptos::ev::MouseEvent| {
            let (context, now) = (context.read_untracked(), trial.get_untracked());
            if let Some(context) = context.as_ref().filter(|context| context.covers(&now)) {
                click.prevent_default();
                trial.set(scenario.applied(&now, context.profile()));
            }
        };
        view! { <button name="scenario" value=scenario.name() on:click=apply>{scenario.title()}</button> }
    });

    view! {
        <fieldset class="scenarios">
            <legend class="label">"Scenarios"</legend>
            {buttons}
        </fieldset>
    }
}

/// Selects a field of the event.
type Field = fn(&mut Trial) -> &mut String;

/// Returns the text of a field.
fn held(trial: RwSignal<Trial>, field: Field) -> impl Fn() -> String + Copy + Send + Sync + 'static {
    move || field(&mut trial.get()).clone()
}

/// Sets the text of a field.
fn write(trial: RwSignal<Trial>, field: Field, text: String) {
    if *field(&mut trial.get_untracked()) != text {
        trial.update(|trial| *field(trial) = text);
    }
}

/// An input for a field.
#[component]
fn Text(
    trial: RwSignal<Trial>,
    name: &'static str,
    label: &'static str,
    field: Field,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] list: Option<&'static str>,
    #[prop(optional)] hint: &'static str,
    /// Whether the text counts only when the input is left, since a change makes the browser ask the server.
    #[prop(optional)]
    is_slow: bool,
) -> impl IntoView {
    let held = held(trial, field);
    let initial = untrack(held);

    view! {
        <label>
            <span>{label}</span>
            <input
                name=name
                type=kind
                list=list
                placeholder=hint
                autocomplete="off"
                spellcheck="false"
                min=(kind == "number").then_some("0")
                step=(kind == "number").then_some("any")
                value=initial
                prop:value=held
                on:input:target=move |event| {
                    if !is_slow {
                        write(trial, field, event.target().value());
                    }
                }
                on:change:target=move |event| write(trial, field, event.target().value())
            />
        </label>
    }
}

/// A list of choices for a field.
#[component]
fn Choice(
    trial: RwSignal<Trial>,
    name: &'static str,
    label: &'static str,
    field: Field,
    choices: Vec<&'static str>,
) -> impl IntoView {
    let held = held(trial, field);
    let options = choices.into_iter().map(|choice| {
        let text = if choice.is_empty() { "unknown" } else { choice };
        view! { <option value=choice selected=move || held() == choice>{text}</option> }
    });

    view! {
        <label>
            <span>{label}</span>
            <select name=name autocomplete="off" prop:value=held on:change:target=move |event| write(trial, field, event.target().value())>
                {options.collect_view()}
            </select>
        </label>
    }
}

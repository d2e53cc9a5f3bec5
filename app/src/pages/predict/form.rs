//! The form in which an event is filled in, and the scenarios that fill it in.

use leptos::prelude::*;
use shared::event::{Action, Device};
use strum::VariantArray as _;

use super::live::LiveResult;
use crate::what_if::{Scenario, Trial, UserContext};

/// The fields of the API with the labels that they have in the form.
const LABELS: [(&str, &str); 9] = [
    ("user_id", "User"),
    ("timestamp", "Time (UTC)"),
    ("action_type", "Action"),
    ("resource_id", "Resource"),
    ("location", "Location"),
    ("device_type", "Device"),
    ("data_volume_mb", "Data (MB)"),
    ("failed_attempts", "Failed attempts"),
    ("location_change", "Location changed since last event"),
];

/// Returns the label of a field of the API.
pub(super) fn label_of(field: &str) -> &'static str {
    LABELS.iter().find(|(name, _)| *name == field).map_or("The event", |(_, label)| label)
}

/// Links that fill in an event: in the browser once it has the user's profile, else on the server.
pub(super) fn scenarios(
    trial: RwSignal<Trial>,
    context: RwSignal<Option<UserContext>>,
    chosen: Memo<Option<Scenario>>,
) -> impl IntoView {
    let links = Scenario::ALL.map(|scenario| {
        let apply = move |click: leptos::ev::MouseEvent| {
            let (context, now) = (context.read_untracked(), trial.get_untracked());
            if let Some(context) = context.as_ref().filter(|context| context.covers(&now)) {
                click.prevent_default();
                trial.set(scenario.applied(&now, context.profile()));
            }
        };
        let address = move || format!("/predict?{}&scenario={}", trial.read().query(), scenario.name());
        let is_chosen = move || (chosen.get() == Some(scenario)).then_some("true");
        view! { <li><a href=address aria-current=is_chosen on:click=apply>{scenario.title()}</a></li> }
    });

    view! {
        <nav class="scenarios" aria-label="Scenarios">
            <ul>{links}</ul>
        </nav>
    }
}

/// A form of every field. Without JavaScript it is sent to the server.
pub(super) fn trial_form(trial: RwSignal<Trial>, result: Memo<LiveResult>, users: Vec<String>) -> impl IntoView {
    let suggestions = users.into_iter().map(|user| view! { <option value=user></option> }).collect_view();
    let actions = Action::VARIANTS.iter().map(|action| action.name()).collect();
    let answers = vec!["", "yes", "no"];
    let devices = [""].into_iter().chain(Device::VARIANTS.iter().map(|device| device.name())).collect();
    let event = FormEvent { trial, result };
    let number = TextField { kind: "number", hint: "unknown", ..TextField::default() };
    let slow = TextField { is_slow: true, ..TextField::default() };

    view! {
        <form class="trial panel" method="get" action="/predict" aria-label="Event" on:submit=|submit| submit.prevent_default()>
            <datalist id="users">{suggestions}</datalist>
            <div class="fields">
                {event.text("user_id", |trial| &mut trial.user_id, TextField { kind: "search", list: Some("users"), ..slow })}
                {event.text("timestamp", |trial| &mut trial.timestamp, TextField { kind: "datetime-local", ..TextField::default() })}
                {event.choice("action_type", |trial| &mut trial.action_type, actions)}
                {event.text("resource_id", |trial| &mut trial.resource_id, TextField { hint: "p06/web/src", ..slow })}
                {event.text("location", |trial| &mut trial.location, TextField { hint: "unknown", ..slow })}
                {event.choice("device_type", |trial| &mut trial.device_type, devices)}
                {event.text("data_volume_mb", |trial| &mut trial.data_volume_mb, number)}
                {event.text("failed_attempts", |trial| &mut trial.failed_attempts, number)}
                {event.choice("location_change", |trial| &mut trial.location_change, answers)}
            </div>
            <noscript><button class="primary">"Score event"</button></noscript>
            {as_request(trial)}
        </form>
    }
}

/// The event as a request to the API.
fn as_request(trial: RwSignal<Trial>) -> impl IntoView {
    let (origin, set_origin) = signal("http://localhost:5000".to_owned());
    Effect::new(move |_| {
        if let Ok(here) = window().location().origin() {
            set_origin.set(here);
        }
    });

    view! {
        <details class="as-request">
            <summary>"Copy as curl"</summary>
            <pre tabindex="0"><code>{move || trial.read().curl(&origin.read())}</code></pre>
        </details>
    }
}

/// Selects a field of the event.
type Field = fn(&mut Trial) -> &mut String;

/// The looks of an input.
#[derive(Debug, Clone, Copy)]
struct TextField {
    /// The type of the input.
    kind: &'static str,
    /// The id of the list of suggestions.
    list: Option<&'static str>,
    /// The text of an empty input.
    hint: &'static str,
    /// Whether the text counts only when the input is left, since a change makes the browser ask the server.
    is_slow: bool,
}

impl Default for TextField {
    fn default() -> Self {
        Self { kind: "text", list: None, hint: "", is_slow: false }
    }
}

/// The event of the form, with the result that says which fields are wrong.
#[derive(Clone, Copy)]
struct FormEvent {
    trial: RwSignal<Trial>,
    result: Memo<LiveResult>,
}

impl FormEvent {
    /// Returns the text of a field.
    fn held(self, field: Field) -> impl Fn() -> String + Copy + Send + Sync + 'static {
        move || field(&mut self.trial.get()).clone()
    }

    /// Sets the text of a field.
    fn write(self, field: Field, text: String) {
        if *field(&mut self.trial.get_untracked()) != text {
            self.trial.update(|trial| *field(trial) = text);
        }
    }

    /// An input for a field.
    fn text(self, name: &'static str, field: Field, looks: TextField) -> impl IntoView {
        let TextField { kind, list, hint, is_slow } = looks;
        let is_number = kind == "number";
        let (held, fault) = (self.held(field), self.fault(name));

        view! {
            <label>
                <span>{label_of(name)}</span>
                <input
                    name=name
                    type=kind
                    list=list
                    placeholder=hint
                    autocomplete="off"
                    spellcheck="false"
                    min=is_number.then_some("0")
                    step=is_number.then_some("any")
                    aria-invalid=move || fault().map(|_| "true")
                    value=untrack(held)
                    prop:value=held
                    on:input:target=move |event| {
                        if !is_slow {
                            self.write(field, event.target().value());
                        }
                    }
                    on:change:target=move |event| self.write(field, event.target().value())
                />
                {move || fault().map(|fault| view! { <span class="field-fault">{fault}</span> })}
            </label>
        }
    }

    /// A list of choices for a field.
    fn choice(self, name: &'static str, field: Field, choices: Vec<&'static str>) -> impl IntoView {
        let (held, fault) = (self.held(field), self.fault(name));
        let options = choices.into_iter().map(|choice| {
            let text = if choice.is_empty() { "unknown" } else { choice };
            view! { <option value=choice selected=move || held() == choice>{text}</option> }
        });

        view! {
            <label>
                <span>{label_of(name)}</span>
                <select
                    name=name
                    autocomplete="off"
                    aria-invalid=move || fault().map(|_| "true")
                    prop:value=held
                    on:change:target=move |event| self.write(field, event.target().value())
                >
                    {options.collect_view()}
                </select>
                {move || fault().map(|fault| view! { <span class="field-fault">{fault}</span> })}
            </label>
        }
    }

    /// Returns what is wrong with a field, if it is filled in.
    fn fault(self, name: &'static str) -> impl Fn() -> Option<String> + Copy + Send + Sync + 'static {
        move || self.result.read().fault_of(name).filter(|detail| !detail.starts_with("is missing"))
    }
}

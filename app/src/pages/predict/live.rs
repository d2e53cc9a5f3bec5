//! The score that follows each change of the event, in the browser alone.

use std::{sync::Arc, time::Duration};

use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsValue};
use shared::prediction::Prediction;

use crate::{
    calls::{load_model, load_what_if},
    error::UiError,
    what_if::{FieldFault, Trial, UserContext, shipped_model},
};

/// The pause after the last change, after which the address follows: browsers bound how often it may change.
const ADDRESS_PAUSE: Duration = Duration::from_millis(300);

/// The score of the event, and what it is made with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Live {
    /// What scoring the event takes, once it is loaded.
    pub(super) context: RwSignal<Option<UserContext>>,
    /// The score.
    pub(super) result: Memo<LiveResult>,
    /// Why the context of the event could not be loaded.
    pub(super) failure: RwSignal<Option<UiError>>,
    attempts: RwSignal<u32>,
}

/// A score, and whether it still belongs to the event as it is now.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LiveResult {
    /// The score, or all that is wrong with the event.
    pub(super) result: Result<Prediction, Vec<FieldFault>>,
    /// Whether it is that of the event as it is now.
    pub(super) is_current: bool,
    /// Whether it was made in this browser.
    pub(super) is_live: bool,
}

impl LiveResult {
    /// Returns the anomaly score with all its digits.
    pub(super) fn score(&self) -> Option<String> {
        self.result.as_ref().ok().map(|prediction| format!("{:?}", prediction.anomaly_score))
    }

    /// Returns the user whose event was scored.
    pub(super) fn user(&self) -> Option<String> {
        self.result.as_ref().ok().map(|prediction| prediction.user_id.clone())
    }

    /// Returns what is wrong with a field.
    pub(super) fn fault_of(&self, field: &str) -> Option<String> {
        let faults = self.result.as_ref().err().filter(|_| self.is_current)?;
        faults.iter().find(|fault| fault.field == field).map(|fault| fault.detail.clone())
    }
}

impl Live {
    /// Follows the event. `first` is the result that the server made of the event as it is at first.
    pub(super) fn of(trial: RwSignal<Trial>, first: Result<Prediction, Vec<FieldFault>>) -> Self {
        let (context, failure, attempts) = (RwSignal::new(None), RwSignal::new(None), RwSignal::new(0));
        let first_trial = trial.get_untracked();
        let result = Memo::new(move |before: Option<&LiveResult>| {
            let (trial, context) = (trial.read(), context.read());
            if let Some(context) = context.as_ref().filter(|context: &&UserContext| context.covers(&trial)) {
                return LiveResult { result: context.score(&trial), is_current: true, is_live: true };
            }
            let result = before.map_or(&first, |before| &before.result).clone();
            LiveResult { result, is_current: *trial == first_trial, is_live: false }
        });
        let live = Self { context, result, failure, attempts };
        live.load_when_needed(trial);
        live
    }

    /// Loads the context once more, after a failure.
    pub(super) fn retry(self) {
        self.attempts.update(|attempts| *attempts += 1);
    }

    /// Loads the context again when the user, the resource or the place changes to one that it does not cover.
    fn load_when_needed(self, trial: RwSignal<Trial>) {
        let subject = Memo::new(move |_| {
            let trial = trial.read();
            (trial.user_id.clone(), trial.resource_id.clone(), trial.location.clone())
        });
        let subject = move || {
            let (user_id, resource_id, location) = subject.get();
            Trial { user_id, resource_id, location, ..Trial::default() }
        };
        Effect::new(move |_| {
            self.attempts.track();
            let asked = subject();
            self.failure.set(None);
            if asked.user_id.is_empty()
                || self.context.read_untracked().as_ref().is_some_and(|context| context.covers(&asked))
            {
                return;
            }
            spawn_local(async move {
                let loaded = load_context(&asked, self.context).await;
                let Some(now) = self.result.try_with_untracked(|_| untrack(subject)) else { return }; // the page was left
                match loaded {
                    Ok(context) if now == asked => self.context.set(Some(context)),
                    Err(error) if now == asked => self.failure.set(Some(error)),
                    _ => {} // the event has changed meanwhile, and what it takes is being loaded
                }
            });
        });
    }
}

/// Loads what scoring events like `subject` takes. The model is loaded only if its version is neither that of the
/// shipped one nor that of the `last` context.
async fn load_context(subject: &Trial, last: RwSignal<Option<UserContext>>) -> Result<UserContext, UiError> {
    let (resource, location) = (subject.resource().map(str::to_owned), subject.location().map(str::to_owned));
    let what_if = load_what_if(subject.user_id.clone(), resource, location).await?;
    let version = &what_if.model_version;
    let loaded_before = || last.try_read_untracked()?.as_ref()?.model(version);
    let model = match shipped_model(version).or_else(loaded_before) {
        Some(model) => model,
        None => Arc::new(load_model(version.clone()).await?),
    };
    UserContext::decode(subject, &what_if, model).ok_or(UiError::Refused(shared::error::Error::Internal))
}

/// Keeps the address of the page that of the event, so that it can be shared and survives a reload.
pub(super) fn follow_with_address(trial: RwSignal<Trial>) {
    let mut follow = debounce(ADDRESS_PAUSE, move |address: String| {
        let is_here = window().location().pathname().is_ok_and(|path| path == "/predict");
        if let (true, Ok(history)) = (is_here, window().history()) {
            let state = history.state().unwrap_or(JsValue::NULL);
            // A browser refuses where it was asked too often: the next change is followed again.
            history.replace_state_with_url(&state, "", Some(&address)).unwrap_or_default();
        }
    });
    Effect::new(move |before: Option<()>| {
        let address = format!("/predict?{}", trial.read().query());
        if before.is_some() {
            follow(address);
        }
    });
}

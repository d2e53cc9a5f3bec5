//! The fields of a body that is an object. Every fault is found, not only the first.

use axum::extract::{FromRequest, Request};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, value::RawValue};
use shared::control_characters::visible;
use utoipa::IntoParams;

use super::{
    extract::{Query, body_of, from_json, off_async_threads},
    problem::{FieldProblem, Problem},
};

/// How a request wants its body to be read.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
pub(super) struct Strictness {
    /// Whether a field that means nothing is a fault.
    #[serde(default)]
    pub(super) strict: bool,
}

/// The fields of a body, which are taken one by one.
#[derive(Debug, Default)]
pub(super) struct Fields {
    /// Those that were not taken yet.
    left: Map<String, Value>,
    faults: Vec<FieldProblem>,
    is_strict: bool,
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Query(Strictness { strict }) = Query::of(request.uri())?;
        let body = body_of(request, state, &[]).await?;
        match off_async_threads(body.len(), move || from_json(&body)).await? {
            Value::Object(left) => Ok(Self { left, faults: Vec::new(), is_strict: strict }),
            _ => Err(Problem::of_faults(&[FieldProblem::new("", "the body must be an object")])),
        }
    }
}

impl Fields {
    /// Takes a field that must be there.
    pub(super) fn required<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        let value = self.optional(name);
        let has_fault = self.faults.last().is_some_and(|fault| fault.pointer == format!("/{name}"));
        if value.is_none() && !has_fault {
            self.faults.push(FieldProblem::new(format!("/{name}"), format!("{name} is missing")));
        }
        value
    }

    /// Takes a field that may be missing or null.
    pub(super) fn optional<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        let value = self.left.remove(name).filter(|value| !value.is_null())?;
        let wrong = |error| self.faults.push(FieldProblem::new(format!("/{name}"), format!("{name} has an {error}")));
        serde_json::from_value(value).map_err(wrong).ok()
    }

    /// Refuses the body for what is wrong with a field.
    pub(super) fn refuse(&mut self, name: &str, detail: impl Into<String>) {
        self.faults.push(FieldProblem::new(format!("/{name}"), detail));
    }

    /// Returns what was made of the fields, once every one was taken, or all that is wrong with the body.
    pub(super) fn checked<T>(mut self, value: Option<T>) -> Result<T, Problem> {
        if self.is_strict {
            self.faults.extend(self.left.keys().map(|name| FieldProblem::unknown("", name)));
        }
        value.filter(|_| self.faults.is_empty()).ok_or_else(|| Problem::of_faults(&self.faults))
    }
}

/// Reads a field that is true or false, and false where it is missing or null. Returns what is wrong with it.
pub(super) fn flag(value: Option<&RawValue>, pointer: &str) -> (bool, Option<FieldProblem>) {
    match value.map_or("null", RawValue::get) {
        "true" => (true, None),
        "false" | "null" => (false, None),
        other => {
            let detail = format!("{} is {}, must be true or false", pointer.trim_start_matches('/'), shortened(other));
            (false, Some(FieldProblem::new(pointer, detail)))
        }
    }
}

/// Returns the beginning of a value, as it is told to people.
fn shortened(json: &str) -> String {
    const SHOWN: usize = 24;
    let shown: String = json.chars().take(SHOWN).collect();
    let more = if shown.len() < json.len() { "…" } else { "" };
    format!("{}{more}", visible(&shown))
}

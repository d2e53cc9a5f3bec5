//! Server functions of the pages of alerts.

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::calls::request::{caller, redirect, with_status};
use crate::{
    error::UiError,
    page_types::{AlertQueue, AlertView},
};

/// Loads a part of the queue of alerts.
#[server(prefix = "/pages", endpoint = "alerts")]
pub async fn load_alerts(
    /// The name of the state; all if it is empty.
    #[server(default)]
    state: String,
    /// The id of the alert after which the part begins; the first part if it is empty.
    #[server(default)]
    after: String,
) -> Result<AlertQueue, UiError> {
    let (backend, actor) = caller()?;
    backend.alert_queue(&actor, &state, &after).await.map_err(with_status)
}

/// Loads an alert.
#[server(prefix = "/pages", endpoint = "alert")]
pub async fn load_alert(
    /// The id of the alert.
    id: String,
) -> Result<AlertView, UiError> {
    let (backend, actor) = caller()?;
    backend.alert_view(&actor, &id).await.map_err(with_status)
}

/// Does what a form says about an alert, and leads back to its page.
#[server(prefix = "/pages", endpoint = "act_on_alert")]
pub async fn act_on_alert(
    /// The id of the alert.
    id: String,
    /// The number of acts when the form was shown.
    version: usize,
    /// The name of the state that the alert is to get, or of the verdict; as it is if it is empty.
    #[server(default)]
    state: String,
    /// The person who is to work on it; as it is if it is empty.
    #[server(default)]
    assignee: String,
    /// A note.
    #[server(default)]
    note: String,
) -> Result<(), UiError> {
    use axum::http::StatusCode;
    use shared::error::Error;

    let (backend, actor) = caller()?;
    let acts = acts(&state, &assignee, &note).map_err(with_status)?;
    let outcome = match backend.work_on_alert(&actor, &id, acts, version).await {
        Ok(()) => "done",
        Err(Error::Changed(_)) => "changed",
        Err(Error::Conflict(_)) => "state",
        Err(Error::Invalid(_)) => "long",
        Err(error) => return Err(with_status(error)),
    };
    redirect(&crate::paths::of_alert(&id, outcome), StatusCode::SEE_OTHER);
    Ok(())
}

/// Returns what a form says is to be done.
#[cfg(feature = "ssr")]
fn acts(state: &str, assignee: &str, note: &str) -> Result<Vec<shared::alerting::Act>, shared::error::Error> {
    use shared::{
        alerting::{Act, AlertState},
        error::Error,
    };

    let unknown = |_| Error::Invalid(vec![format!("state is {}", shared::control_characters::visible(state))]);
    let state = match state {
        "" => None,
        "open" => Some(AlertState::Open),
        "acknowledged" => Some(AlertState::Acknowledged),
        "in_progress" => Some(AlertState::InProgress),
        verdict => Some(AlertState::Closed(verdict.parse().map_err(unknown)?)),
    };
    let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let assignee = text(assignee).map(|name| Act::Assign(Some(name)));
    Ok(state.map(Act::Move).into_iter().chain(assignee).chain(text(note).map(Act::Note)).collect())
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use shared::alerting::{Act, AlertState, Verdict};

    use super::*;

    #[test]
    fn a_form_says_what_is_to_be_done_and_empty_fields_say_nothing() {
        assert_eq!(acts("", " ", ""), Ok(Vec::new()));
        let all = acts("benign", "bob", " a trip ").expect("it can be read");
        let closed = Act::Move(AlertState::Closed(Verdict::Benign));
        assert_eq!(all, [closed, Act::Assign(Some("bob".to_owned())), Act::Note("a trip".to_owned())]);
        assert!(acts("lost", "", "").is_err());
    }
}

//! Server functions, one file a page: each finds out who asks, calls the backend, and passes the answer on.

pub mod alerts;
pub mod dashboard;
pub mod model;
pub mod predict;
pub mod session;
pub mod users;

pub use self::{
    alerts::{act_on_alert, load_alert, load_alerts},
    dashboard::{DashboardView, load_dashboard},
    model::load_model_facts,
    predict::{Prepared, load_model, load_what_if, prepare, preview},
    session::{change_password, set_theme, sign_in, sign_out},
    users::{UserView, load_user, load_users},
};

#[cfg(feature = "ssr")]
pub(crate) use self::request::{lead_to_dashboard, require_sign_in, with_status};

#[cfg(feature = "ssr")]
mod request {
    //! The request that a server function answers, and the answer's status and headers.

    use axum::http::{
        HeaderName, HeaderValue, StatusCode,
        header::{LOCATION, RETRY_AFTER},
        request::Parts,
    };
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;
    use shared::error::Error;

    use crate::{
        actor::Actor,
        backend::SharedBackend,
        error::UiError,
        http::{retry_after, status_of, wait_of},
        paths,
    };

    /// Returns the backend, and the actor who calls it.
    pub(in crate::calls) fn caller() -> Result<(SharedBackend, Actor), UiError> {
        let actor = actor().ok_or(Error::Unauthenticated).map_err(with_status)?;
        Ok((backend()?, actor))
    }

    /// Returns the backend alone, for those who are about to prove who they are.
    pub(in crate::calls) fn backend() -> Result<SharedBackend, UiError> {
        Ok(use_context().ok_or(Error::Internal)?)
    }

    /// Returns the request without its body.
    pub(in crate::calls) fn request() -> Result<Parts, UiError> {
        Ok(use_context().ok_or(Error::Internal)?)
    }

    fn actor() -> Option<Actor> {
        use_context::<Parts>()?.extensions.get().cloned()
    }

    /// Gives the answer the status of an error, and returns the error as pages see it.
    pub(crate) fn with_status(error: Error) -> UiError {
        let status = status_of(&error);
        if let Some(response) = use_context::<ResponseOptions>() {
            response.set_status(status);
        }
        if let Some(seconds) = wait_of(&error).or_else(|| retry_after(status)) {
            set_header(RETRY_AFTER, seconds);
        }
        match request_id().filter(|_| status.is_server_error()) {
            Some(request_id) => UiError::Failed { error, request_id },
            None => UiError::Refused(error),
        }
    }

    fn request_id() -> Option<String> {
        let parts = use_context::<Parts>()?;
        Some(parts.headers.get("x-request-id")?.to_str().ok()?.to_owned())
    }

    /// Sets a header of the answer.
    pub(in crate::calls) fn set_header(name: HeaderName, value: HeaderValue) {
        if let Some(response) = use_context::<ResponseOptions>() {
            response.insert_header(name, value);
        }
    }

    /// Redirects to another page.
    pub(in crate::calls) fn redirect(path: &str, status: StatusCode) {
        let (Some(response), Ok(path)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(path)) else {
            return;
        };
        response.set_status(status);
        response.insert_header(LOCATION, path);
    }

    /// Redirects a visitor who has signed in from the page of those who have not. Returns whether that was done.
    pub(crate) fn lead_to_dashboard() -> bool {
        let has_signed_in = actor().is_some();
        if has_signed_in {
            redirect("/dashboard", StatusCode::FOUND);
        }
        has_signed_in
    }

    /// Redirects a visitor who has not signed in to the form. Returns whether the page may be rendered.
    pub(crate) fn require_sign_in() -> bool {
        let Some(parts) = use_context::<Parts>() else { return true }; // routes are listed without a request
        if actor().is_some() {
            return true;
        }
        let requested = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        redirect(&paths::sign_in(requested, false), StatusCode::FOUND);
        false
    }
}

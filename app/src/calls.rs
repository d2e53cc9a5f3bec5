//! What pages ask the server: each call finds out who asks, asks the backend, and answers.

pub mod dashboard;
pub mod predict;
pub mod session;
pub mod users;

pub use self::{
    dashboard::{DashboardView, load_dashboard},
    predict::{Prepared, load_what_if, prepare, preview},
    session::sign_in,
    users::load_user,
};

#[cfg(feature = "ssr")]
pub(crate) use self::{server::require_person, session::to_sign_in};

#[cfg(feature = "ssr")]
mod server {
    //! What calls need on the server.

    use axum::http::{HeaderValue, StatusCode, header::LOCATION, request::Parts};
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;
    use shared::error::Error;

    use super::to_sign_in;
    use crate::{
        backend::{Actor, SharedBackend},
        error::UiError,
    };

    /// Returns the backend, and who asks it.
    pub(super) fn caller() -> Result<(SharedBackend, Actor), UiError> {
        let backend = use_context::<SharedBackend>().ok_or(Error::Internal)?;
        Ok((backend, actor()))
    }

    /// Returns who sent the request.
    fn actor() -> Actor {
        let parts = use_context::<Parts>();
        parts.and_then(|parts| parts.extensions.get().copied()).unwrap_or(Actor::Anonymous)
    }

    /// Passes a failure on, and gives the answer its status.
    pub(super) fn told(error: Error) -> UiError {
        let status = match error {
            Error::NotFound(_) => StatusCode::NOT_FOUND,
            Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Unauthenticated => StatusCode::UNAUTHORIZED,
            Error::Busy | Error::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if let Some(response) = use_context::<ResponseOptions>() {
            response.set_status(status);
        }
        UiError::Refused(error)
    }

    /// Answers with the way to another page.
    pub(super) fn send_to(path: &str, status: StatusCode) {
        let (Some(response), Ok(path)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(path)) else {
            return;
        };
        response.set_status(status);
        response.insert_header(LOCATION, path);
    }

    /// Sends who has not signed in to where that is done; tells whether the page may go on.
    pub(crate) fn require_person() -> bool {
        let Some(parts) = use_context::<Parts>() else { return true }; // routes are listed without a request
        if actor() != Actor::Anonymous {
            return true;
        }
        let asked_for = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        send_to(&to_sign_in(asked_for, false), StatusCode::FOUND);
        false
    }
}

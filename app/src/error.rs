//! The failure of a call from a page to the server.

use std::fmt;

use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};
use shared::error::Error;

/// Why a call to the server failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum UiError {
    /// The server has answered with an error.
    Refused(Error),
    /// The server has failed to answer.
    Failed {
        /// The failure.
        error: Error,
        /// The id of the request. The server's log has the cause of the failure under this id.
        request_id: String,
    },
    /// The server cannot be reached.
    Unreachable,
}

impl fmt::Display for UiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) | Self::Failed { error, .. } => error.fmt(f),
            Self::Unreachable => f.write_str("the server cannot be reached"),
        }
    }
}

impl From<Error> for UiError {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl FromServerFnError for UiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Args(fault)
            | ServerFnErrorErr::MissingArg(fault)
            | ServerFnErrorErr::Deserialization(fault) => crate::calls::with_status(Error::Invalid(vec![fault])),
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            #[cfg(not(feature = "ssr"))]
            ServerFnErrorErr::Args(fault) | ServerFnErrorErr::MissingArg(fault) => {
                Self::Refused(Error::Invalid(vec![fault]))
            }
            _ => Self::Refused(Error::Internal),
        }
    }
}

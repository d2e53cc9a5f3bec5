//! The errors of use cases, independent of HTTP and the database.

use serde::{Deserialize, Serialize};

/// The reason why a use case failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Error {
    /// The named object does not exist.
    #[error("{0} not found")]
    NotFound(String),
    /// The request is invalid; each text describes the error in one field.
    #[error("{}", .0.join("; "))]
    Invalid(Vec<String>),
    /// The caller has not signed in, or has sent a wrong key.
    #[error("sign in first")]
    Unauthenticated,
    /// The queue is full; the request may be repeated in a moment.
    #[error("too much is going on; try again in a moment")]
    Busy,
    /// The database does not answer; the request may be repeated later.
    #[error("the database does not answer; try again later")]
    Unavailable,
    /// Another error, whose details are logged on the server and not sent to the caller.
    #[error("internal error")]
    Internal,
}

//! The failure of a use case, without reference to HTTP or the database.

use serde::{Deserialize, Serialize};

/// Why a use case failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Error {
    /// The thing that was asked for, which the text names, does not exist.
    #[error("{0} not found")]
    NotFound(String),
    /// The request is invalid; each text describes the error in one field.
    #[error("{}", .0.join("; "))]
    Invalid(Vec<String>),
    /// The request contradicts the state of the server, as the text says.
    #[error("{0}")]
    Conflict(String),
    /// What the request was to change has changed since it was read, as the text says.
    #[error("{0}")]
    Changed(String),
    /// The request has neither a valid session nor a valid key.
    #[error("sign in first")]
    Unauthenticated,
    /// The account or key may not do this.
    #[error("this account or key may not do that")]
    Forbidden,
    /// More requests came than can be served; the same request may succeed in a moment.
    #[error("too much is going on; try again in a moment")]
    Busy,
    /// Too many wrong passwords or keys were sent.
    #[error("too many wrong passwords or keys were sent; try again in {wait_s} seconds")]
    TooManyGuesses {
        /// Seconds until the next try.
        wait_s: u32,
    },
    /// The key, person or address has sent more requests than it may.
    #[error("too many requests were sent; try again in {wait_s} seconds")]
    TooManyRequests {
        /// Seconds until the next try.
        wait_s: u32,
    },
    /// Something that the request needs does not work, which the text says; the same request may succeed later.
    #[error("{0}")]
    Unavailable(String),
    /// A fault of the program, which is logged where it happened.
    #[error("internal error")]
    Internal,
}

impl Error {
    /// Returns the failure of a request whose query the database has not answered.
    pub fn unanswered() -> Self {
        Self::Unavailable("the database does not answer; try again later".to_owned())
    }
}

//! Why a request fails, told without reference to HTTP or the database.

use serde::{Deserialize, Serialize};

/// Why a use case failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Error {
    /// There is no such thing.
    #[error("{0} not found")]
    NotFound(String),
    /// What was asked for makes no sense; each line says what is wrong with one field.
    #[error("{}", .0.join("; "))]
    Invalid(Vec<String>),
    /// Nobody has signed in, or the key is wrong.
    #[error("sign in first")]
    Unauthenticated,
    /// More is asked than can be done; it may be asked again in a moment.
    #[error("too much is going on; try again in a moment")]
    Busy,
    /// The database is away; it may be asked again later.
    #[error("the database does not answer; try again later")]
    Unavailable,
    /// Logged in full where it happened; the caller learns only that it did.
    #[error("internal error")]
    Internal,
}

//! One page a file.

pub mod home;
pub mod not_found;

pub use self::{home::HomePage, not_found::NotFoundPage};

//! A time.

use jiff::Timestamp;
use leptos::prelude::*;

use crate::format;

/// A time to the minute in UTC, with its exact value for programs.
#[component]
pub fn Moment(
    /// The time.
    at: Timestamp,
) -> impl IntoView {
    view! { <time datetime=at.to_string()>{format::moment(at)}</time> }
}

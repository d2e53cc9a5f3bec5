//! When something was.

use jiff::Timestamp;
use leptos::prelude::*;

use crate::format;

/// A time to the minute in UTC, readable by programs too.
#[component]
pub fn Moment(
    /// The time.
    at: Timestamp,
) -> impl IntoView {
    view! { <time datetime=at.to_string()>{format::moment(at)}</time> }
}

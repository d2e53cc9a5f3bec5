//! The hours of the day in which a user is active.

use leptos::prelude::*;
use shared::format::percent;

use crate::components::hour_strip;

/// A bar for each hour of the day (UTC), and the most frequent hour in words.
pub(super) fn hours(shares: &[f64; 24]) -> impl IntoView + use<> {
    let usual = (0..24).max_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap_or_default();
    let sentence = format!("Most often at {usual:02}:00 ({} of days)", percent(shares[usual]));

    view! {
        <h3 class="label">"Hours (UTC)"</h3>
        {hour_strip(shares, None)}
        <p class="faint">{sentence}</p>
    }
}

//! The hours of the day in which a user is active.

use leptos::prelude::*;
use shared::format::percent;

/// Width of an hour, in units of the drawing.
const HOUR: usize = 10;
/// Height of the drawing.
const HEIGHT: f64 = 48.0;

/// A bar for each hour of the day (UTC).
pub(super) fn hours(shares: [f64; 24]) -> impl IntoView {
    let most = shares.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let bars = (1_u32..).step_by(HOUR).zip(shares).map(|(x, share)| {
        let length = HEIGHT * share / most;
        let [y, height] = [HEIGHT - length, length].map(|at| format!("{at:.1}"));
        view! { <rect x=x y=y width="8" height=height/> }
    });
    let usual = (0..24).max_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap_or_default();
    let sentence = format!("Most often at {usual:02}:00 ({} of days)", percent(shares[usual]));

    view! {
        <h3 class="label">"Hours (UTC)"</h3>
        <figure class="hours">
            <svg viewBox=format!("0 0 240 {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
                {bars.collect_view()}
            </svg>
            <div class="chart-dates" aria-hidden="true">
                <span>"00"</span> <span>"06"</span> <span>"12"</span> <span>"18"</span> <span>"24"</span>
            </div>
            <figcaption class="faint">{sentence}</figcaption>
        </figure>
    }
}

//! The hours of the day in which a user is active.

use leptos::prelude::*;

/// Width of an hour, in units of the drawing.
const HOUR: usize = 10;
/// Height of the drawing.
const HEIGHT: f64 = 48.0;

/// A bar for each hour of the day (UTC), as high as its share of the days; one hour may be lit.
///
/// It is hidden from screen readers: what it shows must stand beside it as text.
pub fn hour_strip(shares: &[f64; 24], lit: Option<usize>) -> impl IntoView + use<> {
    let most = shares.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let bars: Vec<_> = shares
        .iter()
        .enumerate()
        .map(|(hour, share)| {
            let height = HEIGHT * share / most;
            let [y, height] = [HEIGHT - height, height].map(|at| format!("{at:.1}"));
            view! { <rect x=hour * HOUR + 1 y=y width="8" height=height/> }
        })
        .collect();
    let lit = lit.map(|hour| view! { <rect class="hour-lit" x=hour * HOUR y="0" width="10" height=HEIGHT/> });

    view! {
        <figure class="hours">
            <svg viewBox=format!("0 0 240 {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">{lit} {bars}</svg>
            <p class="chart-dates" aria-hidden="true">
                <span>"00:00"</span> <span>"06:00"</span> <span>"12:00"</span> <span>"18:00"</span> <span>"24:00"</span>
            </p>
        </figure>
    }
}

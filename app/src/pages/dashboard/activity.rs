//! Events and anomalies by day.

use leptos::prelude::*;
use shared::format::grouped;

use crate::{format::short_day, page_types::DayCount};

/// Number of dates below the bars.
const DATES: usize = 4;

/// Two rows of bars: events and anomalies of each day.
pub(super) fn activity(days: &[DayCount], events_chart: String, anomalies_chart: String) -> impl IntoView + use<> {
    let most = |count: fn(&DayCount) -> u64| days.iter().max_by_key(|day| count(day)).map(|day| (count(day), day.day));
    let busiest = most(|day| day.events);
    let oddest = most(|day| day.anomalies);
    let last = days.len().saturating_sub(1);
    let dates = (0..DATES).filter_map(|tick| days.get(tick * last / (DATES - 1)));
    let dates = dates.map(|day| view! { <span>{short_day(day.day)}</span> }).collect_view();
    let peak =
        |most: Option<(u64, i32)>| most.map(|(count, day)| format!("peak {} on {}", grouped(count), short_day(day)));

    view! {
        <section class="panel" aria-labelledby="activity">
            <h2 id="activity">{format!("The last {} days", grouped(days.len() as u64))}</h2>
            <figure class="activity">
                <figcaption>"Events per day" <span>{peak(busiest)}</span></figcaption>
                <div class="chart-frame" inner_html=events_chart></div>
                <figcaption class="lit">"Anomalies per day" <span>{peak(oddest)}</span></figcaption>
                <div class="chart-frame lit" inner_html=anomalies_chart></div>
                <div class="chart-dates">{dates}</div>
            </figure>
        </section>
    }
}

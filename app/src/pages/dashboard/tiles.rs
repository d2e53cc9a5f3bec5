//! Key numbers.

use leptos::prelude::*;
use shared::format::{grouped, plural_s};

use crate::{page_types::Dashboard, return_period::user_days_at};

/// Number of days that the numbers of the last days cover.
const LAST_DAYS: usize = 7;

/// Four numbers, each with its meaning.
pub(super) fn tiles(dashboard: &Dashboard) -> impl IntoView + use<> {
    let days = &dashboard.days[dashboard.days.len().saturating_sub(LAST_DAYS)..];
    let (events, anomalies) =
        days.iter().fold((0, 0), |(events, anomalies), day| (events + day.events, anomalies + day.anomalies));

    view! {
        <dl class="tiles">
            <div>
                <dt>"Events"</dt>
                <dd class="tile-number">{grouped(dashboard.events)}</dd>
                <dd>{grouped(events)} " in the last 7 days"</dd>
            </div>
            <div>
                <dt>"Users"</dt>
                <dd class="tile-number">{grouped(dashboard.users)}</dd>
                <dd>{grouped(dashboard.at_risk)} " with a risk of 50 or more"</dd>
            </div>
            <div>
                <dt>"Anomalies in the last 7 days"</dt>
                <dd class="tile-number">{grouped(anomalies)}</dd>
                <dd>"among " {grouped(events)} " event" {plural_s(events)}</dd>
            </div>
            <div>
                <dt>"Alert threshold"</dt>
                <dd class="tile-number">{format!("{:.2}", dashboard.threshold)}</dd>
                <dd>"the rarest 1 in " {grouped(user_days_at(dashboard.threshold))} " user-days"</dd>
            </div>
        </dl>
    }
}

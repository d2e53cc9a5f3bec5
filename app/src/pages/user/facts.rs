//! The usual values of a user.

use leptos::prelude::*;
use shared::format::{grouped, percent};

use super::hours::hours;
use crate::{
    components::{Meter, Moment},
    page_types::{UserDetails, UsualValue},
};

/// Largest number of listed values of one kind.
const LISTED: usize = 5;

/// Counts, hours, usual values and the maturity of the profile.
pub(super) fn facts(user: UserDetails) -> impl IntoView {
    let summary = user.summary;
    let maturity = if user.maturity < 1.0 {
        "The profile is young: comparisons lean on peers and organisation."
    } else {
        "The profile is mature: the user is compared with their own habits."
    };

    view! {
        <section class="panel facts" aria-labelledby="facts">
            <h2 id="facts">"Usual behaviour"</h2>
            <dl class="numbers">
                <div><dt>"Events"</dt><dd>{grouped(summary.events)}</dd></div>
                <div><dt>"Anomalies, all time"</dt><dd>{grouped(summary.anomalies)}</dd></div>
                <div><dt>"Active days"</dt><dd>{grouped(summary.active_days)}</dd></div>
                <div><dt>"Last seen (UTC)"</dt><dd>{summary.last_seen.map(|at| view! { <Moment at/> })}</dd></div>
            </dl>
            {hours(&user.hours)}
            <UsualValues title="Locations" values=user.places/>
            <UsualValues title="Projects" values=user.projects/>
            <UsualValues title="Devices" values=user.devices/>
            <UsualValues title="Actions" values=user.actions/>
            <h3 class="label">"Maturity"</h3>
            <p class="habit"><span>{maturity}</span> <span class="number">{percent(user.maturity)}</span></p>
            <Meter part=Signal::stored(user.maturity)/>
        </section>
    }
}

/// The usual values of one kind, each with its share of the user's days.
#[component]
fn UsualValues(title: &'static str, values: Vec<UsualValue>) -> impl IntoView {
    let mut values = values;
    values.sort_by(|a, b| b.share.total_cmp(&a.share));
    let more = values.len().saturating_sub(LISTED);
    let rows: Vec<_> = values
        .into_iter()
        .take(LISTED)
        .map(|UsualValue { name, share }| {
            view! {
                <li>
                    <p class="habit"><span>{name}</span> <span class="number">{percent(share)}</span></p>
                    <Meter part=Signal::stored(share)/>
                </li>
            }
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let more = (more > 0).then(|| view! { <p class="faint">{format!("and {more} more")}</p> });
    Some(view! {
        <h3 class="label">{title}</h3>
        <ul class="habits">{rows}</ul>
        {more}
    })
}

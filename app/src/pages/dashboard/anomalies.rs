//! The latest events with reasons, by user and day.

use leptos::prelude::*;
use shared::calendar::{Day, second_of};

use crate::{
    components::{Moment, SeverityBadge},
    page_types::Anomaly,
    paths,
};

/// Largest number of listed user-days.
const LISTED: usize = 8;

/// The latest user-days with reasons, the newest first, each with its rarest event.
pub(super) fn anomalies(anomalies: &[Anomaly]) -> impl IntoView + use<> {
    let none = anomalies.is_empty().then(|| view! { <p class="empty">"Nothing has stood out yet."</p> });
    let days: Vec<_> = anomalies.chunk_by(|a, b| user_day(a) == user_day(b)).take(LISTED).map(item).collect();

    view! {
        <section class="panel" aria-labelledby="anomalies">
            <h2 id="anomalies">"What stood out lately"</h2>
            <ol class="anomalies">{days}</ol>
            {none}
        </section>
    }
}

fn user_day(anomaly: &Anomaly) -> (&str, Day) {
    (&anomaly.user_id, Day::of(second_of(anomaly.timestamp)))
}

/// Shows the rarest event of a user-day, and the number of others.
fn item(events: &[Anomaly]) -> impl IntoView + use<> {
    let rarest = events.iter().max_by(|a, b| a.anomaly_score.total_cmp(&b.anomaly_score))?;
    let others = events.len() - 1;
    let times = (others > 0).then(|| view! { <span class="faint">{format!("and {others} more that day")}</span> });
    let Anomaly { user_id, timestamp, anomaly_score, severity, reasons } = rarest.clone();

    Some(view! {
        <li>
            <p class="anomaly-head">
                <SeverityBadge severity/>
                <span class="score">{format!("{anomaly_score:.3}")}</span>
            </p>
            <p>
                <a href=paths::of_user(&user_id)>{user_id.clone()}</a>
                <span class="faint">" · " <Moment at=timestamp/></span>
            </p>
            <p class="why">{reasons.into_iter().next()}</p>
            {times}
        </li>
    })
}

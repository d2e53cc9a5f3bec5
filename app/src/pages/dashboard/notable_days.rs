//! The latest notable user-days.

use leptos::prelude::*;

use crate::{
    components::{Moment, SeverityBadge},
    page_types::NotableDay,
    paths,
};

/// The latest user-days with reasons, the newest first, each with its rarest event. Only those that reach the threshold
/// have a severity, so that the list agrees with the counts of anomalies.
pub(super) fn notable_days(days: Vec<NotableDay>, threshold: f64) -> impl IntoView {
    let none = days.is_empty().then(|| view! { <p class="empty">"No unusual activity yet."</p> });
    let days: Vec<_> = days.into_iter().map(item).collect();

    view! {
        <section class="panel" aria-labelledby="notable-days">
            <h2 id="notable-days">"Recent unusual activity"</h2>
            <p class="faint">
                {format!("The rarest tenth of user-days. Those from {threshold:.2} on are anomalies and have a severity.")}
            </p>
            <ol class="notable-days">{days}</ol>
            {none}
        </section>
    }
}

fn item(day: NotableDay) -> impl IntoView {
    let NotableDay { user_id, timestamp, anomaly_score, is_anomaly, severity, reason, others } = day;
    let others = (others > 0).then(|| {
        let events = if others == 1 { "event" } else { "events" };
        view! { <p class="faint">{format!("+{others} more {events} that day")}</p> }
    });
    let level = if is_anomaly {
        view! { <SeverityBadge severity/> }.into_any()
    } else {
        view! { <span class="faint">"Notable"</span> }.into_any()
    };

    view! {
        <li>
            <p class="notable-head">{level} <span class="score">{format!("{anomaly_score:.3}")}</span></p>
            <p>
                <a href=paths::of_event(&user_id, timestamp)>{user_id.clone()}</a>
                <span class="faint">" · " <Moment at=timestamp/></span>
            </p>
            <p class="why">{reason}</p>
            {others}
        </li>
    }
}

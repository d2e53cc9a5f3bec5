//! What a user did lately, day by day.

use leptos::prelude::*;
use shared::{event::Device, prediction::Prediction, views::TimelineEvent};

use crate::{
    components::SeverityBadge,
    words::{counted, day, time_of_day},
};

/// The latest events, the newest first; those that stood out say why.
pub(super) fn timeline(events: &[TimelineEvent]) -> impl IntoView + use<> {
    let days: Vec<_> = events.chunk_by(|a, b| day_of(a) == day_of(b)).map(day_view).collect();
    let title = format!("Latest {}", counted(events.len() as u64, "event"));

    view! {
        <section class="panel timeline" aria-labelledby="timeline">
            <h2 id="timeline">{title} <span class="faint">" UTC"</span></h2>
            {days}
        </section>
    }
}

fn day_of(event: &TimelineEvent) -> String {
    day(event.prediction.timestamp)
}

fn day_view(events: &[TimelineEvent]) -> impl IntoView + use<> {
    let title = events.first().map(day_of);
    let rows: Vec<_> = events.iter().cloned().map(row).collect();

    view! {
        <section>
            <h3 class="timeline-day">{title} <span>{counted(events.len() as u64, "event")}</span></h3>
            <ol>{rows}</ol>
        </section>
    }
}

fn row(event: TimelineEvent) -> impl IntoView {
    let TimelineEvent { action, resource, location, device, prediction } = event;
    let around = [location, device.map(|device: Device| device.name().to_owned())];
    let around = around.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let Prediction { timestamp, is_anomaly, anomaly_score, severity, reasons, .. } = prediction;
    let class = if is_anomaly { format!("notable {}", severity.name()) } else { String::new() };
    let badge = is_anomaly.then(|| view! { <SeverityBadge severity/> });
    let reasons: Vec<_> = reasons.into_iter().map(|reason| view! { <li>{reason.sentence}</li> }).collect();
    let why = (!reasons.is_empty()).then(|| view! { <ul class="why">{reasons}</ul> });

    view! {
        <li class=class>
            <time datetime=timestamp.to_string()>{time_of_day(timestamp)}</time>
            <div class="timeline-act">
                <p><strong>{action.name()}</strong> " " <span class="resource">{resource}</span></p>
                <p class="faint">{around}</p>
                {why}
            </div>
            <p class="timeline-score">{badge} <span class="score">{format!("{anomaly_score:.3}")}</span></p>
        </li>
    }
}

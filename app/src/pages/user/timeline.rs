//! The latest events of a user, by session.

use leptos::prelude::*;
use shared::{
    event::Device,
    format::{counted, duration},
    prediction::Prediction,
};

use super::sessions::{PAUSE_HOURS, Session, sessions};
use crate::{
    components::SeverityBadge,
    format::{day, time_of_day},
    page_types::TimelineEvent,
};

/// The latest events by session, the newest first, with their reasons.
pub(super) fn timeline(events: &[TimelineEvent]) -> impl IntoView + use<> {
    let sessions: Vec<_> = sessions(events).map(session_view).collect();
    let title = format!("Latest {}", counted(events.len() as u64, "event"));

    view! {
        <section class="panel timeline" aria-labelledby="timeline">
            <h2 id="timeline">{title} <span class="faint">" UTC"</span></h2>
            <p class="faint">
                {format!("Grouped by session: {PAUSE_HOURS} hours without an event end one. Alerts cover a whole day.")}
            </p>
            {sessions}
        </section>
    }
}

fn session_view(session: Session) -> impl IntoView + use<> {
    let begin = session.begin();
    let around = [session.places(), session.devices()].map(|names| names.join(", "));
    let around: Vec<_> = around.into_iter().filter(|names| !names.is_empty()).collect();
    let size = counted(session.events().len() as u64, "event");
    let size = match session.length().as_secs() {
        0 => size,
        seconds => format!("{} · {size}", duration(seconds)),
    };
    let highest = session.highest().map(|event| highest_view(&event.prediction));
    let days: Vec<_> = session.events().chunk_by(|a, b| day_of(a) == day_of(b)).collect();
    let passes_midnight = days.len() > 1;
    let days: Vec<_> = days.into_iter().map(|events| day_view(events, passes_midnight)).collect();

    view! {
        <section class="session">
            <header>
                <h3>{day(begin)} ", " <time datetime=begin.to_string()>{time_of_day(begin)}</time></h3>
                <p class="session-size">{size}</p>
                <p class="session-around">{around.join(" · ")}</p>
                {highest}
            </header>
            {days}
        </section>
    }
}

/// The highest score of a session.
fn highest_view(prediction: &Prediction) -> impl IntoView + use<> {
    let Prediction { is_anomaly, anomaly_score, severity, .. } = *prediction;
    let badge = is_anomaly.then(|| view! { <SeverityBadge severity/> });

    view! {
        <p class="timeline-score">
            {badge} <span>"highest " <span class="score">{format!("{anomaly_score:.3}")}</span></span>
        </p>
    }
}

fn day_of(event: &TimelineEvent) -> String {
    day(event.prediction.timestamp)
}

/// The events of one day of a session, under the day if the session has several.
fn day_view(events: &[TimelineEvent], is_named: bool) -> impl IntoView + use<> {
    let title = events.first().filter(|_| is_named).map(|event| view! { <h4>{day_of(event)}</h4> });
    let rows: Vec<_> = events.iter().cloned().map(row).collect();

    view! {
        {title}
        <ol>{rows}</ol>
    }
}

fn row(event: TimelineEvent) -> impl IntoView {
    let TimelineEvent { action, resource, location, device, prediction } = event;
    let around = [location, device.map(|device: Device| device.name().to_owned())];
    let around = around.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let Prediction { timestamp, is_anomaly, anomaly_score, severity, reasons, disagreements, .. } = prediction;
    let class = if is_anomaly { format!("notable {}", severity.name()) } else { String::new() };
    let badge = is_anomaly.then(|| view! { <SeverityBadge severity/> });
    let reasons = reasons.into_iter().map(|reason| reason.sentence);
    let sentences = reasons.chain(disagreements.iter().map(shared::field_mismatch::FieldMismatch::sentence));
    let sentences: Vec<_> = sentences.map(|sentence| view! { <li>{sentence}</li> }).collect();
    let why = (!sentences.is_empty()).then(|| view! { <ul class="why">{sentences}</ul> });

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

//! The latest events of a user, by session.

use jiff::Timestamp;
use leptos::prelude::*;
use shared::{
    event::Device,
    field_mismatch::FieldMismatch,
    format::{counted, duration},
    prediction::Prediction,
};

use super::sessions::{PAUSE_HOURS, Session, sessions};
use crate::{
    components::SeverityBadge,
    format::{day, time_of_day},
    page_types::TimelineEvent,
};

/// The id of the event that the page was asked for.
const ASKED_FOR: &str = "at";

/// The latest events by session, the newest first, with their reasons. Sessions without reasons are folded to a line.
/// `at` is the time of the event that the page was asked for.
pub(super) fn timeline(events: &[TimelineEvent], at: Option<Timestamp>) -> impl IntoView + use<> {
    let sessions: Vec<_> = sessions(events).map(|session| session_view(session, at)).collect();
    let title = format!("Latest {}", counted(events.len() as u64, "event"));
    let is_missing = at.is_some_and(|at| events.iter().all(|event| event.prediction.timestamp != at));
    let missing = is_missing.then(|| view! { <p class="fault">"The event is older than the latest ones below."</p> });
    Effect::new(move |_| {
        if let Some(event) = at.and_then(|_| document().get_element_by_id(ASKED_FOR)) {
            event.scroll_into_view_with_bool(true);
        }
    });

    view! {
        <section class="panel timeline" aria-labelledby="timeline">
            <h2 id="timeline">{title} <span class="faint">" UTC"</span></h2>
            <p class="faint">
                {format!("Grouped by session: {PAUSE_HOURS} hours without an event end one. Sessions with unusual events are open. Alerts cover a whole day.")}
            </p>
            {missing}
            {sessions}
        </section>
    }
}

fn session_view(session: Session, at: Option<Timestamp>) -> impl IntoView + use<> {
    let begin = session.begin();
    let around = [session.places(), session.devices()].map(|names| names.join(", "));
    let around: Vec<_> = around.into_iter().filter(|names| !names.is_empty()).collect();
    let size = counted(session.events().len() as u64, "event");
    let size = match session.length().as_secs() {
        0 => size,
        seconds => format!("{} · {size}", duration(seconds)),
    };
    let highest = session.highest().map(|event| highest_view(&event.prediction));
    let is_open = session
        .events()
        .iter()
        .any(|event| !event.prediction.reasons.is_empty() || Some(event.prediction.timestamp) == at);
    let days: Vec<_> = session.events().chunk_by(|a, b| day_of(a) == day_of(b)).collect();
    let passes_midnight = days.len() > 1;
    let days: Vec<_> = days.into_iter().map(|events| day_view(events, passes_midnight, at)).collect();

    view! {
        <details class="session" open=is_open>
            <summary>
                <h3>{day(begin)} ", " <time datetime=begin.to_string()>{time_of_day(begin)}</time></h3>
                <span class="session-size">{size}</span>
                <span class="session-around">{around.join(" · ")}</span>
                {highest}
            </summary>
            {days}
        </details>
    }
}

/// The highest score of a session.
fn highest_view(prediction: &Prediction) -> impl IntoView + use<> {
    let Prediction { is_anomaly, anomaly_score, severity, .. } = *prediction;
    let badge = is_anomaly.then(|| view! { <SeverityBadge severity/> });

    view! {
        <span class="timeline-score">
            {badge} <span>"highest " <span class="score">{format!("{anomaly_score:.3}")}</span></span>
        </span>
    }
}

fn day_of(event: &TimelineEvent) -> String {
    day(event.prediction.timestamp)
}

/// The events of one day of a session, under the day if the session has several.
fn day_view(events: &[TimelineEvent], is_named: bool, at: Option<Timestamp>) -> impl IntoView + use<> {
    let title = events.first().filter(|_| is_named).map(|event| view! { <h4>{day_of(event)}</h4> });
    let rows: Vec<_> = events.iter().cloned().map(|event| row(event, at)).collect();

    view! {
        {title}
        <ol>{rows}</ol>
    }
}

fn row(event: TimelineEvent, at: Option<Timestamp>) -> impl IntoView {
    let TimelineEvent { action, resource, location, device, prediction } = event;
    let around = [location, device.map(|device: Device| device.name().to_owned())];
    let around = around.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let Prediction { timestamp, is_anomaly, anomaly_score, severity, reasons, disagreements, .. } = prediction;
    let is_asked_for = Some(timestamp) == at;
    let class = if is_anomaly { format!("notable {}", severity.name()) } else { String::new() };
    let badge = is_anomaly.then(|| view! { <SeverityBadge severity/> });
    let reasons = reasons.into_iter().map(|reason| reason.sentence);
    let sentences = reasons.chain(disagreements.iter().map(FieldMismatch::sentence));
    let sentences: Vec<_> = sentences.map(|sentence| view! { <li>{sentence}</li> }).collect();
    let why = (!sentences.is_empty()).then(|| view! { <ul class="why">{sentences}</ul> });

    view! {
        <li class=class class:asked-for=is_asked_for id=is_asked_for.then_some(ASKED_FOR)>
            <time datetime=timestamp.to_string()>{time_of_day(timestamp)}</time>
            <div class="timeline-event">
                <p><strong>{action.name()}</strong> " " <span class="resource">{resource}</span></p>
                <p class="faint">{around}</p>
                {why}
            </div>
            <p class="timeline-score">{badge} <span class="score">{format!("{anomaly_score:.3}")}</span></p>
        </li>
    }
}

//! The events of a user, by session.

use jiff::Timestamp;
use leptos::prelude::*;
use shared::{
    calendar::second_of,
    event::Device,
    field_mismatch::FieldMismatch,
    format::{counted, duration},
    prediction::Prediction,
};

use super::sessions::{PAUSE_HOURS, Session, sessions};
use crate::{
    components::{SeverityBadge, waterfall},
    format::{day, time_of_day},
    page_types::{Shown, TimelineEvent, TimelinePage, TimelineQuery, UserDetails},
    paths,
};

/// The id of the event that the page was asked for.
const ASKED_FOR: &str = "at";

/// A page of the events by session, the newest first, with their reasons. Sessions without reasons are folded to a line.
/// `at` is the time of the event that the page was asked for.
pub(super) fn timeline(
    user: &UserDetails,
    TimelinePage { events, older }: TimelinePage,
    query: &TimelineQuery,
    at: Option<Timestamp>,
) -> impl IntoView + use<> {
    let asked_for = at.and_then(|at| event_at(&events, at));
    let sessions = sessions(&events).map(|session| session_view(session, asked_for, &user.hours).into_any());
    let sessions: Vec<_> = sessions.collect();
    let none = events.is_empty().then(|| view! { <p class="empty">"There are no such events."</p> });
    let user_id = &user.summary.user_id;
    let page = |show, before| paths::of_history(user_id, &TimelineQuery { show, before });
    let filters = [(Shown::All, "All events"), (Shown::Notable, "Unusual only"), (Shown::Anomalies, "Anomalies only")];
    let filters = filters.map(|(show, title)| {
        view! { <a href=page(show, None) aria-current=(show == query.show).then_some("true")>{title}</a> }
    });
    let newest = query.before.map(|_| view! { <a href=page(query.show, None)>"Newest events"</a> });
    let older = older.map(|older| view! { <a href=page(query.show, Some(older))>"Older events"</a> });
    let title = if query.before.is_some() { "Earlier events" } else { "Latest events" };
    Effect::new(move |_| {
        if let Some(event) = at.and_then(|_| document().get_element_by_id(ASKED_FOR)) {
            event.scroll_into_view_with_bool(true);
        }
    });

    view! {
        <section class="panel timeline" aria-labelledby="timeline">
            <div class="panel-head">
                <h2 id="timeline">{title} <span class="faint">" UTC"</span></h2>
                <nav class="orders" aria-label="Which events">{filters}</nav>
            </div>
            <p class="faint">
                {format!("Grouped by session: {PAUSE_HOURS} hours without an event end one. Sessions with unusual events are open. Alerts cover a whole day.")}
            </p>
            {sessions}
            {none}
            <nav class="pager" aria-label="Pages of the history">{newest} {older}</nav>
        </section>
    }
}

/// Returns the id of the rarest event of the second of a time: days of a risk know their events by the second.
fn event_at(events: &[TimelineEvent], at: Timestamp) -> Option<&str> {
    let of_second = events.iter().map(|event| &event.prediction).filter(|of| second_of(of.timestamp) == second_of(at));
    let rarest = of_second.reduce(|a, b| if b.anomaly_score > a.anomaly_score { b } else { a })?;
    Some(&rarest.event_id)
}

fn session_view(session: Session, asked_for: Option<&str>, hours: &[f64; 24]) -> impl IntoView + use<> {
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
        .any(|event| !event.prediction.reasons.is_empty() || Some(event.prediction.event_id.as_str()) == asked_for);
    let days: Vec<_> = session.events().chunk_by(|a, b| day_of(a) == day_of(b)).collect();
    let passes_midnight = days.len() > 1;
    let days: Vec<_> = days.into_iter().map(|events| day_view(events, passes_midnight, asked_for, hours)).collect();

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
fn day_view(
    events: &[TimelineEvent],
    is_named: bool,
    asked_for: Option<&str>,
    hours: &[f64; 24],
) -> impl IntoView + use<> {
    let title = events.first().filter(|_| is_named).map(|event| view! { <h4>{day_of(event)}</h4> });
    let rows: Vec<_> = events.iter().cloned().map(|event| row(event, asked_for, hours)).collect();

    view! {
        {title}
        <ol>{rows}</ol>
    }
}

/// One event. How the score of an anomaly, or of the event that was asked for, comes about is told step by step.
fn row(event: TimelineEvent, asked_for: Option<&str>, hours: &[f64; 24]) -> impl IntoView + use<> {
    let TimelineEvent { action, resource, location, device, prediction } = event;
    let around = [location, device.map(|device: Device| device.name().to_owned())];
    let around = around.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let is_asked_for = Some(prediction.event_id.as_str()) == asked_for;
    let steps = (is_asked_for || prediction.is_anomaly).then(|| waterfall(&prediction, Some(*hours))).flatten();
    let Prediction { timestamp, is_anomaly, anomaly_score, severity, reasons, disagreements, .. } = prediction;
    let class = if is_anomaly { format!("notable {}", severity.name()) } else { String::new() };
    let badge = is_anomaly.then(|| view! { <SeverityBadge severity/> });
    let reasons = reasons.into_iter().filter(|_| steps.is_none()).map(|reason| reason.sentence);
    let sentences = reasons.chain(disagreements.iter().map(FieldMismatch::sentence));
    let sentences: Vec<_> = sentences.map(|sentence| view! { <li>{sentence}</li> }).collect();
    let why = (!sentences.is_empty()).then(|| view! { <ul class="why">{sentences}</ul> });

    view! {
        <li class=class class:asked-for=is_asked_for id=is_asked_for.then_some(ASKED_FOR)>
            <time datetime=timestamp.to_string()>{time_of_day(timestamp)}</time>
            <div class="timeline-event">
                <p><strong>{action.name()}</strong> " " <span class="resource">{resource}</span></p>
                <p class="faint">{around}</p>
                {steps}
                {why}
            </div>
            <p class="timeline-score">{badge} <span class="score">{format!("{anomaly_score:.3}")}</span></p>
        </li>
    }
}

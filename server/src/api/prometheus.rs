//! `/metrics`: what was measured since the start, in the text format of Prometheus. No label names a user.

use std::{
    fmt::{self, Display, Write},
    time::Duration,
};

use app::actor::KeyScope;
use axum::{
    extract::State,
    http::{Method, StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
};

use super::{extract::Caller, operation::Operation, problem::Problem, routes::Routes};
use crate::{
    metrics::{Activity, ByStage, Durations},
    service::{Condition, Service},
};

/// The media type of the text format.
const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) fn routes() -> Routes {
    let told = Operation::new("Measurements", "Shows what was measured since the start, for Prometheus.")
        .needs(KeyScope::Read)
        .answers_in(StatusCode::OK, "The totals", &["text/plain"]);
    Routes::default().add(Method::GET, "/metrics", show).told(told)
}

/// Shows what was measured since the start.
async fn show(Caller(actor): Caller, State(service): State<Service>) -> Result<impl IntoResponse, Problem> {
    let condition = service.condition(&actor, Duration::ZERO)?;
    let mut text = String::new();
    write_all(&mut text, &condition, service.model_version()).expect("a String takes all that is written");
    Ok(([(CONTENT_TYPE, MEDIA_TYPE)], text))
}

fn write_all(out: &mut String, condition: &Condition, model_version: &str) -> fmt::Result {
    let Activity { requests, client_errors, server_errors, predictions, anomalies, alerts } = condition.totals.activity;
    family(out, "uba_http_requests_total", "counter", "Answered requests.")?;
    let fine = requests - client_errors - server_errors;
    for (result, number) in [("success", fine), ("client_error", client_errors), ("server_error", server_errors)] {
        writeln!(out, "uba_http_requests_total{{result=\"{result}\"}} {number}")?;
    }
    family(out, "uba_events_scored_total", "counter", "Events that were judged and kept.")?;
    for (result, number) in [("normal", predictions - anomalies), ("anomaly", anomalies)] {
        writeln!(out, "uba_events_scored_total{{result=\"{result}\"}} {number}")?;
    }
    family(out, "uba_alerts_total", "counter", "Alerts that were raised.")?;
    writeln!(out, "uba_alerts_total {alerts}")?;
    write_durations(out, &condition.totals.durations)?;
    gauge(out, "uba_queue_events", "Events that wait to be judged.", condition.waiting)?;
    gauge(out, "uba_stored_events", "Events that are stored.", condition.events)?;
    gauge(out, "uba_users", "Users who were ever seen.", condition.users)?;
    gauge(out, "uba_takes_events", "Whether events are taken.", u8::from(condition.takes_events))?;
    family(out, "uba_model_info", "gauge", "The model in force.")?;
    writeln!(out, "uba_model_info{{version=\"{model_version}\"}} 1")
}

fn write_durations(out: &mut String, durations: &ByStage<Durations>) -> fmt::Result {
    const NAME: &str = "uba_stage_duration_seconds";
    family(out, NAME, "histogram", "How long each stage took.")?;
    for (stage, durations) in durations.iter() {
        let (stage, count) = (stage.name(), durations.count());
        for (bound, number) in durations.cumulative() {
            writeln!(out, "{NAME}_bucket{{stage=\"{stage}\",le=\"{bound}\"}} {number}")?;
        }
        writeln!(out, "{NAME}_bucket{{stage=\"{stage}\",le=\"+Inf\"}} {count}")?;
        writeln!(out, "{NAME}_sum{{stage=\"{stage}\"}} {}", durations.sum().as_secs_f64())?;
        writeln!(out, "{NAME}_count{{stage=\"{stage}\"}} {count}")?;
    }
    Ok(())
}

fn gauge(out: &mut String, name: &str, help: &str, value: impl Display) -> fmt::Result {
    family(out, name, "gauge", help)?;
    writeln!(out, "{name} {value}")
}

fn family(out: &mut String, name: &str, kind: &str, help: &str) -> fmt::Result {
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

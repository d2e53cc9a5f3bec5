//! `/api/metrics`: what the server measured in the last seconds, minutes or hours.

use std::{collections::BTreeMap, time::Duration};

use app::actor::KeyScope;
use axum::{
    extract::State,
    http::{Method, StatusCode},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    extract::{Caller, Json, Query},
    operation::Operation,
    problem::{FieldProblem, Problem},
    routes::Routes,
};
use crate::{
    metrics::{Activity, Latencies, Quantiles},
    service::{Condition, Service},
};

/// Number of seconds unless the request says otherwise.
const DEFAULT_SECONDS: u64 = 3600;

pub(super) fn routes() -> Routes {
    let told = Operation::new("Measurements", "Shows what was measured in the last seconds.")
        .needs(KeyScope::Read)
        .query::<MetricsQuery>()
        .answers::<MetricsAnswer>(StatusCode::OK, "What was measured");
    Routes::default().add(Method::GET, "/api/metrics", show).told(told)
}

#[derive(Debug, Deserialize, IntoParams)]
struct MetricsQuery {
    /// The number of seconds; an hour unless it is said.
    #[param(minimum = 1, example = 60)]
    time_window: Option<u64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct MetricsAnswer {
    success: bool,
    metrics: MetricsBody,
}

#[derive(Debug, Serialize, ToSchema)]
struct MetricsBody {
    /// Seconds that were asked for.
    time_window: u64,
    /// Seconds that the numbers cover: from the minute in which the window began, or from the start of the server, but no
    /// more than a day.
    covered_seconds: f64,
    requests: u64,
    errors: ErrorsBody,
    predictions: u64,
    anomalies: u64,
    alerts: u64,
    throughput: ThroughputBody,
    /// By stage.
    latency_ms: BTreeMap<&'static str, LatencyBody>,
    queue_depth: usize,
}

/// Requests that failed: by their senders' fault, and by the server's.
#[derive(Debug, Serialize, ToSchema)]
struct ErrorsBody {
    client: u64,
    server: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct ThroughputBody {
    requests_per_second: f64,
    predictions_per_second: f64,
}

/// How long a stage took, in milliseconds; the quantiles are missing where it never ran.
#[derive(Debug, Serialize, ToSchema)]
struct LatencyBody {
    count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    p50: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p95: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p99: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
}

/// Shows what was measured in the last `time_window` seconds.
async fn show(
    Caller(actor): Caller,
    State(service): State<Service>,
    Query(MetricsQuery { time_window }): Query<MetricsQuery>,
) -> Result<Json<MetricsAnswer>, Problem> {
    let time_window = time_window.unwrap_or(DEFAULT_SECONDS);
    if time_window == 0 {
        return Err(Problem::of_faults(&[FieldProblem::new("", "time_window is 0, must be at least 1".to_owned())]));
    }
    let condition = service.condition(&actor, Duration::from_secs(time_window))?;
    Ok(Json(MetricsAnswer { success: true, metrics: MetricsBody::of(time_window, &condition) }))
}

impl MetricsBody {
    fn of(time_window: u64, Condition { window, waiting, .. }: &Condition) -> Self {
        let Activity { requests, client_errors, server_errors, predictions, anomalies, alerts } = window.activity;
        let seconds = window.covered.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "numbers of requests are exact in 53 bits")]
        let per_second = |number: u64| to_the_thousandth(number as f64 / seconds.max(1.0));
        Self {
            time_window,
            covered_seconds: to_the_thousandth(seconds),
            requests,
            errors: ErrorsBody { client: client_errors, server: server_errors },
            predictions,
            anomalies,
            alerts,
            throughput: ThroughputBody {
                requests_per_second: per_second(requests),
                predictions_per_second: per_second(predictions),
            },
            latency_ms: window.latencies.iter().map(|(stage, times)| (stage.name(), LatencyBody::of(times))).collect(),
            queue_depth: *waiting,
        }
    }
}

impl LatencyBody {
    fn of(times: &Latencies) -> Self {
        let quantiles = times.quantiles();
        let ms = |of: fn(&Quantiles) -> f64| quantiles.as_ref().map(|all| to_the_thousandth(of(all) * 1000.0));
        Self {
            count: times.count(),
            p50: ms(|all| all.p50),
            p95: ms(|all| all.p95),
            p99: ms(|all| all.p99),
            max: ms(|all| all.max),
        }
    }
}

fn to_the_thousandth(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

//! `/api/v1/alerting`: the threshold by which events raise alerts, and the daily budget that it may follow from.

use axum::{extract::State, http::Method};
use serde::Serialize;
use shared::alerting::{ThresholdInForce, ThresholdRule};

use super::{
    extract::{Caller, Json},
    fields::Fields,
    problem::Problem,
    routes::Routes,
};
use crate::service::Service;

pub(super) fn routes() -> Routes {
    Routes::default().add(Method::GET, "/api/v1/alerting", show).add(Method::PATCH, "/api/v1/alerting", change)
}

#[derive(Debug, Serialize)]
struct AlertingBody {
    /// The score from which on an event is an anomaly.
    threshold: f64,
    /// Where it comes from: `by_hand`, `before_budget` while there are too few days for the budget, or `budget`.
    source: &'static str,
    /// The number of days that the threshold of a budget follows from.
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<i32>,
    /// The number of alerts a day that the threshold is to keep to.
    daily_budget: Option<f64>,
    /// The threshold that was set by hand (`ALERT_THRESHOLD`).
    threshold_by_hand: f64,
}

impl From<(ThresholdRule, ThresholdInForce)> for AlertingBody {
    fn from((rule, in_force): (ThresholdRule, ThresholdInForce)) -> Self {
        let (source, days) = match in_force {
            ThresholdInForce::ByHand(_) => ("by_hand", None),
            ThresholdInForce::BeforeBudget(_) => ("before_budget", None),
            ThresholdInForce::OfBudget { days, .. } => ("budget", Some(days)),
        };
        Self {
            threshold: in_force.score(),
            source,
            days,
            daily_budget: rule.daily_budget(),
            threshold_by_hand: rule.score_by_hand(),
        }
    }
}

/// Shows the threshold in force.
async fn show(Caller(actor): Caller, State(service): State<Service>) -> Result<Json<AlertingBody>, Problem> {
    Ok(Json(service.alert_threshold(&actor)?.into()))
}

/// Sets the daily budget; 0 ends it.
async fn change(
    Caller(actor): Caller,
    State(service): State<Service>,
    mut body: Fields,
) -> Result<Json<AlertingBody>, Problem> {
    actor.require(app::actor::Scope::Admin)?;
    let budget = body.required::<f64>("daily_budget");
    let budget = Some(body.checked(budget)?).filter(|alerts| *alerts != 0.0);
    let changed = service.set_daily_budget(&actor, budget).await.map_err(Problem::of_fields)?;
    Ok(Json(changed.into()))
}

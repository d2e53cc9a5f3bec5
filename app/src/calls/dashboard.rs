//! What the dashboard asks.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use shared::views::{Dashboard, Order};

use crate::error::UiError;
#[cfg(feature = "ssr")]
use crate::{
    calls::server::{caller, told},
    charts,
};

/// The dashboard and its drawings, which only the server makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DashboardView {
    /// What users are listed by.
    pub order: Order,
    /// What is shown.
    pub dashboard: Dashboard,
    /// Events of each day, as SVG.
    pub events_chart: String,
    /// Anomalies of each day, as SVG.
    pub anomalies_chart: String,
}

/// Loads the state of things at a glance.
#[server(prefix = "/pages", endpoint = "dashboard")]
pub async fn load_dashboard(
    /// What users are listed by.
    #[server(default)]
    order: Order,
) -> Result<DashboardView, UiError> {
    let (backend, actor) = caller()?;
    let dashboard = backend.dashboard(actor, order).await.map_err(told)?;
    Ok(DashboardView {
        order,
        events_chart: charts::events_a_day(&dashboard.days),
        anomalies_chart: charts::anomalies_a_day(&dashboard.days),
        dashboard,
    })
}

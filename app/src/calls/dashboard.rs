//! Server functions of the dashboard.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::{
    calls::request::{caller, with_status},
    charts,
};
use crate::{
    error::UiError,
    page_types::{Dashboard, Order},
};

/// The content of the dashboard with its charts, which only the server draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DashboardView {
    /// The order of the users.
    pub order: Order,
    /// The content.
    pub dashboard: Dashboard,
    /// Events of each day, as SVG.
    pub events_chart: String,
    /// Anomalies of each day, as SVG.
    pub anomalies_chart: String,
}

/// Loads the dashboard.
#[server(prefix = "/pages", endpoint = "dashboard")]
pub async fn load_dashboard(
    /// The order of the users.
    #[server(default)]
    order: Order,
) -> Result<DashboardView, UiError> {
    let (backend, actor) = caller()?;
    let dashboard = backend.dashboard(&actor, order).await.map_err(with_status)?;
    Ok(DashboardView {
        order,
        events_chart: charts::events_a_day(&dashboard.days),
        anomalies_chart: charts::anomalies_a_day(&dashboard.days),
        dashboard,
    })
}

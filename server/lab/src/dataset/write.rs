//! Writing labelled events as CSV.

use std::{
    io::{self, Write},
    net::IpAddr,
};

use serde::Serialize;
use shared::event::{Device, Outcome};

use super::labelled_event::{Label, LabelledEvent};

/// Writes labelled events as CSV: the columns of the product's own format, then `is_anomaly` (1, 0, or empty for an
/// unjudged event), `anomaly_type` and `case`.
pub fn write_csv<'a>(rows: impl IntoIterator<Item = &'a LabelledEvent>, sink: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(sink);
    for row in rows {
        writer.serialize(CsvRow::of(row))?;
    }
    writer.flush()
}

/// Writes events as CSV with the ten columns of the Python system that this one replaces, without labels.
pub fn write_legacy_csv(rows: &[LabelledEvent], sink: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(sink);
    for LabelledEvent { event, .. } in rows {
        writer.serialize(LegacyCsvRow {
            user_id: event.user.as_str(),
            timestamp: event.time.to_string(),
            action_type: event.action.name(),
            resource_id: event.resource.as_deref(),
            ip_address: event.address,
            data_volume_mb: event.volume_mb,
            location: event.location.as_deref(),
            device_type: event.device.map(Device::name),
            failed_attempts: event.failed_attempts,
            location_change: event.location_change,
        })?;
    }
    writer.flush()
}

#[derive(Serialize)]
struct LegacyCsvRow<'a> {
    user_id: &'a str,
    timestamp: String,
    action_type: &'a str,
    resource_id: Option<&'a str>,
    ip_address: Option<IpAddr>,
    data_volume_mb: Option<f64>,
    location: Option<&'a str>,
    device_type: Option<&'a str>,
    failed_attempts: Option<u32>,
    location_change: Option<bool>,
}

#[derive(Serialize)]
struct CsvRow<'a> {
    event_id: &'a str,
    timestamp: String,
    user_id: &'a str,
    action_type: &'a str,
    native_action: Option<&'a str>,
    resource_id: Option<&'a str>,
    data_volume_mb: Option<f64>,
    ip_address: Option<IpAddr>,
    location: Option<&'a str>,
    device_type: Option<&'a str>,
    user_agent: Option<&'a str>,
    outcome: Option<&'static str>,
    native_outcome: Option<&'a str>,
    failed_attempts: Option<u32>,
    location_change: Option<bool>,
    department: Option<&'a str>,
    role: Option<&'a str>,
    is_anomaly: Option<u8>,
    anomaly_type: Option<&'a str>,
    case: Option<&'a str>,
}

impl<'a> CsvRow<'a> {
    fn of(LabelledEvent { event, label }: &'a LabelledEvent) -> Self {
        let (is_anomaly, anomaly_type, case) = match label {
            Label::Benign => (Some(0), None, None),
            Label::Attack { kind, case } => (Some(1), Some(kind.as_ref()), Some(case.as_ref())),
            Label::Unjudged => (None, None, None),
        };
        Self {
            event_id: event.event_id.as_deref().unwrap_or_default(),
            timestamp: event.time.to_string(),
            user_id: event.user.as_str(),
            action_type: event.action.name(),
            native_action: event.native_action.as_deref(),
            resource_id: event.resource.as_deref(),
            data_volume_mb: event.volume_mb,
            ip_address: event.address,
            location: event.location.as_deref(),
            device_type: event.device.map(Device::name),
            user_agent: event.user_agent.as_deref(),
            outcome: Some(event.outcome).filter(|outcome| *outcome != Outcome::Unknown).map(Outcome::name),
            native_outcome: event.native_outcome.as_deref(),
            failed_attempts: event.failed_attempts,
            location_change: event.location_change,
            department: event.department.as_deref(),
            role: event.role.as_deref(),
            is_anomaly,
            anomaly_type,
            case,
        }
    }
}

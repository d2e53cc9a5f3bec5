//! Writing labelled events as CSV.

use std::{
    borrow::Cow,
    io::{self, Write},
    net::IpAddr,
};

use serde::Serialize;
use shared::{
    event::{Device, Outcome},
    spreadsheet::neutralised,
};

use super::labelled_event::{Label, LabelledEvent};

/// Writes labelled events as CSV: the columns of the product's own format, then `is_anomaly` (1, 0, or empty for an
/// unjudged event), `anomaly_type` and `case`. No text in it is a formula to a spreadsheet.
pub fn write_csv<'a>(rows: impl IntoIterator<Item = &'a LabelledEvent>, sink: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(sink);
    for row in rows {
        writer.serialize(CsvRow::of(row)).map_err(io_error)?;
    }
    writer.flush()
}

/// Writes events as CSV with the ten columns of the Python system that this one replaces, without labels.
pub fn write_legacy_csv(rows: &[LabelledEvent], sink: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(sink);
    for LabelledEvent { event, .. } in rows {
        let row = LegacyCsvRow {
            user_id: neutralised(event.user.as_str()),
            timestamp: event.time.to_string(),
            action_type: event.action.name(),
            resource_id: event.resource.as_deref().map(neutralised),
            ip_address: event.address,
            data_volume_mb: event.volume_mb,
            location: event.location.as_deref().map(neutralised),
            device_type: event.device.map(Device::name),
            failed_attempts: event.failed_attempts,
            location_change: event.location_change,
        };
        writer.serialize(row).map_err(io_error)?;
    }
    writer.flush()
}

/// Returns the failure of the sink as it is, which the conversion by the crate `csv` hides.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[derive(Serialize)]
struct LegacyCsvRow<'a> {
    user_id: Cow<'a, str>,
    timestamp: String,
    action_type: &'a str,
    resource_id: Option<Cow<'a, str>>,
    ip_address: Option<IpAddr>,
    data_volume_mb: Option<f64>,
    location: Option<Cow<'a, str>>,
    device_type: Option<&'a str>,
    failed_attempts: Option<u32>,
    location_change: Option<bool>,
}

#[derive(Serialize)]
struct CsvRow<'a> {
    event_id: Cow<'a, str>,
    timestamp: String,
    user_id: Cow<'a, str>,
    action_type: &'a str,
    native_action: Option<Cow<'a, str>>,
    resource_id: Option<Cow<'a, str>>,
    data_volume_mb: Option<f64>,
    ip_address: Option<IpAddr>,
    location: Option<Cow<'a, str>>,
    device_type: Option<&'a str>,
    user_agent: Option<Cow<'a, str>>,
    outcome: Option<&'static str>,
    native_outcome: Option<Cow<'a, str>>,
    failed_attempts: Option<u32>,
    location_change: Option<bool>,
    department: Option<Cow<'a, str>>,
    role: Option<Cow<'a, str>>,
    is_anomaly: Option<u8>,
    anomaly_type: Option<Cow<'a, str>>,
    case: Option<Cow<'a, str>>,
}

impl<'a> CsvRow<'a> {
    fn of(LabelledEvent { event, label }: &'a LabelledEvent) -> Self {
        let (is_anomaly, anomaly_type, case) = match label {
            Label::Benign => (Some(0), None, None),
            Label::Attack { kind, case } => (Some(1), Some(neutralised(kind)), Some(neutralised(case))),
            Label::Unjudged => (None, None, None),
        };
        Self {
            event_id: neutralised(event.event_id.as_deref().unwrap_or_default()),
            timestamp: event.time.to_string(),
            user_id: neutralised(event.user.as_str()),
            action_type: event.action.name(),
            native_action: event.native_action.as_deref().map(neutralised),
            resource_id: event.resource.as_deref().map(neutralised),
            data_volume_mb: event.volume_mb,
            ip_address: event.address,
            location: event.location.as_deref().map(neutralised),
            device_type: event.device.map(Device::name),
            user_agent: event.user_agent.as_deref().map(neutralised),
            outcome: Some(event.outcome).filter(|outcome| *outcome != Outcome::Unknown).map(Outcome::name),
            native_outcome: event.native_outcome.as_deref().map(neutralised),
            failed_attempts: event.failed_attempts,
            location_change: event.location_change,
            department: event.department.as_deref().map(neutralised),
            role: event.role.as_deref().map(neutralised),
            is_anomaly,
            anomaly_type,
            case,
        }
    }
}

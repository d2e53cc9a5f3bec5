//! Events of which it is known whether they are an attack's: what a detector is tested with.

use std::{
    io::{self, Write},
    net::IpAddr,
};

use serde::Serialize;
use shared::event::{Device, Event};

/// An event and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// The event.
    pub event: Event,
    /// Whether it belongs to an attack.
    pub label: Label,
}

impl Labelled {
    /// Tells whether the event belongs to an attack.
    pub fn is_attack(&self) -> bool {
        matches!(self.label, Label::Attack { .. })
    }
}

/// Whether an event belongs to an attack.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Label {
    /// It does not.
    Benign,
    /// It does.
    Attack {
        /// What is done, as `anomaly_type` says it: `takeover`, `mass_deletion`.
        kind: Box<str>,
        /// Which attack it belongs to; a case is one attack on one user.
        case: Box<str>,
    },
    /// It is not to be judged: the aftermath of an attack, say.
    Unjudged,
}

/// Writes labelled events as CSV: the columns of the product's own format, then `is_anomaly` (1, 0, or nothing where
/// it is not to be judged), `anomaly_type` and `case`.
pub fn write<'a>(rows: impl IntoIterator<Item = &'a Labelled>, sink: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(sink);
    for row in rows {
        writer.serialize(Columns::of(row))?;
    }
    writer.flush()
}

/// Writes events with the columns of the system before this one, without labels.
pub fn write_as_of_old(rows: &[Labelled], sink: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(sink);
    for Labelled { event, .. } in rows {
        writer.serialize(OldColumns {
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
struct OldColumns<'a> {
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
struct Columns<'a> {
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
    outcome: Option<&'a str>,
    failed_attempts: Option<u32>,
    location_change: Option<bool>,
    department: Option<&'a str>,
    role: Option<&'a str>,
    is_anomaly: Option<u8>,
    anomaly_type: Option<&'a str>,
    case: Option<&'a str>,
}

impl<'a> Columns<'a> {
    fn of(Labelled { event, label }: &'a Labelled) -> Self {
        let (is_anomaly, anomaly_type, case) = match label {
            Label::Benign => (Some(0), None, None),
            Label::Attack { kind, case } => (Some(1), Some(kind.as_ref()), Some(case.as_ref())),
            Label::Unjudged => (None, None, None),
        };
        Self {
            event_id: event.sender_id.as_deref().unwrap_or_default(),
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
            outcome: event.outcome.as_deref(),
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

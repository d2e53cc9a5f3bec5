//! Events in answers, under the names that they have in requests.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::Serialize;
use shared::{
    event::{Action, Device, Event, EventKey, Outcome},
    travel::Coordinates,
};
use utoipa::ToSchema;

use super::{
    opaque::Opaque,
    schemas::{ActionName, DeviceName, OutcomeName},
    types::PredictionBody,
};
use crate::store::StoredEvent;

/// The id of an event in addresses: everything that it is found by.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct EventId(Opaque<(String, i64, String)>);

impl EventId {
    pub(super) fn of(user: &str, time: Timestamp, id: &str) -> Self {
        Self(Opaque((user.to_owned(), time.as_millisecond(), id.to_owned())))
    }

    /// Returns the key of the event that a word names, if it names one.
    pub(super) fn read(word: &str) -> Option<EventKey> {
        let Opaque((user, time_ms, id)): Opaque<(String, i64, String)> = Opaque::of(word)?;
        Some(EventKey { user: user.parse().ok()?, time_ms, id })
    }
}

/// An event with its prediction.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StoredEventBody {
    event: EventBody,
    prediction: PredictionBody,
    model_version: String,
}

impl StoredEventBody {
    pub(super) fn of(StoredEvent { scored, .. }: StoredEvent) -> Self {
        let prediction = scored.prediction();
        Self {
            model_version: prediction.model_version.clone(),
            prediction: prediction.into(),
            event: scored.event.into(),
        }
    }
}

/// An event, under the names that its fields have in requests; null where a field is not known.
#[derive(Debug, Serialize, ToSchema)]
struct EventBody {
    event_id: String,
    user_id: String,
    timestamp: Timestamp,
    #[schema(value_type = ActionName)]
    action_type: Action,
    resource_id: Option<Box<str>>,
    #[schema(value_type = Option<String>)]
    ip_address: Option<IpAddr>,
    data_volume_mb: Option<f64>,
    location: Option<Box<str>>,
    #[schema(value_type = Option<DeviceName>)]
    device_type: Option<Device>,
    failed_attempts: Option<u32>,
    location_change: Option<bool>,
    native_action: Option<Box<str>>,
    department: Option<Box<str>>,
    role: Option<Box<str>>,
    user_agent: Option<Box<str>>,
    #[schema(value_type = Option<OutcomeName>)]
    outcome: Option<&'static str>,
    native_outcome: Option<Box<str>>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

impl From<Event> for EventBody {
    fn from(event: Event) -> Self {
        let known_outcome = Some(event.outcome).filter(|outcome| *outcome != Outcome::Unknown);
        Self {
            event_id: event.id(),
            user_id: event.user.to_string(),
            timestamp: event.time,
            action_type: event.action,
            resource_id: event.resource,
            ip_address: event.address,
            data_volume_mb: event.volume_mb,
            location: event.location,
            device_type: event.device,
            failed_attempts: event.failed_attempts,
            location_change: event.location_change,
            native_action: event.native_action,
            department: event.department,
            role: event.role,
            user_agent: event.user_agent,
            outcome: known_outcome.map(Outcome::name),
            native_outcome: event.native_outcome,
            latitude: event.coordinates.map(Coordinates::latitude),
            longitude: event.coordinates.map(Coordinates::longitude),
        }
    }
}

/// An event as it is sent, as it is told.
#[derive(ToSchema)]
#[expect(dead_code, reason = "events are read by `shared::formats`")]
pub(super) struct EventRequest {
    /// 1 to 256 characters, none of which controls.
    #[schema(example = "ann")]
    user_id: String,
    /// A time with `Z` or an offset, at most 24 hours ahead of the server's clock.
    timestamp: Timestamp,
    action_type: ActionName,
    resource_id: Option<String>,
    ip_address: Option<String>,
    data_volume_mb: Option<f64>,
    location: Option<String>,
    device_type: Option<DeviceName>,
    failed_attempts: Option<u32>,
    location_change: Option<bool>,
    event_id: Option<String>,
    native_action: Option<String>,
    department: Option<String>,
    role: Option<String>,
    user_agent: Option<String>,
    outcome: Option<String>,
    native_outcome: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    /// Whether the answer says why.
    explain: Option<bool>,
}

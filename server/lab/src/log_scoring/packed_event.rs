//! Events as bytes: a fifth of the size that they have in use.

use std::{io, net::IpAddr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    event::{Action, Device, Event, Outcome},
    travel::Coordinates,
};

/// The fields of an event; texts are borrowed from the event, or from the bytes.
#[derive(Serialize, Deserialize)]
struct PackedEvent<'a> {
    user: &'a str,
    time_ms: i64,
    action: Action,
    resource: Option<&'a str>,
    address: Option<IpAddr>,
    volume_mb: Option<f64>,
    location: Option<&'a str>,
    device: Option<Device>,
    failed_attempts: Option<u32>,
    location_change: Option<bool>,
    event_id: Option<&'a str>,
    native_action: Option<&'a str>,
    department: Option<&'a str>,
    role: Option<&'a str>,
    user_agent: Option<&'a str>,
    outcome: Outcome,
    native_outcome: Option<&'a str>,
    coordinates: Option<Coordinates>,
}

/// Appends an event to `bytes`.
pub(super) fn pack(event: &Event, bytes: &mut Vec<u8>) {
    let packed = PackedEvent {
        user: event.user.as_str(),
        time_ms: event.time.as_millisecond(),
        action: event.action,
        resource: event.resource.as_deref(),
        address: event.address,
        volume_mb: event.volume_mb,
        location: event.location.as_deref(),
        device: event.device,
        failed_attempts: event.failed_attempts,
        location_change: event.location_change,
        event_id: event.event_id.as_deref(),
        native_action: event.native_action.as_deref(),
        department: event.department.as_deref(),
        role: event.role.as_deref(),
        user_agent: event.user_agent.as_deref(),
        outcome: event.outcome,
        native_outcome: event.native_outcome.as_deref(),
        coordinates: event.coordinates,
    };
    *bytes = postcard::to_extend(&packed, std::mem::take(bytes)).expect("an event is plain data");
}

/// Returns the event that was packed into `bytes`.
///
/// # Errors
///
/// Fails if the bytes, which may come from a temporary file, are not what [`pack`] wrote.
pub(super) fn unpack(bytes: &[u8]) -> io::Result<Event> {
    let packed: PackedEvent = postcard::from_bytes(bytes).map_err(io::Error::other)?;
    let user = packed.user.parse().map_err(io::Error::other)?;
    let time = Timestamp::from_millisecond(packed.time_ms).map_err(io::Error::other)?;
    Ok(Event {
        resource: packed.resource.map(Into::into),
        address: packed.address,
        volume_mb: packed.volume_mb,
        location: packed.location.map(Into::into),
        device: packed.device,
        failed_attempts: packed.failed_attempts,
        location_change: packed.location_change,
        event_id: packed.event_id.map(Into::into),
        native_action: packed.native_action.map(Into::into),
        department: packed.department.map(Into::into),
        role: packed.role.map(Into::into),
        user_agent: packed.user_agent.map(Into::into),
        outcome: packed.outcome,
        native_outcome: packed.native_outcome.map(Into::into),
        coordinates: packed.coordinates,
        ..Event::new(user, time, packed.action)
    })
}

#[cfg(test)]
mod tests {
    use shared::{formats, travel::Area};

    use super::*;
    use crate::place_tables::places;

    #[test]
    fn an_event_comes_out_as_it_was_packed() {
        let full = br#"{"user_id": "ann", "timestamp": "2024-01-15T14:30:00.125Z", "action_type": "view",
            "resource_id": "crm/notes", "ip_address": "2001:db8::1", "data_volume_mb": 0.1, "location": "Berlin",
            "device_type": "web", "failed_attempts": 3, "location_change": true, "event_id": "e-7",
            "native_action": "GetObject", "department": "sales", "role": "member", "user_agent": "curl/8",
            "outcome": "AccessDenied", "latitude": 52.52, "longitude": 13.41}"#;
        let least = br#"{"user_id": "ann", "timestamp": "2024-01-15T14:30:00Z", "action_type": "login"}"#;
        for json in [&full[..], least] {
            let event = formats::event(json, Some(places())).expect("valid").event;
            let mut bytes = Vec::new();
            pack(&event, &mut bytes);
            assert_eq!(unpack(&bytes).expect("just packed"), event);
        }
        let event = formats::event(full, Some(places())).expect("valid").event;
        assert!(matches!(event.coordinates.map(Coordinates::area), Some(Area::In(_))), "the area is packed too");
    }

    #[test]
    fn damaged_bytes_are_an_error() {
        let mut bytes = Vec::new();
        pack(&Event::new("ann".parse().expect("an id"), Timestamp::UNIX_EPOCH, Action::Login), &mut bytes);
        for length in 0..bytes.len() {
            assert!(unpack(&bytes[..length]).is_err(), "{length} bytes");
        }
    }
}

//! An event as it is filled in.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::{
    event::{Action, CheckedEvent, Device, Event, FieldError, RawValue, UncheckedEvent, ValidationErrors},
    profile::Profile,
};

use super::usual::Usual;
use crate::paths::encoded;

/// An event as it is filled in: the fields of the API as texts. An empty text is an unknown value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Trial {
    pub user_id: String,
    /// As browsers write it, in UTC: `2026-11-20T09:30`.
    pub timestamp: String,
    pub action_type: String,
    pub resource_id: String,
    pub location: String,
    pub device_type: String,
    pub data_volume_mb: String,
    pub failed_attempts: String,
    pub location_change: String,
}

/// What is wrong with one field of an event that is filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldFault {
    /// The name of the field in the API; empty where the event as a whole is wrong.
    pub field: String,
    /// What is wrong and what would be right, to be read after the field's name.
    pub detail: String,
}

impl fmt::Display for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.detail)
    }
}

impl FieldFault {
    fn of(error: FieldError) -> Self {
        Self { field: error.field.to_owned(), detail: error.detail }
    }
}

/// A user whose last event is not older is tried out now.
const RECENT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Any other user is tried out this long after their last event.
const NEXT_DAY: SignedDuration = SignedDuration::from_hours(24);

impl Trial {
    /// Returns whether the form has neither an action nor a time yet; the user may be filled in.
    pub fn is_fresh(&self) -> bool {
        self.action_type.is_empty() && self.timestamp.is_empty()
    }

    /// Fills in what the user usually does: now, or after their last event if that was long ago.
    #[must_use]
    pub fn filled(self, profile: &Profile, last_seen: Option<Timestamp>, now: Timestamp) -> Self {
        let usual = Usual::of(profile);
        let action = usual.action.unwrap_or(Action::Login);
        Self {
            timestamp: default_time(last_seen, now).strftime("%Y-%m-%dT%H:%M").to_string(),
            action_type: action.name().to_owned(),
            location: usual.place,
            device_type: usual.device.map_or("", Device::name).to_owned(),
            ..self
        }
    }

    /// Returns the resource, if one is filled in.
    pub fn resource(&self) -> Option<&str> {
        Some(self.resource_id.trim()).filter(|resource| !resource.is_empty())
    }

    /// Returns the place, if one is filled in.
    pub fn location(&self) -> Option<&str> {
        Some(self.location.trim()).filter(|location| !location.is_empty())
    }

    /// Returns the hour of the day (UTC), if the time has one.
    pub fn hour(&self) -> Option<u8> {
        let (_, time) = self.timestamp.split_once('T')?;
        time.get(..2)?.parse().ok()
    }

    /// Moves the event to another hour of its day.
    #[must_use]
    pub fn at_hour(mut self, hour: u8) -> Self {
        if let Some((day, time)) = self.timestamp.split_once('T') {
            let minutes = time.get(2..).unwrap_or(":00");
            self.timestamp = format!("{day}T{hour:02}{minutes}");
        }
        self
    }

    /// Returns the event with the values of another one, in the fields that a counterfactual changes.
    #[must_use]
    pub fn changed_to(&self, event: &Event) -> Self {
        let text = |text: &Option<Box<str>>| text.as_deref().unwrap_or_default().to_owned();
        let number = |number: Option<String>| number.unwrap_or_default();
        Self {
            timestamp: event.time.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            action_type: event.action.name().to_owned(),
            resource_id: text(&event.resource),
            location: text(&event.location),
            device_type: event.device.map_or("", Device::name).to_owned(),
            data_volume_mb: number(event.volume_mb.map(|volume| volume.to_string())),
            failed_attempts: number(event.failed_attempts.map(|attempts| attempts.to_string())),
            ..self.clone()
        }
    }

    /// Changes the volume, in megabytes.
    #[must_use]
    pub fn with_volume(self, volume_mb: Option<f64>) -> Self {
        Self { data_volume_mb: volume_mb.map(|volume| volume.to_string()).unwrap_or_default(), ..self }
    }

    /// Returns the volume in megabytes, if it is known.
    pub fn volume_mb(&self) -> Option<f64> {
        self.data_volume_mb.trim().parse().ok().filter(|volume: &f64| volume.is_finite() && *volume >= 0.0)
    }

    /// Returns the event, or all that is wrong with it: what a person filled in is never left out.
    pub fn event(&self) -> Result<Event, Vec<FieldFault>> {
        let time = self.utc();
        let draft = UncheckedEvent {
            user_id: RawValue::cell(&self.user_id),
            timestamp: RawValue::cell(&time),
            action_type: RawValue::cell(&self.action_type),
            resource_id: RawValue::cell(&self.resource_id),
            location: RawValue::cell(&self.location),
            device_type: RawValue::cell(&self.device_type),
            data_volume_mb: RawValue::cell(&self.data_volume_mb),
            failed_attempts: RawValue::cell(&self.failed_attempts),
            location_change: RawValue::cell(&self.location_change),
            ..UncheckedEvent::default()
        };
        let (event, faults) = match draft.check() {
            Ok(CheckedEvent { event, unread }) => (Some(event), unread),
            Err(ValidationErrors(faults)) => (None, faults),
        };
        let faults: Vec<_> = faults.into_iter().map(FieldFault::of).collect();
        event.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// Returns the query of the address that fills the event in again.
    pub fn query(&self) -> String {
        let filled = self.fields().into_iter().filter(|(_, text)| !text.is_empty());
        let pairs: Vec<_> = filled.map(|(name, text)| format!("{name}={}", encoded(text))).collect();
        pairs.join("&")
    }

    /// Returns the event as a request to the API, for a terminal. The server is at `origin`.
    pub fn curl(&self, origin: &str) -> String {
        let time = self.utc();
        let fields = self.fields().into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| {
            let value = match name {
                "timestamp" => json!(time),
                "data_volume_mb" | "failed_attempts" => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
                "location_change" => json!(text == "yes"),
                _ => json!(text),
            };
            (name.to_owned(), value)
        });
        let body = serde_json::Value::Object(fields.collect()).to_string().replace('\'', "'\\''");
        format!("curl {origin}/api/predict -H \"X-API-Key: $API_KEY\" -d '{body}'")
    }

    /// Returns the time as the API has it.
    fn utc(&self) -> String {
        match self.timestamp.trim().len() {
            16 => format!("{}:00Z", self.timestamp.trim()),
            19 => format!("{}Z", self.timestamp.trim()),
            _ => self.timestamp.clone(),
        }
    }

    /// Returns the names of the fields with their texts.
    fn fields(&self) -> [(&'static str, &str); 9] {
        [
            ("user_id", &self.user_id),
            ("timestamp", &self.timestamp),
            ("action_type", &self.action_type),
            ("resource_id", &self.resource_id),
            ("location", &self.location),
            ("device_type", &self.device_type),
            ("data_volume_mb", &self.data_volume_mb),
            ("failed_attempts", &self.failed_attempts),
            ("location_change", &self.location_change),
        ]
    }
}

fn default_time(last_seen: Option<Timestamp>, now: Timestamp) -> Timestamp {
    match last_seen {
        Some(last) if now.duration_since(last) > RECENT => last.saturating_add(NEXT_DAY).unwrap_or(now),
        _ => now,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    pub(in crate::what_if) fn filled() -> Trial {
        let trial = Trial { user_id: "ann".to_owned(), ..Trial::default() };
        trial.filled(&Profile::default(), None, time("2026-11-20T09:30:59Z"))
    }

    #[test]
    fn what_is_empty_is_unknown() {
        let event = filled().event().expect("the event is whole");
        assert_eq!(event, Event::new(event.user.clone(), time("2026-11-20T09:30:00Z"), Action::Login));
    }

    #[test]
    fn all_that_is_wrong_is_named() {
        let wrong = Trial { data_volume_mb: "much".to_owned(), failed_attempts: "-1".to_owned(), ..Trial::default() };
        let faults = wrong.event().expect_err("much is wrong");
        assert_eq!(faults.len(), 5, "{faults:?}");
        assert_eq!((faults[0].field.as_str(), faults[3].field.as_str()), ("user_id", "data_volume_mb"));
        assert!(faults[0].detail.starts_with("is missing"), "{faults:?}");
    }

    #[test]
    fn who_was_seen_recently_is_tried_out_now_and_others_the_day_after_their_last() {
        let now = time("2026-11-20T09:30:00Z");
        assert_eq!(default_time(None, now), now);
        assert_eq!(default_time(Some(time("2026-11-01T00:00:00Z")), now), now);
        assert_eq!(default_time(Some(time("2019-05-01T12:00:00Z")), now), time("2019-05-02T12:00:00Z"));
    }

    #[test]
    fn an_event_moves_to_another_hour_of_its_day() {
        let moved = filled().at_hour(3);
        assert_eq!((moved.timestamp.as_str(), moved.hour()), ("2026-11-20T03:30", Some(3)));
        assert_eq!(Trial::default().at_hour(3), Trial::default(), "without a day there is no hour");
    }

    #[test]
    fn an_event_has_an_address_and_is_a_request_to_the_api() {
        let trial = Trial { location: "São Paulo".to_owned(), data_volume_mb: "1.5".to_owned(), ..filled() };
        let query =
            "user_id=ann&timestamp=2026-11-20T09%3A30&action_type=login&location=S%C3%A3o%20Paulo&data_volume_mb=1.5";
        assert_eq!(trial.query(), query);
        let expected = concat!(
            r#"curl http://uba/api/predict -H "X-API-Key: $API_KEY" -d '{"action_type":"login","data_volume_mb":1.5,"#,
            r#""location":"São Paulo","timestamp":"2026-11-20T09:30:00Z","user_id":"ann"}'"#
        );
        assert_eq!(trial.curl("http://uba"), expected);
        let quoted = Trial { user_id: "o'neill".to_owned(), ..Trial::default() };
        assert!(quoted.curl("").ends_with(r#"-d '{"user_id":"o'\''neill"}'"#), "{}", quoted.curl(""));
    }
}

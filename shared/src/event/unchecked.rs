//! The check of an event: from the raw values of its fields to an [`Event`] and the errors in them.

use super::{
    Event, FieldError, Outcome, RawValue, ValidationErrors,
    raw_value::{
        Fault, MAX_RESOURCE, MAX_TEXT, Parsed, action, address, degrees, device, event_id, failed_attempts, flag, text,
        timestamp, user_id, volume, word,
    },
};
use crate::travel::Coordinates;

/// The fields of an event as a sender or a format's mapping gives them: any of them may be absent or invalid.
///
/// [`UncheckedEvent::check`] makes an [`Event`] of them, if the three required ones can be read: `user_id`, `timestamp` and
/// `action_type`.
///
/// ```
/// use shared::event::{Outcome, RawValue, UncheckedEvent};
///
/// let cells = UncheckedEvent {
///     user_id: RawValue::cell("ann"),
///     timestamp: RawValue::cell("2024-01-15T15:30:00+01:00"),
///     action_type: RawValue::cell("Login"),
///     outcome: RawValue::cell("DENY"),
///     ..UncheckedEvent::default()
/// };
/// let event = cells.clone().check()?.event;
/// assert_eq!(event.time.to_string(), "2024-01-15T14:30:00Z");
/// assert_eq!((event.outcome, event.native_outcome.as_deref()), (Outcome::Failure, Some("DENY")));
///
/// let wrong = UncheckedEvent { user_id: None, action_type: RawValue::cell("fly"), ..cells };
/// let errors = wrong.check().expect_err("two fields are wrong");
/// assert!(errors.to_string().starts_with("user_id is missing; action_type is \"fly\", must be one of login, logout"));
/// # Ok::<(), shared::event::ValidationErrors>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of `Event`, under the names of the own format")]
pub struct UncheckedEvent<'a> {
    pub user_id: Option<RawValue<'a>>,
    pub timestamp: Option<RawValue<'a>>,
    pub action_type: Option<RawValue<'a>>,
    pub resource_id: Option<RawValue<'a>>,
    pub ip_address: Option<RawValue<'a>>,
    pub data_volume_mb: Option<RawValue<'a>>,
    pub location: Option<RawValue<'a>>,
    pub device_type: Option<RawValue<'a>>,
    pub failed_attempts: Option<RawValue<'a>>,
    pub location_change: Option<RawValue<'a>>,
    pub event_id: Option<RawValue<'a>>,
    pub native_action: Option<RawValue<'a>>,
    pub department: Option<RawValue<'a>>,
    pub role: Option<RawValue<'a>>,
    pub user_agent: Option<RawValue<'a>>,
    pub outcome: Option<RawValue<'a>>,
    pub native_outcome: Option<RawValue<'a>>,
    pub latitude: Option<RawValue<'a>>,
    pub longitude: Option<RawValue<'a>>,
}

/// An event, and what of its record could not be read.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedEvent {
    /// The event. An optional field that could not be read is unknown, a text that was too long is shortened.
    pub event: Event,
    /// The errors in optional fields, in the order of [`UncheckedEvent::FIELDS`].
    pub unread: Vec<FieldError>,
}

impl UncheckedEvent<'_> {
    /// The names of the fields, in the order in which they are checked.
    pub const FIELDS: [&'static str; 19] = [
        "user_id",
        "timestamp",
        "action_type",
        "resource_id",
        "ip_address",
        "data_volume_mb",
        "location",
        "device_type",
        "failed_attempts",
        "location_change",
        "event_id",
        "native_action",
        "department",
        "role",
        "user_agent",
        "outcome",
        "native_outcome",
        "latitude",
        "longitude",
    ];

    /// Returns the accessor of the field called `name`; none if there is no such field.
    pub fn field(name: &str) -> Option<FieldOf> {
        Some(match name {
            "user_id" => |event| &mut event.user_id,
            "timestamp" => |event| &mut event.timestamp,
            "action_type" => |event| &mut event.action_type,
            "resource_id" => |event| &mut event.resource_id,
            "ip_address" => |event| &mut event.ip_address,
            "data_volume_mb" => |event| &mut event.data_volume_mb,
            "location" => |event| &mut event.location,
            "device_type" => |event| &mut event.device_type,
            "failed_attempts" => |event| &mut event.failed_attempts,
            "location_change" => |event| &mut event.location_change,
            "event_id" => |event| &mut event.event_id,
            "native_action" => |event| &mut event.native_action,
            "department" => |event| &mut event.department,
            "role" => |event| &mut event.role,
            "user_agent" => |event| &mut event.user_agent,
            "outcome" => |event| &mut event.outcome,
            "native_outcome" => |event| &mut event.native_outcome,
            "latitude" => |event| &mut event.latitude,
            "longitude" => |event| &mut event.longitude,
            _ => return None,
        })
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// Returns the errors in all fields, in the order of [`UncheckedEvent::FIELDS`], if a required field is missing or
    /// cannot be read.
    pub fn check(mut self) -> Result<CheckedEvent, ValidationErrors> {
        let mut check = Check::default();
        let required = self.check_required(&mut check);
        let resource = check.optional("resource_id", self.resource_id, text::<MAX_RESOURCE>);
        let address = check.optional("ip_address", self.ip_address, address);
        let volume_mb = check.optional("data_volume_mb", self.data_volume_mb, volume);
        let location = check.optional("location", self.location, text::<MAX_TEXT>);
        let device = check.optional("device_type", self.device_type, device);
        let failed_attempts = check.optional("failed_attempts", self.failed_attempts, failed_attempts);
        let location_change = check.optional("location_change", self.location_change, flag);
        let event_id = check.optional("event_id", self.event_id, event_id);
        let native_action = check.optional("native_action", self.native_action, text::<MAX_TEXT>);
        let department = check.optional("department", self.department, text::<MAX_TEXT>);
        let role = check.optional("role", self.role, text::<MAX_TEXT>);
        let user_agent = check.optional("user_agent", self.user_agent, text::<MAX_TEXT>);
        let (outcome, native_outcome) = check.outcome(self.outcome, self.native_outcome);
        let coordinates = check.coordinates(self.latitude, self.longitude);
        let Some(event) = required else {
            return Err(ValidationErrors(check.0));
        };
        let event = Event {
            resource,
            address,
            volume_mb,
            location,
            device,
            failed_attempts,
            location_change,
            event_id,
            native_action,
            department,
            role,
            user_agent,
            outcome,
            native_outcome,
            coordinates,
            ..event
        };
        Ok(CheckedEvent { event, unread: check.0 })
    }

    /// Checks the three required fields; returns an event in which all others are unknown.
    fn check_required(&mut self, check: &mut Check) -> Option<Event> {
        let user = check.required("user_id", self.user_id.take(), user_id);
        let time = check.required("timestamp", self.timestamp.take(), timestamp);
        let action = check.required("action_type", self.action_type.take(), action);
        Some(Event::new(user?, time?, action?))
    }
}

/// Returns a field of an event.
pub type FieldOf = for<'e, 'a> fn(&'e mut UncheckedEvent<'a>) -> &'e mut Option<RawValue<'a>>;

/// Collects the errors of an event while its fields are checked.
#[derive(Default)]
struct Check(Vec<FieldError>);

impl Check {
    fn required<T>(
        &mut self,
        field: &'static str,
        raw: Option<RawValue>,
        parse: fn(&RawValue) -> Parsed<T>,
    ) -> Option<T> {
        match &raw {
            None => self.push(field, Fault::missing()),
            Some(raw) if raw.is_placeholder() => {
                self.push(field, Fault::new("is missing", format!("is missing: {raw} stands for no value")));
            }
            Some(_) => {}
        }
        self.optional(field, raw, parse)
    }

    fn optional<T>(
        &mut self,
        field: &'static str,
        raw: Option<RawValue>,
        parse: fn(&RawValue) -> Parsed<T>,
    ) -> Option<T> {
        let raw = raw?;
        if raw.is_placeholder() {
            return None;
        }
        if let RawValue::Unreadable(error) = raw {
            self.0.push(FieldError { field, ..*error });
            return None;
        }
        let Parsed { value, fault } = parse(&raw);
        if let Some(fault) = fault {
            self.push(field, *fault);
        }
        value
    }

    fn push(&mut self, field: &'static str, Fault { problem, detail }: Fault) {
        self.0.push(FieldError { field, problem, detail });
    }

    /// Returns the outcome that the field `outcome` names, and the vendor's words for it: those of `native_outcome`,
    /// else those of `outcome` if they say more than the name of the outcome.
    fn outcome(&mut self, outcome: Option<RawValue>, native: Option<RawValue>) -> (Outcome, Option<Box<str>>) {
        let given = self.optional("outcome", outcome, word);
        let native = self.optional("native_outcome", native, text::<MAX_TEXT>);
        let outcome = given.as_deref().map_or(Outcome::Unknown, Outcome::of_text);
        let says_more = |text: &str| outcome == Outcome::Unknown || text != outcome.name();
        (outcome, native.or(given.filter(|text| says_more(text))))
    }

    /// Returns the coordinates of a latitude and a longitude; a record must have both or neither.
    fn coordinates(&mut self, latitude: Option<RawValue>, longitude: Option<RawValue>) -> Option<Coordinates> {
        let [latitude, longitude] = [latitude, longitude].map(|raw| raw.filter(|raw| !raw.is_placeholder()));
        let lone = match (&latitude, &longitude) {
            (Some(_), None) => Some(("longitude", "latitude")),
            (None, Some(_)) => Some(("latitude", "longitude")),
            _ => None,
        };
        if let Some((field, other)) = lone {
            self.push(field, Fault::new("is missing", format!("is missing, where there is a {other}")));
        }
        let latitude = self.optional("latitude", latitude, degrees::<90>);
        let longitude = self.optional("longitude", longitude, degrees::<180>);
        Coordinates::new(latitude?, longitude?).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{event::Action, formats};

    fn check(event: &serde_json::Value) -> Result<CheckedEvent, ValidationErrors> {
        formats::event(event.to_string().as_bytes(), None)
    }

    /// Checks an event with the given fields beside the required ones, and returns it with all errors in one text.
    fn check_with(mut fields: serde_json::Value) -> (Event, String) {
        for (name, value) in [("user_id", "ann"), ("timestamp", "2024-01-15T14:30:00Z"), ("action_type", "view")] {
            fields[name] = value.into();
        }
        let CheckedEvent { event, unread } = check(&fields).expect("an event");
        (event, ValidationErrors(unread).to_string())
    }

    #[test]
    fn an_event_with_the_three_required_fields_is_valid_and_the_rest_unknown() {
        let event = check(&json!({"user_id": "ann", "timestamp": "2024-01-15T16:30:00+02:00", "action_type": "login"}))
            .expect("valid")
            .event;
        assert_eq!(event.time.to_string(), "2024-01-15T14:30:00Z");
        assert_eq!(event, Event::new(event.user.clone(), event.time, Action::Login));
    }

    #[test]
    fn every_error_is_named_at_once() {
        let errors = check(&json!({
            "timestamp": "2024-01-15T14:30:00", "action_type": "fly", "ip_address": "1.2.3", "data_volume_mb": -1,
            "device_type": 7, "failed_attempts": 1.5, "location_change": "perhaps", "location": "x".repeat(257), "role": [],
        }))
        .expect_err("nine fields are wrong");
        let fields: Vec<_> = errors.0.iter().map(|error| error.field).collect();
        assert_eq!(
            fields,
            [
                "user_id",
                "timestamp",
                "action_type",
                "ip_address",
                "data_volume_mb",
                "location",
                "device_type",
                "failed_attempts",
                "location_change",
                "role"
            ]
        );
        assert!(
            errors
                .to_string()
                .starts_with("user_id is missing; timestamp has no zone: \"2024-01-15T14:30:00\"; write it as"),
            "{errors}"
        );
    }

    #[test]
    fn an_optional_field_that_cannot_be_read_costs_that_field_and_is_told() {
        let (event, errors) = check_with(json!({
            "ip_address": "1.2.3", "data_volume_mb": -1, "device_type": 7, "failed_attempts": 1.5, "location": "x".repeat(257),
            "location_change": "perhaps", "role": [], "department": "sales",
        }));
        let department = Some("sales".into());
        let location = event.location.clone();
        let expected = Event { location, department, ..Event::new(event.user.clone(), event.time, Action::View) };
        assert_eq!(event, expected);
        assert!(event.location.is_some_and(|location| location.chars().count() == 256), "a long text is shortened");
        let problems: Vec<_> = errors.split("; ").collect();
        assert_eq!(
            problems,
            [
                "ip_address is \"1.2.3\", must be an IPv4 or IPv6 address",
                "data_volume_mb is -1, must be a number from 0 to 1000000000000",
                "location has 257 characters, may have 256, and is shortened",
                "device_type is 7, must be one of desktop, mobile, tablet, server, web, cli, other",
                "failed_attempts is 1.5, must be a whole number from 0 to 10000",
                "location_change is \"perhaps\", must be true or false",
                "role must be a text, not a list or object",
            ]
        );
    }

    #[test]
    fn null_and_empty_are_unknown() {
        let event = check(&json!({
            "user_id": "ann", "timestamp": "2024-01-15T14:30:00Z", "action_type": "VIEW", "location": "", "resource_id": null,
        }))
        .expect("valid")
        .event;
        assert_eq!((event.action, event.location, event.resource), (Action::View, None, None));
    }

    #[test]
    fn an_id_has_no_control_character_and_a_text_shows_it_as_a_symbol() {
        for bad in ["a\0", "a\nb", "\u{1B}[2J", "ann\u{202E}nimda", "a\u{85}b", "a\u{2028}b"] {
            let (event, errors) = check_with(json!({"event_id": bad}));
            assert!(event.event_id.is_none() && errors.starts_with("event_id is "), "{errors}");
            assert!(!errors.contains(bad), "{errors}");
            let user = json!({"user_id": bad, "timestamp": "2024-01-15T14:30:00Z", "action_type": "view"});
            assert_eq!(check(&user).expect_err("an id that controls").0[0].field, "user_id");
        }
        let fields = json!({"resource_id": "a\n\u{1B}", "location": "\0", "outcome": "\u{202E}", "role": "\u{7F}"});
        let (event, errors) = check_with(fields);
        assert_eq!(errors, "", "texts may have any character");
        let shown = [event.resource, event.location, event.native_outcome, event.role];
        assert_eq!(shown.map(Option::unwrap_or_default).map(String::from), ["a␊␛", "␀", "\u{FFFD}", "␡"]);
        let (_, errors) = check_with(json!({"ip_address": "\u{1B}[31m"}));
        assert_eq!(errors, "ip_address is \"␛[31m\", must be an IPv4 or IPv6 address");
    }

    #[test]
    fn a_volume_is_at_most_an_exabyte_and_not_negative() {
        for bad in [json!(-0.1), json!(1.1e12), json!(1e308), json!("inf"), json!("much"), json!(true)] {
            let (event, errors) = check_with(json!({"data_volume_mb": bad}));
            assert!(event.volume_mb.is_none() && errors.starts_with("data_volume_mb is "), "{errors}");
        }
    }
}

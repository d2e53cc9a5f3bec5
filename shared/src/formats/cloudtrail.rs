//! Records of AWS `CloudTrail`.
//!
//! Records are delivered in files of `{"Records": […]}`, as single objects (also by a log shipper, with `@timestamp` in
//! place of `eventTime`), in the response of `LookupEvents`, which holds each record as a text in `CloudTrailEvent`, with
//! fields that an export has [`flattened`], and as rows whose columns have the names of the fields. The fields are
//! described at
//! <https://docs.aws.amazonaws.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>.

mod action;
mod flattened;
mod identity;
mod outcome;
mod resource;
mod rows;
mod session;

use std::borrow::Cow;

pub(super) use self::rows::missing_columns;
use super::{
    Format, Mapping, ObjectMapping, Zone,
    json_value::{JsonObject, JsonValue},
    object::{self, no_parts},
    own::with_zone,
    spelling::is_spelt,
    structured_text::is_structure,
    user_agent::device_of,
};
use crate::event::{
    CheckedEvent, FieldError, MAX_RESOURCE, MAX_TEXT, RawValue, UncheckedEvent, ValidationErrors, shorten,
};

/// The mapping of `CloudTrail` records.
pub(super) const MAPPING: Mapping = Mapping {
    format: Format::CloudTrail,
    expects: "eventName, eventTime and userIdentity of AWS CloudTrail",
    objects: Some(ObjectMapping {
        lists: &["Records", "Events"],
        recognises,
        event,
        event_if_similar,
        parts: no_parts,
    }),
    rows: Some(rows::rows),
};

/// The field that holds a record as a text in the response of `LookupEvents`.
const INNER: &str = "CloudTrailEvent";
/// A field that only records of the product's own format have.
const OWN_FIELD: &str = "actiontype";
/// The end of the names of AWS's services.
const SERVICE_END: &str = ".amazonaws.com";
/// The beginning of the sources of notifications for functions of Lambda, such as `aws:s3`.
const FOREIGN_SOURCE: &str = "aws:";
/// The field of Insights events, which say that there were unusually many calls.
const INSIGHT: &str = "insightDetails";
/// Recorded by AWS as the address of calls from within AWS.
const NAMELESS_SERVICE: &str = "AWS Internal";

/// The fields of a record, for error messages, by those of an event that are made of them.
const ORIGINS: [(&str, &str); 6] = [
    ("user_id", "userIdentity"),
    ("timestamp", "eventTime"),
    ("action_type", "eventName"),
    ("ip_address", "sourceIPAddress"),
    ("event_id", "eventID"),
    ("user_agent", "userAgent"),
];

fn recognises(record: &JsonObject) -> bool {
    let has = |name| record.get(name).is_some();
    if has("eventName") && has("userIdentity") || has(INNER) {
        return !is_foreign(record);
    }
    let has_spelt = |is_spelt: fn(&str) -> bool| record.members().any(|(name, _)| is_spelt(name));
    has_spelt(|name| is_spelt(name, "eventname"))
        && has_spelt(flattened::is_part_of_identity)
        && !has_spelt(|name| is_spelt(name, OWN_FIELD))
}

/// Returns whether a record with the fields of a call is none: a notification of another service, or a summary of calls.
fn is_foreign(record: &JsonObject) -> bool {
    let is_notification = record.text("eventSource").is_some_and(|source| source.starts_with(FOREIGN_SOURCE));
    is_notification || record.get(INSIGHT).is_some()
}

fn event(record: &JsonObject, zone: Zone) -> Result<CheckedEvent, ValidationErrors> {
    if let Some(inner) = record.text(INNER) {
        return event(&object::parse(inner.as_bytes())?, zone);
    }
    if is_as_delivered(record) { event_of(record, zone) } else { event_of(&flattened::record(record), zone) }
}

/// Returns whether a record has `CloudTrail`'s own names, and objects where it has objects.
fn is_as_delivered(record: &JsonObject) -> bool {
    let is_text = |name| record.text(name).is_some_and(is_structure);
    let has_identity = matches!(record.get("userIdentity"), Some(JsonValue::Object(_)));
    let has_time = record.get("eventTime").or_else(|| record.get("@timestamp")).is_some();
    has_identity && has_time && record.get("eventName").is_some() && !is_text("requestParameters")
}

/// Maps a record whose fields are spread over objects in it, as in the documents of Elastic, or of which the identity is
/// missing.
fn event_if_similar(object: &JsonObject, zone: Zone) -> Option<Result<CheckedEvent, ValidationErrors>> {
    let record = flattened::record(object);
    let is_by_aws = record.text("eventSource").is_some_and(|source| source.ends_with(SERVICE_END));
    let is_similar = record.get("eventName").is_some() && (is_by_aws || record.object("userIdentity").is_some());
    is_similar.then(|| event_of(&record, zone))
}

/// Maps a record to an event. Errors have the names of the record's fields.
fn event_of(record: &JsonObject, zone: Zone) -> Result<CheckedEvent, ValidationErrors> {
    let (user, unnamed) = match identity::user(record) {
        Ok(user) => (Some(user), None),
        Err(error) => (None, Some(error)),
    };
    let mut event = UncheckedEvent { user_id: user.map(RawValue::Text), ..fields(record) };
    with_zone(&mut event, zone);
    let mut checked = event.check();
    let errors = match &mut checked {
        Ok(checked) => &mut checked.unread,
        Err(errors) => &mut errors.0,
    };
    for error in errors {
        match &unnamed {
            Some(unnamed) if error.field == "user_id" => *error = unnamed.clone(),
            _ => error.field = origin(error),
        }
    }
    checked
}

/// Returns the name of the record's field that an error is about.
fn origin(error: &FieldError) -> &'static str {
    ORIGINS.iter().find(|(field, _)| *field == error.field).map_or(error.field, |(_, origin)| origin)
}

/// Maps the fields of a record but the caller; a text that is too long for its field is shortened.
fn fields<'a>(record: &'a JsonObject<'_>) -> UncheckedEvent<'a> {
    let user_agent = record.text("userAgent");
    let native_action = record.text("eventName");
    let is_read_only = record.get("readOnly").and_then(flag);
    let action = native_action.map(|name| action::action(name, service(record), is_read_only));
    let (outcome, native_outcome) = outcome::outcome(record, native_action.unwrap_or_default());
    let fit = |text| RawValue::Text(shorten(Cow::Borrowed(text), MAX_TEXT));
    UncheckedEvent {
        timestamp: record.get("eventTime").or_else(|| record.get("@timestamp")).and_then(JsonValue::raw),
        action_type: action.map(|action| RawValue::Text(action.name().into())),
        resource_id: resource::path(record).map(|path| RawValue::Text(shorten(path.into(), MAX_RESOURCE))),
        ip_address: record.get("sourceIPAddress").filter(|address| !is_service_name(address)).and_then(JsonValue::raw),
        data_volume_mb: volume_mb(record).map(RawValue::Number),
        device_type: user_agent.and_then(device_of).map(|device| RawValue::Text(device.name().into())),
        event_id: record.text("eventID").map(fit),
        native_action: native_action.map(fit),
        user_agent: user_agent.map(fit),
        outcome: Some(RawValue::Text(outcome.name().into())),
        native_outcome: native_outcome.map(fit),
        ..UncheckedEvent::default()
    }
}

/// Returns whether the address of a call is the name of the service that made it.
fn is_service_name(address: &JsonValue) -> bool {
    address.text().is_some_and(|text| text == NAMELESS_SERVICE || text.ends_with(SERVICE_END))
}

/// Returns the name of the service that recorded the act, such as `ec2`; empty if it is unknown.
fn service<'a>(record: &'a JsonObject<'_>) -> &'a str {
    let source = record.text("eventSource").unwrap_or_default();
    source.strip_suffix(SERVICE_END).unwrap_or(source)
}

/// Returns the sum of the bytes sent and received, in megabytes; none if the record has neither.
fn volume_mb(record: &JsonObject) -> Option<f64> {
    let details = record.object("additionalEventData")?;
    let bytes = |name| details.get(name)?.number();
    let [moved_in, moved_out] = ["bytesTransferredIn", "bytesTransferredOut"].map(bytes);
    let bytes: f64 = moved_in.or(moved_out).map(|_| moved_in.unwrap_or(0.0) + moved_out.unwrap_or(0.0))?;
    (bytes.is_finite() && bytes >= 0.0).then_some(bytes / 1e6)
}

fn flag(value: &JsonValue) -> Option<bool> {
    match value {
        JsonValue::Bool(flag) => Some(*flag),
        JsonValue::Text(text) => text.to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

//! Records of AWS `CloudTrail`.
//!
//! Records are delivered in files of `{"Records": […]}`, as single objects (also by a log shipper, with `@timestamp` in
//! place of `eventTime`), in the response of `LookupEvents`, which holds each record as a text in `CloudTrailEvent`,
//! and as rows whose columns have the names of the fields. The fields are described at
//! <https://docs.aws.amazonaws.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>.

mod action;
mod identity;
mod outcome;
mod resource;
mod rows;

use std::{borrow::Cow, net::IpAddr};

use super::{
    Format, Mapping, ObjectMapping,
    json_value::{JsonObject, JsonValue},
    object,
    user_agent::device_of,
};
use crate::event::{CheckedEvent, MAX_RESOURCE, MAX_TEXT, RawValue, UncheckedEvent, ValidationErrors, shorten};

/// The mapping of `CloudTrail` records.
pub(super) const MAPPING: Mapping = Mapping {
    format: Format::CloudTrail,
    expects: "eventName, eventTime and userIdentity of AWS CloudTrail",
    objects: Some(ObjectMapping { lists: &["Records", "Events"], recognises, event }),
    rows: Some(rows::rows),
};

/// The field that holds a record as a text in the response of `LookupEvents`.
const INNER: &str = "CloudTrailEvent";

fn recognises(record: &JsonObject) -> bool {
    let has = |name| record.get(name).is_some();
    has("eventName") && (has("userIdentity") || has("eventSource")) || has(INNER)
}

fn event(record: &JsonObject) -> Result<CheckedEvent, ValidationErrors> {
    match record.text(INNER) {
        Some(inner) => fields(&object::parse(inner.as_bytes())?).check(),
        None => fields(record).check(),
    }
}

/// Maps the fields of a record; a text that is too long for its field is shortened.
fn fields<'a>(record: &'a JsonObject<'_>) -> UncheckedEvent<'a> {
    let user_agent = record.text("userAgent");
    let native_action = record.text("eventName");
    let is_read_only = record.get("readOnly").and_then(flag);
    let action = native_action.map(|name| action::action(name, service(record), is_read_only));
    let address = record.text("sourceIPAddress").filter(|address| address.parse::<IpAddr>().is_ok());
    let (outcome, native_outcome) = outcome::outcome(record, native_action.unwrap_or_default());
    let fit = |text| RawValue::Text(shorten(Cow::Borrowed(text), MAX_TEXT));
    UncheckedEvent {
        user_id: identity::user(record).map(RawValue::Text),
        timestamp: record
            .text("eventTime")
            .or_else(|| record.text("@timestamp"))
            .map(|time| RawValue::Text(time.into())),
        action_type: action.map(|action| RawValue::Text(action.name().into())),
        resource_id: resource::path(record).map(|path| RawValue::Text(shorten(path.into(), MAX_RESOURCE))),
        ip_address: address.map(|address| RawValue::Text(address.into())),
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

/// Returns the name of the service that recorded the act, such as `ec2`; empty if it is unknown.
fn service<'a>(record: &'a JsonObject<'_>) -> &'a str {
    let source = record.text("eventSource").unwrap_or_default();
    source.strip_suffix(".amazonaws.com").unwrap_or(source)
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

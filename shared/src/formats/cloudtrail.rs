//! Records of AWS `CloudTrail`.
//!
//! They come as files of `{"Records": […]}`, as single objects (also forwarded by a log shipper, with `@timestamp`
//! in place of `eventTime`), as the answer of `CloudTrail`'s look-up, which holds each record as text in
//! `CloudTrailEvent`, and as rows whose columns have the names of its fields.
//! The fields are described at
//! <https://docs.aws.amazonaws.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>.

mod action;
mod identity;
mod outcome;
mod resource;
mod rows;

use std::{borrow::Cow, net::IpAddr};

use super::{
    Format, Mapping, Objects, object,
    shorten::shorten,
    user_agent::device_of,
    value::{Object, Value},
};
use crate::event::{Draft, Event, Faults, MAX_RESOURCE, MAX_TEXT, Raw};

/// `CloudTrail`'s records.
pub(super) const MAPPING: Mapping = Mapping {
    format: Format::CloudTrail,
    expects: "eventName, eventTime and userIdentity of AWS CloudTrail",
    objects: Some(Objects { lists: &["Records", "Events"], recognises, event }),
    rows: Some(rows::rows),
};

/// Holds a record as text in the answer of a look-up.
const INNER: &str = "CloudTrailEvent";

fn recognises(record: &Object) -> bool {
    let has = |name| record.get(name).is_some();
    has("eventName") && (has("userIdentity") || has("eventSource")) || has(INNER)
}

fn event(record: &Object) -> Result<Event, Faults> {
    match record.text(INNER) {
        Some(inner) => draft(&object::parse(inner.as_bytes())?).check(),
        None => draft(record).check(),
    }
}

fn draft<'a>(record: &'a Object<'_>) -> Draft<'a> {
    let user_agent = record.text("userAgent");
    let native_action = record.text("eventName");
    let is_read_only = record.get("readOnly").and_then(flag);
    let action = native_action.map(|name| action::action(name, service(record), is_read_only));
    let address = record.text("sourceIPAddress").filter(|address| address.parse::<IpAddr>().is_ok());
    let (outcome, native_outcome) = outcome::outcome(record, native_action.unwrap_or_default());
    let fit = |text| Raw::Text(shorten(Cow::Borrowed(text), MAX_TEXT));
    Draft {
        user_id: identity::user(record).map(Raw::Text),
        timestamp: record.text("eventTime").or_else(|| record.text("@timestamp")).map(|time| Raw::Text(time.into())),
        action_type: action.map(|action| Raw::Text(action.name().into())),
        resource_id: resource::path(record).map(|path| Raw::Text(shorten(path.into(), MAX_RESOURCE))),
        ip_address: address.map(|address| Raw::Text(address.into())),
        data_volume_mb: volume_mb(record).map(Raw::Number),
        device_type: user_agent.and_then(device_of).map(|device| Raw::Text(device.name().into())),
        event_id: record.text("eventID").map(fit),
        native_action: native_action.map(fit),
        user_agent: user_agent.map(fit),
        outcome: Some(Raw::Text(outcome.name().into())),
        native_outcome: native_outcome.map(fit),
        ..Draft::default()
    }
}

/// Returns the name of the service that recorded the act, such as `ec2`; empty if it is unknown.
fn service<'a>(record: &'a Object<'_>) -> &'a str {
    let source = record.text("eventSource").unwrap_or_default();
    source.strip_suffix(".amazonaws.com").unwrap_or(source)
}

/// Returns what was moved in both directions; nothing if neither is told.
fn volume_mb(record: &Object) -> Option<f64> {
    let details = record.object("additionalEventData")?;
    let bytes = |name| details.get(name)?.number();
    let [moved_in, moved_out] = ["bytesTransferredIn", "bytesTransferredOut"].map(bytes);
    let bytes: f64 = moved_in.or(moved_out).map(|_| moved_in.unwrap_or(0.0) + moved_out.unwrap_or(0.0))?;
    (bytes.is_finite() && bytes >= 0.0).then_some(bytes / 1e6)
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Text(text) => text.to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

//! Events of the Elastic Common Schema, described at <https://www.elastic.co/docs/reference/ecs>.
//!
//! A document that holds the vendor's own record is read from that.

use super::{
    Format,
    act_rules::ActRules,
    json_value::JsonObject,
    paths::{first_text_at, megabytes_at},
    vendor::{ANY, Paths, Signature, Vendor, place, resource},
    verbs::action_by_words,
};
use crate::event::{Action, RawValue, UncheckedEvent};

pub(super) struct Ecs;

/// The categories and types of events and the kind of act that each stands for, in order of precedence.
const KINDS: [(&str, Action); 12] = [
    ("end", Action::Logout),
    ("authentication", Action::Login),
    ("session", Action::Login),
    ("deletion", Action::Delete),
    ("iam", Action::Admin),
    ("configuration", Action::Admin),
    ("admin", Action::Admin),
    ("user", Action::Admin),
    ("group", Action::Admin),
    ("creation", Action::Upload),
    ("change", Action::Upload),
    ("access", Action::View),
];

impl Vendor for Ecs {
    const FORMAT: Format = Format::Ecs;
    const EXPECTS: &'static str = "@timestamp, event.action and user of the Elastic Common Schema";
    const SIGNATURES: &'static [Signature] = &[
        &[("@timestamp", ANY), ("event.action", ANY), ("user", ANY)],
        &[("@timestamp", ANY), ("event.action", ANY), ("user.name", ANY)],
    ];
    const IS_GENERAL: bool = true;
    const FIELDS: &'static Paths = &[
        ("user_id", &["user.email", "user.name", "user.id"]),
        ("timestamp", &["@timestamp"]),
        ("native_action", &["event.action"]),
        ("event_id", &["event.id"]),
        ("ip_address", &["source.ip", "client.ip", "source.address"]),
        ("user_agent", &["userAgent.original"]),
        ("outcome", &["event.outcome"]),
        ("native_outcome", &["event.reason", "error.code", "error.message"]),
        ("latitude", &["source.geo.location.lat", "client.geo.location.lat"]),
        ("longitude", &["source.geo.location.lon", "client.geo.location.lon"]),
    ];
    const ACTS: &'static ActRules = &[];

    fn action(record: &JsonObject, native_action: &str) -> Option<Action> {
        let kinds = |name: &str| record.object("event").and_then(|event| event.get(name));
        let is_there = |kind: &str| {
            ["type", "category"].iter().filter_map(|name| kinds(name)).any(|value| {
                value.text() == Some(kind) || value.elements().iter().any(|value| value.text() == Some(kind))
            })
        };
        let by_words = action_by_words(native_action);
        let known = KINDS.iter().find(|(kind, _)| is_there(kind)).map(|(_, action)| *action);
        match (known, by_words) {
            (Some(Action::Upload | Action::View) | None, Some(action)) => Some(action),
            (known, _) => known,
        }
    }

    fn complete<'a>(record: &'a JsonObject<'_>, event: &mut UncheckedEvent<'a>) {
        let city = first_text_at(record, &["source.geo.city_name", "client.geo.city_name"]);
        let country = first_text_at(record, &["source.geo.country_iso_code", "client.geo.country_iso_code"]);
        event.location = place(city, country);
        let provider = first_text_at(record, &["cloud.service.name", "event.provider", "service.name"]);
        let name = first_text_at(record, &["file.path", "url.path", "user.target.name", "group.name", "resource.name"]);
        event.resource_id = resource(&[provider.unwrap_or_default(), name.unwrap_or_default()]);
        event.data_volume_mb =
            ["file.size", "source.bytes"].iter().find_map(|path| megabytes_at(record, path)).map(RawValue::Number);
    }
}

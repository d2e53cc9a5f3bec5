//! Events of the Open Cybersecurity Schema Framework, versions 1.x, described at <https://schema.ocsf.io/>.

use std::borrow::Cow;

use super::{
    Format,
    act_rules::ActRules,
    json_value::{JsonObject, JsonValue},
    paths::{at, first_at, first_text_at, megabytes_at, text_at},
    vendor::{ANY, Paths, Signature, Vendor, named_user, place, resource, service, text},
};
use crate::event::{Action, Outcome, RawValue, UncheckedEvent};

pub(super) struct Ocsf;

const ACTORS: &[&str] = &["actor.user.emailAddr", "actor.user.name", "actor.user.uid"];
/// The users of classes that are about the user who acts.
const SUBJECTS: &[&str] = &["user.emailAddr", "user.name", "user.uid"];

/// The number of a class, the kinds of some of its activities by their numbers, and the kind of all others.
type Class = (f64, &'static [(f64, Action)], Action);

/// The classes that are about acts of users.
const CLASSES: [Class; 8] = [
    (3001.0, &[(6.0, Action::Delete)], Action::Admin), // Account Change
    (3002.0, &[(2.0, Action::Logout)], Action::Login), // Authentication
    (3003.0, &[], Action::Login),                      // Authorize Session
    (3004.0, &[(2.0, Action::View), (4.0, Action::Delete)], Action::Admin), // Entity Management
    (3005.0, &[], Action::Admin),                      // User Access Management
    (3006.0, &[(5.0, Action::Delete)], Action::Admin), // Group Management
    (6003.0, &[(2.0, Action::View), (4.0, Action::Delete)], Action::Upload), // API Activity
    (
        6006.0, // File Hosting Activity
        &[
            (2.0, Action::Download),
            (4.0, Action::Delete),
            (9.0, Action::View),
            (12.0, Action::Admin),
            (13.0, Action::Admin),
            (14.0, Action::View),
            (15.0, Action::Download),
        ],
        Action::Upload,
    ),
];
/// The types of users that are programs: System, Service.
const PROGRAMS: [f64; 2] = [3.0, 4.0];

impl Vendor for Ocsf {
    const FORMAT: Format = Format::Ocsf;
    const EXPECTS: &'static str = "class_uid, activity_id, time and actor of OCSF";
    const SIGNATURES: &'static [Signature] = &[
        &[("classUid", ANY), ("activityId", ANY), ("time", ANY)],
        &[("classUid", ANY), ("metadata", ANY), ("timeDt", ANY)],
    ];
    const FIELDS: &'static Paths = &[
        ("user_id", ACTORS),
        ("timestamp", &["time", "timeDt"]),
        ("native_action", &["api.operation", "activityName", "typeName"]),
        ("event_id", &["metadata.uid", "metadata.originalEventUid"]),
        ("ip_address", &["srcEndpoint.ip", "device.ip"]),
        ("user_agent", &["httpRequest.userAgent"]),
        ("outcome", &["status", "statusCode"]),
        ("native_outcome", &["statusDetail", "statusCode"]),
    ];
    const ACTS: &'static ActRules = &[];

    fn user<'a>(record: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
        let is_about_subject = matches!(at(record, "classUid").and_then(JsonValue::number), Some(3002.0 | 3003.0));
        let (paths, kind) = if is_about_subject && named_user(record, SUBJECTS).is_some() {
            (SUBJECTS, "user.typeId")
        } else {
            (ACTORS, "actor.user.typeId")
        };
        let is_program = at(record, kind).and_then(JsonValue::number).is_some_and(|kind| PROGRAMS.contains(&kind));
        match named_user(record, paths) {
            Some(user) => Some(if is_program { service(&user) } else { user }),
            None => named_user(record, &["actor.invokedBy", "actor.appName"]).map(|name| service(&name)),
        }
    }

    fn action(record: &JsonObject, _native_action: &str) -> Option<Action> {
        let number = |path: &str| at(record, path).and_then(JsonValue::number);
        let class = number("classUid")?;
        let (_, activities, otherwise) = CLASSES.iter().find(|(known, ..)| *known == class)?;
        let activity = number("activityId").unwrap_or_default();
        let known = activities.iter().find(|(known, _)| *known == activity);
        Some(known.map_or(*otherwise, |(_, action)| *action))
    }

    fn complete<'a>(record: &'a JsonObject<'_>, event: &mut UncheckedEvent<'a>) {
        let of_place = |field: &str| text_at(record, &format!("srcEndpoint.location.{field}"));
        event.location = place(of_place("city"), of_place("country"));
        event.latitude = at(record, "srcEndpoint.location.lat").and_then(JsonValue::raw);
        event.longitude = at(record, "srcEndpoint.location.long").and_then(JsonValue::raw);
        let service = first_text_at(record, &["api.service.name", "service.name", "dstEndpoint.svcName"]);
        let name =
            first_text_at(record, &["file.path", "file.name", "resources.uid", "resources.name", "resource.name"]);
        event.resource_id = resource(&[service.unwrap_or_default(), name.unwrap_or_default()]);
        let moved = ["traffic.bytes", "file.size"].iter().find_map(|path| megabytes_at(record, path));
        event.data_volume_mb = moved.map(RawValue::Number);
        event.native_action = event.native_action.take().or_else(|| {
            first_at(record, &["typeUid", "classUid"]).and_then(JsonValue::number).map(|uid| text(uid.to_string()))
        });
        if let Some(outcome) = outcome_of(at(record, "statusId").and_then(JsonValue::number)) {
            event.outcome = Some(text(outcome.name()));
        }
    }
}

fn outcome_of(status: Option<f64>) -> Option<Outcome> {
    match status {
        Some(1.0) => Some(Outcome::Success),
        Some(2.0) => Some(Outcome::Failure),
        _ => None,
    }
}

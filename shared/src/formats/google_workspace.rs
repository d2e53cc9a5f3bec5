//! Activities of Google Workspace, as the Reports API writes them, described at
//! <https://developers.google.com/workspace/admin/reports/reference/rest/v1/activities>.

use std::borrow::Cow;

use super::{
    Format,
    act_rules::{ActRules, first_of},
    json_value::{JsonObject, JsonValue},
    paths::{at, first_text_at, paired, text_at},
    vendor::{ANY, Paths, Signature, Vendor, named_user, resource, service, text},
};
use crate::event::{Action, Outcome, UncheckedEvent};

pub(super) struct GoogleWorkspace;

const USERS: &[&str] = &["actor.email", "actor.profileId"];
/// The parameters that name what an act is about, in order of precedence.
const OBJECTS: [&str; 12] = [
    "doc_id",
    "file_id",
    "USER_EMAIL",
    "affected_email_address",
    "GROUP_EMAIL",
    "ROLE_NAME",
    "app_name",
    "application_name",
    "APPLICATION_NAME",
    "SETTING_NAME",
    "resource_name",
    "ORG_UNIT_NAME",
];
/// The application whose acts are those of administrators.
const ADMIN_CONSOLE: &str = "admin";

impl Vendor for GoogleWorkspace {
    const FORMAT: Format = Format::GoogleWorkspace;
    const EXPECTS: &'static str = "id.applicationName, id.time, actor and events of Google Workspace";
    const LISTS: &'static [&'static str] = &["items"];
    const SIGNATURES: &'static [Signature] = &[
        &[("kind", &["admin#reports#activity", "reports#activity"])],
        &[("actor", ANY), ("events", ANY), ("etag", ANY)],
        &[("id.applicationName", ANY)],
    ];
    const FIELDS: &'static Paths = &[
        ("user_id", USERS),
        ("timestamp", &["id.time"]),
        ("native_action", &["events.name", "name"]),
        ("event_id", &["id.uniqueQualifier"]),
        ("ip_address", &["ipAddress"]),
    ];
    const ACTS: &'static ActRules = &[
        (Action::Login, &["login*", "authorize", "suspicious_login*", "risky_sensitive_action*", "*session_start*"]),
        (Action::Logout, &["logout"]),
        (Action::Download, &["*download*", "*DOWNLOAD*", "*export*", "*EXPORT*", "copy", "source_copy", "print"]),
        (Action::Delete, &["*delete*", "DELETE_*", "trash", "remove_from_folder"]),
        (Action::View, &["view*", "*_VIEW*", "preview", "access*", "*search*", "sheets_import_range"]),
        (
            Action::Upload,
            &[
                "upload",
                "create",
                "edit",
                "rename",
                "move",
                "add_to_folder",
                "untrash",
                "create_comment",
                "*_comment",
                "send*",
            ],
        ),
        (Action::Admin, &["*"]),
    ];

    fn user<'a>(record: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
        named_user(record, USERS).or_else(|| named_user(record, &["actor.key"]).map(|key| service(&key)))
    }

    /// The several events of one activity, which happened at one time.
    fn parts(record: &JsonObject) -> Vec<JsonObject<'static>> {
        let events = record.get("events").map_or(&[][..], JsonValue::elements);
        if events.len() < 2 {
            return Vec::new();
        }
        let around = || record.members().filter(|(name, _)| *name != "events");
        let part = |(number, event): (usize, &JsonValue)| {
            let own = [("events", event.clone()), ("part", JsonValue::Text(number.to_string().into()))];
            let members = around().map(|(name, value)| (name, value.clone())).chain(own);
            members.map(|(name, value)| (Cow::Owned(name.to_owned()), value.into_owned())).collect()
        };
        events.iter().enumerate().map(part).collect()
    }

    fn action(record: &JsonObject, native_action: &str) -> Option<Action> {
        let action = first_of(Self::ACTS, native_action)?;
        let is_of_console = text_at(record, "id.applicationName") == Some(ADMIN_CONSOLE);
        let changes = matches!(action, Action::Upload | Action::Login);
        Some(if is_of_console && changes { Action::Admin } else { action })
    }

    fn complete<'a>(record: &'a JsonObject<'_>, event: &mut UncheckedEvent<'a>) {
        let inside = at(record, "events").and_then(JsonValue::object).unwrap_or(record);
        let named = OBJECTS.iter().find_map(|object| paired(inside, "parameters", object)?.text());
        let application = text_at(record, "id.applicationName").unwrap_or_default();
        event.resource_id = resource(&[application, named.unwrap_or_default()]);
        if let (Some(id), Some(part)) = (text_at(record, "id.uniqueQualifier"), text_at(record, "part")) {
            event.event_id = Some(text(format!("{id}/{part}")));
        }
        let name = first_text_at(record, &["events.name", "name"]).unwrap_or_default();
        let outcome = match name.rsplit_once('_') {
            Some((_, "success")) => Some(Outcome::Success),
            Some((_, "failure")) => Some(Outcome::Failure),
            _ => None,
        };
        event.outcome = outcome.map(|outcome| text(outcome.name()));
    }
}

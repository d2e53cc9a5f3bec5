//! Enterprise events of Box, described at <https://developer.box.com/reference/resources/event/>.

use std::borrow::Cow;

use super::{
    Format,
    act_rules::ActRules,
    json_value::JsonObject,
    paths::{first_text_at, megabytes_at, text_at},
    vendor::{ANY, Paths, Signature, Vendor, named_user, resource, text},
};
use crate::event::{Action, Outcome, RawValue, UncheckedEvent};

pub(super) struct BoxEvents;

const USERS: &[&str] = &["createdBy.login", "createdBy.id"];
/// The id that Box gives callers who are not signed in, such as those who follow an open link.
const NOBODY: &str = "2";

impl Vendor for BoxEvents {
    const FORMAT: Format = Format::Box;
    const EXPECTS: &'static str = "event_type, created_by and created_at of Box";
    const LISTS: &'static [&'static str] = &["entries"];
    const SIGNATURES: &'static [Signature] =
        &[&[("eventType", ANY), ("createdBy", ANY)], &[("type", &["event"]), ("eventType", ANY)]];
    const FIELDS: &'static Paths = &[
        ("user_id", USERS),
        ("timestamp", &["createdAt", "recordedAt"]),
        ("native_action", &["eventType"]),
        ("event_id", &["eventId"]),
        ("ip_address", &["ipAddress"]),
    ];
    const ACTS: &'static ActRules = &[
        (Action::Login, &["LOGIN", "ADMIN_LOGIN", "FAILED_LOGIN", "*LOGIN_ACTIVITY*"]),
        (Action::Logout, &["LOGOUT"]),
        (Action::Download, &["DOWNLOAD", "ITEM_DOWNLOAD", "*EXPORT*"]),
        (Action::Delete, &["DELETE", "ITEM_TRASH", "TRASH*", "*_DELETE", "*_DELETED", "DELETE_*"]),
        (Action::View, &["PREVIEW", "ITEM_PREVIEW", "ITEM_OPEN", "*_VIEW*", "*VIEWED*", "CONTENT_ACCESS"]),
        (
            Action::Upload,
            &[
                "UPLOAD",
                "ITEM_UPLOAD",
                "EDIT",
                "CREATE",
                "ITEM_CREATE",
                "COPY",
                "MOVE",
                "RENAME",
                "ITEM_*",
                "UNDELETE",
                "LOCK*",
                "UNLOCK*",
                "*COMMENT*",
                "FILE_*",
                "TASK_*",
            ],
        ),
        (Action::Admin, &["*"]),
    ];

    fn user<'a>(record: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
        let is_nobody = text_at(record, "createdBy.id") == Some(NOBODY);
        if is_nobody { Some("anonymous".into()) } else { named_user(record, USERS) }
    }

    fn complete<'a>(record: &'a JsonObject<'_>, event: &mut UncheckedEvent<'a>) {
        let kind = first_text_at(record, &["source.itemType", "source.type"]).unwrap_or_default();
        let name =
            first_text_at(record, &["source.login", "source.itemName", "source.name", "source.itemId", "source.id"]);
        let folder = first_text_at(record, &["source.parent.name"]).unwrap_or_default();
        event.resource_id = resource(&[kind, folder, name.unwrap_or_default()]);
        let size = ["additionalDetails.size", "source.size"].iter().find_map(|path| megabytes_at(record, path));
        event.data_volume_mb = size.map(RawValue::Number);
        if text_at(record, "eventType") == Some("FAILED_LOGIN") {
            event.outcome = Some(text(Outcome::Failure.name()));
        }
    }
}

//! Events of teams on Dropbox, described at <https://www.dropbox.com/developers/documentation/http/teams#team_log-get_events>.

use std::borrow::Cow;

use super::{
    Format,
    act_rules::ActRules,
    json_value::JsonObject,
    paths::text_at,
    vendor::{ANY, Paths, Signature, Vendor, named_user, place, resource, service, text},
};
use crate::event::{Action, Device, Outcome, UncheckedEvent};

pub(super) struct Dropbox;

const USERS: &[&str] = &[
    "actor.user.email",
    "actor.admin.email",
    "actor.user.teamMemberId",
    "actor.admin.teamMemberId",
    "actor.user.accountId",
    "actor.reseller.resellerEmail",
];

impl Vendor for Dropbox {
    const FORMAT: Format = Format::Dropbox;
    const EXPECTS: &'static str = "event_type, event_category, timestamp and actor of Dropbox";
    const SIGNATURES: &'static [Signature] = &[
        &[("eventCategory", ANY), ("involveNonTeamMember", ANY)],
        &[("eventCategory.tag", ANY), ("eventType.tag", ANY)],
    ];
    const FIELDS: &'static Paths = &[
        ("user_id", USERS),
        ("timestamp", &["timestamp"]),
        ("native_action", &["eventType.tag"]),
        ("ip_address", &["origin.geoLocation.ipAddress"]),
    ];
    const ACTS: &'static ActRules = &[
        (Action::Login, &["login_*", "sign_in_as_session_start", "sso_*login*", "emm_error"]),
        (Action::Logout, &["logout", "sign_in_as_session_end", "*_session_end"]),
        (Action::Download, &["*download*", "*export*", "file_get_copy_reference", "*_copy"]),
        (Action::Delete, &["file_delete", "*_permanently_delete*", "*_delete", "*_trashed", "*_archived"]),
        (Action::View, &["*_preview", "*_view", "*_viewed"]),
        (
            Action::Upload,
            &[
                "file_add*",
                "file_edit",
                "file_move",
                "file_rename",
                "file_restore",
                "paper_doc_edit",
                "paper_doc_create",
                "folder_create",
            ],
        ),
        (Action::Admin, &["*"]),
    ];

    fn user<'a>(record: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
        named_user(record, USERS).or_else(|| match text_at(record, "actor.tag") {
            Some("anonymous") => Some("anonymous".into()),
            Some("dropbox") => Some(service("dropbox")),
            _ => named_user(record, &["actor.app.appId", "actor.app.displayName"]).map(|name| service(&name)),
        })
    }

    fn complete<'a>(record: &'a JsonObject<'_>, event: &mut UncheckedEvent<'a>) {
        event.location =
            place(text_at(record, "origin.geoLocation.city"), text_at(record, "origin.geoLocation.country"));
        let device = match text_at(record, "origin.accessMethod.endUser.tag") {
            Some("web") => Some(Device::Web),
            Some("desktop") => Some(Device::Desktop),
            Some("mobile") => Some(Device::Mobile),
            _ => None,
        };
        let by_program = || text_at(record, "origin.accessMethod.tag") == Some("api");
        let device = device.or_else(|| by_program().then_some(Device::Cli));
        event.device_type = device.map(|device| text(device.name()));
        let asset = text_at(record, "assets.path.contextual").or_else(|| text_at(record, "assets.displayName"));
        event.resource_id = asset.and_then(|asset| resource(&[asset]));
        let has_failed = text_at(record, "eventType.tag").is_some_and(|act| act.ends_with("_fail"));
        event.outcome = has_failed.then(|| text(Outcome::Failure.name()));
    }
}

//! Events of Nextcloud and ownCloud: lines of the data set CLUE-LDS, described at
//! <https://zenodo.org/records/7119953>, and lines of the app `admin_audit`, described at
//! <https://docs.nextcloud.com/server/latest/admin_manual/configuration_server/logging_configuration.html>.

use std::borrow::Cow;

use super::{
    Format,
    act_rules::{ActRules, first_of},
    json_value::JsonObject,
    paths::{first_text_at, text_at},
    vendor::{ANY, Paths, Signature, Vendor, named_user, place, resource, text},
};
use crate::event::{Action, Outcome, UncheckedEvent};

pub(super) struct Nextcloud;

const USERS: &[&str] = &["uid", "user"];

impl Vendor for Nextcloud {
    const FORMAT: Format = Format::Nextcloud;
    const EXPECTS: &'static str = "uid, type and time of Nextcloud";
    const SIGNATURES: &'static [Signature] = &[
        &[("uid", ANY), ("uidType", ANY), ("type", ANY), ("time", ANY)],
        &[("app", &["admin_audit"]), ("message", ANY), ("time", ANY)],
    ];
    const FIELDS: &'static Paths = &[
        ("user_id", USERS),
        ("timestamp", &["time"]),
        ("native_action", &["type", "message"]),
        ("event_id", &["id"]),
        ("ip_address", &["remoteAddr"]),
        ("user_agent", &["userAgent"]),
        ("role", &["role"]),
        ("latitude", &["location.latitude"]),
        ("longitude", &["location.longitude"]),
    ];
    /// Names are compared in lower case, with underscores for spaces.
    const ACTS: &'static ActRules = &[
        (Action::Login, &["login_*", "*_login*"]),
        (Action::Logout, &["logout*"]),
        (Action::Download, &["*download*", "*export*"]),
        (Action::Delete, &["*_deleted*", "deleted_*", "*_delete"]),
        (Action::View, &["*_accessed*", "*_read*", "preview_*", "*_previewed*", "*_viewed*"]),
        (
            Action::Upload,
            &[
                "file_*",
                "folder_*",
                "*_created_file",
                "*_renamed*",
                "*_written*",
                "*_updated*",
                "*_copied*",
                "*_restored*",
                "*comment*",
                "*tag*",
                "calendar_*",
                "contact_*",
                "card_*",
            ],
        ),
        (Action::Admin, &["*"]),
    ];

    fn action(_record: &JsonObject, native_action: &str) -> Option<Action> {
        first_of(Self::ACTS, &native_action.to_ascii_lowercase().replace(' ', "_"))
    }

    fn user<'a>(record: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
        named_user(record, USERS)
    }

    fn complete<'a>(record: &'a JsonObject<'_>, event: &mut UncheckedEvent<'a>) {
        event.location = place(text_at(record, "location.city"), text_at(record, "location.country"));
        let message = if text_at(record, "app").is_some() { text_at(record, "message") } else { None };
        let about = message.and_then(|message| message.split('"').nth(1));
        let about = about.or_else(|| first_text_at(record, &["params.path", "params.file", "params.itemTarget"]));
        event.resource_id = about.and_then(|about| resource(&[about]));
        if let Some(message) = message {
            let act = message.split([':', '"']).next().unwrap_or(message).trim();
            event.native_action = Some(text(act.to_owned()));
        }
        let act = first_text_at(record, &["type", "message"]).unwrap_or_default().to_ascii_lowercase();
        let outcome = match act.replace(' ', "_").as_str() {
            act if act.starts_with("login_successful") => Some(Outcome::Success),
            act if act.starts_with("login_failed") => Some(Outcome::Failure),
            _ => None,
        };
        event.outcome = outcome.map(|outcome| text(outcome.name()));
    }
}

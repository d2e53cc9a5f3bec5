//! Audit logs of Slack, as its Audit Logs API writes them, described at
//! <https://docs.slack.dev/reference/audit-logs-api/>.

use std::borrow::Cow;

use super::{
    Format,
    act_rules::ActRules,
    json_value::JsonObject,
    paths::{first_text_at, text_at},
    vendor::{ANY, Paths, Signature, Vendor, named_user, resource, service, text},
};
use crate::event::{Action, Outcome, UncheckedEvent};

pub(super) struct Slack;

const USERS: &[&str] = &["actor.user.email", "actor.user.id", "actor.user.name"];
/// The acts that have failed, by the ends of their names.
const FAILURES: [&str; 2] = ["_failed", "_failure"];

impl Vendor for Slack {
    const FORMAT: Format = Format::Slack;
    const EXPECTS: &'static str = "action, actor and date_create of Slack";
    const LISTS: &'static [&'static str] = &["entries"];
    const SIGNATURES: &'static [Signature] = &[
        &[("action", ANY), ("actor", ANY), ("entity", ANY), ("dateCreate", ANY)],
        &[("action", ANY), ("actor.type", ANY), ("context", ANY)],
    ];
    const FIELDS: &'static Paths = &[
        ("user_id", USERS),
        ("timestamp", &["dateCreate"]),
        ("native_action", &["action"]),
        ("event_id", &["id"]),
        ("ip_address", &["context.ipAddress"]),
        ("user_agent", &["context.ua"]),
    ];
    const ACTS: &'static ActRules = &[
        (Action::Login, &["user_login*", "*_sign_in*"]),
        (Action::Logout, &["user_logout*", "*_sign_out*"]),
        (Action::Download, &["*_downloaded*", "*export*"]),
        (Action::Delete, &["*_deleted*", "*_removed_file*", "*tombstoned*"]),
        (Action::View, &["*_viewed*", "*_previewed*", "*_opened*"]),
        (Action::Upload, &["file_uploaded*", "file_created*", "message_*", "canvas_*", "huddle_*"]),
        (Action::Admin, &["*"]),
    ];

    fn user<'a>(record: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
        let program = || named_user(record, &["actor.app.id", "actor.app.name", "actor.workflow.id"]);
        named_user(record, USERS).or_else(|| program().map(|name| service(&name)))
    }

    fn complete<'a>(record: &'a JsonObject<'_>, event: &mut UncheckedEvent<'a>) {
        let kind = text_at(record, "entity.type").unwrap_or_default();
        let paths = ["email", "name", "title", "id"].map(|field| format!("entity.{kind}.{field}"));
        let name = first_text_at(record, &paths.each_ref().map(String::as_str));
        event.resource_id = resource(&[kind, name.unwrap_or_default()]);
        let has_failed = text_at(record, "action").is_some_and(|act| FAILURES.iter().any(|end| act.ends_with(end)));
        event.outcome = has_failed.then(|| text(Outcome::Failure.name()));
    }
}

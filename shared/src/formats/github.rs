//! Audit logs of organisations and enterprises on GitHub, as its API, its streams and its exports write them, described at
//! <https://docs.github.com/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/audit-log-events-for-your-organization>.

use std::borrow::Cow;

use super::{
    Format,
    act_rules::ActRules,
    json_value::{JsonObject, JsonValue},
    paths::{at, first_text_at},
    vendor::{ANY, Paths, Signature, Vendor, named_user, resource, service},
};
use crate::event::{Action, UncheckedEvent};

pub(super) struct GitHub;

const USERS: &[&str] = &["actor"];
/// The end of the names of programs.
const BOT: &str = "[bot]";

impl Vendor for GitHub {
    const FORMAT: Format = Format::GitHub;
    const EXPECTS: &'static str = "action, actor and created_at or @timestamp of GitHub";
    const SIGNATURES: &'static [Signature] = &[
        &[("action", ANY), ("actor", ANY), ("createdAt", ANY)],
        &[("action", ANY), ("actor", ANY), ("documentId", ANY)],
        &[("action", ANY), ("actor", ANY), ("org", ANY)],
        &[("action", ANY), ("actor", ANY), ("business", ANY)],
        &[("action", ANY), ("actor", ANY), ("repository", ANY)],
        &[("action", ANY), ("actor", ANY), ("repo", ANY)],
    ];
    const FIELDS: &'static Paths = &[
        ("user_id", USERS),
        ("timestamp", &["@timestamp", "createdAt", "atSignTimestamp"]),
        ("native_action", &["action"]),
        ("event_id", &["_documentId"]),
        ("ip_address", &["actorIp"]),
        ("location", &["actorLocation.countryCode", "countryCode"]),
        ("user_agent", &["userAgent"]),
    ];
    const ACTS: &'static ActRules = &[
        (Action::Login, &["user.login", "user.failed_login", "*.sso_response", "*two_factor_challenge*"]),
        (Action::Logout, &["user.logout"]),
        (Action::Download, &["git.clone", "git.fetch", "*download*", "*export*"]),
        (Action::Delete, &["*.destroy", "*.delete*", "*.destroy_*"]),
        (Action::View, &["*.view*", "*.access*", "*.read*", "*.list*"]),
        (
            Action::Upload,
            &[
                "git.push",
                "pull_request*",
                "issue*",
                "discussion*",
                "workflows.*",
                "repo.create",
                "repo.rename",
                "packages.package_published",
            ],
        ),
        (Action::Admin, &["*"]),
    ];

    fn user<'a>(record: &'a JsonObject<'_>) -> Option<Cow<'a, str>> {
        let user = named_user(record, USERS)?;
        let is_bot = at(record, "actorIsBot") == Some(&JsonValue::Bool(true));
        Some(if is_bot && !user.ends_with(BOT) { service(&user) } else { user })
    }

    fn complete<'a>(record: &'a JsonObject<'_>, event: &mut UncheckedEvent<'a>) {
        let about = first_text_at(record, &["repo", "repository", "org", "business"]);
        let inside = first_text_at(record, &["user", "team", "name"]);
        event.resource_id = resource(&[about.unwrap_or_default(), inside.unwrap_or_default()]);
    }
}
